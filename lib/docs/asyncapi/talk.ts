import type { Policy } from '../../policy.ts'
import type { Security } from '../../requirement/parse.ts'
import type { KnownRoute } from '../../routes.ts'
import { copy, type Json } from '../openapi.ts'
import type { DeclaredMessage } from '../../websocket/declared-messages.ts'
import type { FirstMessage } from '../../websocket/message-format.ts'
import { combine, isSatisfiable } from './requirements.ts'
import { ownMessages } from './own-messages.ts'

/** A message on the connections of a route, and what whoever sends or gets it must have presented. */
export interface Utterance {
  readonly action: 'receive' | 'send'
  /** `null` for whatever a route does not declare. */
  readonly type: string | null
  readonly summary?: string | undefined
  readonly description?: string | undefined
  readonly payload: Json | null
  readonly security: Security
  /** Said of the operation beside what it asks. */
  readonly remark?: string
}

/** Asks nothing. */
const NOTHING: Security = Object.freeze([])

function declared ({ type, schema, summary, description }: DeclaredMessage): Pick<Utterance, 'type' | 'summary' | 'description' | 'payload'> {
  return { type, summary, description, payload: copy(schema as unknown as Json) } // TypeBox schemas are JSON, but for symbols
}

const UNDECLARED = 'Any: the route does not declare its messages.'

/** Everything that is said on the connections of a route: what it declares, and what is the plugin's. */
export function talkOf ({ security, messages: { received, sent }, socket, protection }: KnownRoute, warns: boolean): Utterance[] {
  const undeclared = { type: null, description: UNDECLARED, payload: null, security }
  const own = socket === null || protection === 'public'
    ? []
    : ownMessages({
      firstMessage: firstMessageOf(protection.policy, socket.firstMessage), renewal: socket.renewal, warns, judges: received !== null
    })
  return [
    ...(received ?? []).map((message): Utterance => ({
      ...declared(message),
      action: 'receive',
      security: combine(security, message.security),
      ...(isSatisfiable(security, message.security) ? {} : { remark: 'No connection of this route has what the message asks for.' })
    })),
    ...(received === null ? [{ ...undeclared, action: 'receive' } as const] : []),
    ...(sent ?? []).map((message): Utterance => ({ ...declared(message), action: 'send', security })),
    ...(sent === null ? [{ ...undeclared, action: 'send' } as const] : []),
    ...own.map(({ isOpen, ...message }): Utterance => ({
      ...message,
      security: isOpen ? NOTHING : security,
      ...(isOpen ? { remark: 'It holds the credential, so that none is asked for before it.' } : {})
    }))
  ]
}

/** Whether, and how, some credential of a route may come as the first message: only tokens do, unless a scheme says so. */
export function firstMessageOf ({ slots }: Policy, firstMessage: FirstMessage | null): FirstMessage | null {
  const takes = slots.some(({ scheme: { carriers, challenge } }) => carriers?.has('message') ?? challenge?.oauth === true)
  return takes ? firstMessage : null
}
