import { EventEmitter } from 'node:events'
import { Type, type Static } from '@sinclair/typebox'

export const Text = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f]+$', examples: ['Good morning'] })
export const Member = Type.String({ minLength: 1, maxLength: 20, pattern: '^[a-z]+$', examples: ['ada'] })
export const SaidSchema = Type.Object({ who: Member, text: Text }, { additionalProperties: false })
export type Said = Static<typeof SaidSchema>

/** What was said, in memory. */
export interface Room {
  readonly events: EventEmitter<{ said: [Said] }>
  readonly said: readonly Said[]
  say (said: Said): void
}

export const MOST_SAID = 50

export function openRoom (): Room {
  const events = new EventEmitter<{ said: [Said] }>().setMaxListeners(0)
  const said: Said[] = []
  return {
    events,
    said,
    say (one) {
      if (said.push(one) > MOST_SAID) said.shift()
      events.emit('said', one)
    }
  }
}
