import { call } from './call.ts'
import { CARRIERS } from './carriers.ts'
import type { Clock } from './clock.ts'
import { askOnce, type Ask } from './credentials.ts'
import type { ConnectOptions } from './options.ts'
import { expiryOf, NO_RENEWAL, startRenewal, type Renewal } from './renewal.ts'
import { startSession, type Session } from './session.ts'
import type { Settings } from './settings.ts'
import { openSocket } from './socket.ts'

/** How each WebSocket of a connection is opened. */
export interface Opening {
  /** For a credential to open one with. */
  readonly ask: Ask
  /** @throws Error if no handshake is possible */
  open (credential: string, events: OpeningEvents): Session
}

/** What is told of one; `ended` once. */
export interface OpeningEvents {
  opened (protocol: string): void
  ended (code: number, reason: string): void
}

/** @param signal aborted when the connection is closed for good */
export function openingOf (settings: Settings, options: ConnectOptions, clock: Clock, signal: AbortSignal): Opening {
  const { target, carrier, source, token, timeout, backoff } = settings
  const ask = askOnce(source, signal)
  const askToken = token === undefined ? null : token === source ? ask : askOnce(token, signal)

  function renewalOf (send: (message: string) => void): Renewal {
    if (options.renewal === false) return NO_RENEWAL
    return startRenewal({
      ask: askToken, options: options.renewal, timeout, backoff, clock, send, told (outcome) { call(options.onRenewal, outcome) }
    })
  }

  return {
    ask,
    open (credential, { opened, ended }) {
      const socket = openSocket(settings.WebSocket, CARRIERS[carrier](target, credential))
      const hint = carrier === 'ticket' ? undefined : expiryOf(credential, options.renewal)
      const renewal = renewalOf((message) => { session.send(message) })
      const session = startSession(socket, carrier === 'message' ? credential : null, timeout, clock, renewal, {
        opened (protocol, expiresAt) {
          renewal.schedule(expiresAt ?? hint)
          opened(protocol)
        },
        message (data) { call(options.onMessage, data) },
        ended
      })
      return session
    }
  }
}
