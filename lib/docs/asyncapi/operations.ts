import type { Components } from '../components.ts'
import { keyOf, pointerStep, type Names } from './names.ts'
import type { AsyncApiMessage, AsyncApiOperation, AsyncApiReference } from './objects.ts'
import { writeSecurity } from './requirements.ts'
import type { WriteScheme } from './schemes.ts'
import type { Utterance } from './talk.ts'

/** What a channel says. */
export interface Said {
  /** By key. */
  readonly messages: Record<string, AsyncApiReference>
  /** By key. */
  readonly operations: Record<string, AsyncApiOperation>
}

/** What operations share with others of the document. */
export interface Writing {
  readonly components: Components
  readonly write: WriteScheme
  /** Of operations. */
  readonly names: Names
}

/**
 * Writes an operation for each message of a channel, since what a message asks stands in its operation.
 *
 * @param channel the key of the channel
 */
export function writeOperations (channel: string, talk: readonly Utterance[], { components, write, names }: Writing): Said {
  const messages: Record<string, AsyncApiReference> = {}
  const operations: Record<string, AsyncApiOperation> = {}
  for (const utterance of talk) {
    const { action, type, summary, security, remark } = utterance
    const { $ref } = components.add('messages', keyOf(type ?? 'undeclared') || 'message', { ...writeMessage(utterance) })
    const key = $ref.slice($ref.lastIndexOf('/') + 1)
    messages[key] = { $ref }
    const asked = writeSecurity(security, write)
    const description = [asked.description ?? '', remark ?? ''].filter((text) => text !== '').join(' ')
    operations[names.take([channel, action, ...(type === null ? [] : [keyOf(type)])].join('.'))] = {
      action,
      channel: { $ref: `#/channels/${pointerStep(channel)}` },
      ...(summary === undefined ? {} : { summary }),
      ...asked,
      ...(description === '' ? {} : { description }),
      messages: [{ $ref: `#/channels/${pointerStep(channel)}/messages/${pointerStep(key)}` }]
    }
  }
  return { messages, operations }
}

function writeMessage ({ type, summary, description, payload }: Utterance): AsyncApiMessage {
  return {
    name: type ?? 'undeclared',
    ...(summary === undefined ? {} : { summary }),
    ...(description === undefined ? {} : { description }),
    ...(payload === null ? {} : { payload })
  }
}
