import { delayAfter } from './backoff.ts'
import { call } from './call.ts'
import type { Clock } from './clock.ts'
import { countIn, endingOf, endingOfNone, isHopeless, isTransient, NO_FAILURES, type Ending, type Reached } from './endings.ts'
import type { ConnectOptions, State, StateChange } from './options.ts'
import { openingOf } from './opening.ts'
import type { Session } from './session.ts'
import type { Settings } from './settings.ts'
import type { Data } from './socket.ts'

/** A connection that comes back. */
export interface Connection {
  /** `waiting` is for the next attempt, `closed` is for good. */
  readonly state: State
  /**
   * Sends a message, or keeps it for later as far as the option `queue` allows.
   *
   * @returns whether it did; `false` means that the message is lost
   */
  send (data: Data): boolean
  /**
   * Closes the connection for good.
   *
   * @param code 1000 (default), or one of 3000 to 4999
   * @param reason at most 123 bytes
   * @throws DOMException, or what the WebSocket class throws, if code or reason are not allowed
   */
  close (code?: number, reason?: string): void
}

/** Milliseconds that a connection has to be open to count as good. A server may refuse one by closing it right after the handshake. */
const LASTING = 5000

export function startConnection (settings: Settings, options: ConnectOptions, clock: Clock): Connection {
  const { backoff, queue } = settings
  const { signal } = options
  const lifetime = new AbortController()
  const opening = openingOf(settings, options, clock, lifetime.signal)
  const unsent: Data[] = []
  let state: State = 'connecting'
  let failures = NO_FAILURES
  let session: Session | null = null
  let openedAt: number | null = null
  let callOff = (): void => {}

  function change (next: StateChange): void {
    state = next.state
    call(options.onStateChange, next)
  }

  function attempt (): void {
    if (state === 'waiting') change({ state: 'connecting' })
    if (state !== 'connecting') return
    opening.ask(failures.fresh).then(
      (credential) => { open(credential) },
      (error: unknown) => { ended(endingOfNone('credentials_unavailable', error)) })
  }

  function open (credential: string | null): void {
    if (state !== 'connecting') return
    if (credential === null) return finish(endingOfNone('credentials_missing'))
    try {
      session = opening.open(credential, { opened, ended: (code, reason) => { ended(endingOf(code, reason)) } })
    } catch (error) {
      finish(endingOfNone('handshake_impossible', error))
    }
  }

  function opened (protocol: string): void {
    openedAt = clock.now()
    change({ state: 'open', protocol })
    for (const data of unsent.splice(0)) connection.send(data)
  }

  function ended (ending: Ending): void {
    if (state === 'closed') return
    failures = countIn(ending, reachedSince(openedAt, clock), failures)
    session = null
    openedAt = null
    const isWorthIt = call(options.reconnect, ending) ?? isTransient(ending)
    if (!isWorthIt || isHopeless(failures)) return finish(ending)
    const delay = delayAfter(failures.total, backoff, clock.random())
    callOff = clock.after(delay, attempt)
    change({ state: 'waiting', ending, delay, failures: failures.total })
  }

  function finish (ending: Ending): void {
    callOff()
    lifetime.abort()
    unsent.length = 0
    signal?.removeEventListener('abort', abort)
    change({ state: 'closed', ending })
  }

  function abort (): void {
    connection.close()
  }

  const connection: Connection = {
    get state () { return state },
    send (data) {
      if (state === 'open' && session?.send(data) === true) return true
      if (state === 'closed' || unsent.length >= queue) return false
      unsent.push(data)
      return true
    },
    close (code = 1000, reason = '') {
      if (state === 'closed') return
      session?.close(code, reason)
      finish({ code, reason, scopes: [] })
    }
  }
  signal?.addEventListener('abort', abort)
  // Listeners hear nothing before the caller has the connection.
  queueMicrotask(signal?.aborted === true ? abort : attempt)
  return connection
}

function reachedSince (openedAt: number | null, clock: Clock): Reached {
  if (openedAt === null) return 'nothing'
  return clock.now() - openedAt >= LASTING ? 'lasting' : 'open'
}
