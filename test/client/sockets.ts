import { CLOCK } from '../../lib/client/clock.ts'
import { startConnection, type Connection } from '../../lib/client/connection.ts'
import type { ConnectOptions, RenewalOutcome, StateChange } from '../../lib/client/options.ts'
import { readOptions } from '../../lib/client/settings.ts'
import type { Data, WebSocketConstructor, WebSocketLike } from '../../lib/client/socket.ts'
import { manualClock, type ManualClock } from './clock.ts'

/** A WebSocket without a network; tests say what the server does. */
export class FakeSocket implements WebSocketLike {
  readyState = 0
  protocol = ''
  binaryType = 'blob'
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onerror: (() => void) | null = null
  onclose: ((event: { code: number, reason: string }) => void) | null = null
  readonly url: string
  readonly protocols: unknown
  readonly sent: Data[] = []
  closed: unknown[] | null = null

  constructor (url: string, protocols?: unknown) {
    this.url = url
    this.protocols = protocols
  }

  send (data: Data): void {
    this.sent.push(data)
  }

  close (...how: unknown[]): void {
    this.closed = how
    this.readyState = 2
  }

  /** The server completes the handshake. */
  accept (protocol = ''): void {
    this.readyState = 1
    this.protocol = protocol
    this.onopen?.()
  }

  /** The server sends something. */
  deliver (data: unknown): void {
    this.onmessage?.({ data: typeof data === 'string' || data instanceof ArrayBuffer ? data : JSON.stringify(data) })
  }

  /** The connection ends; a handshake that fails is an error first. */
  end (code: number, reason = ''): void {
    const isOpen = this.readyState !== 0
    this.readyState = 3
    if (!isOpen) this.onerror?.()
    this.onclose?.({ code, reason })
  }
}

/** A connection over fake sockets, and everything that came of it. */
export interface Trial {
  readonly live: Connection
  readonly clock: ManualClock
  readonly sockets: FakeSocket[]
  readonly changes: StateChange[]
  readonly messages: unknown[]
  readonly renewals: RenewalOutcome[]
  /** What `fresh` was, each time a token was asked for. */
  readonly asked: boolean[]
  /** Resolves when promises that are settled have been seen; gives the latest socket. */
  settle (): Promise<FakeSocket>
  /** Goes on to the next attempt. */
  retry (): Promise<FakeSocket>
}

export const TOKEN = 'tok-1'

/** Starts a connection; tokens are `tok-1`, `tok-2`, … unless the options say otherwise. */
export function attempt (options: Partial<ConnectOptions> = {}, url = 'wss://api.example/live'): Trial {
  const clock = manualClock()
  const sockets: FakeSocket[] = []
  const changes: StateChange[] = []
  const messages: unknown[] = []
  const renewals: RenewalOutcome[] = []
  const asked: boolean[] = []
  class WebSocket extends FakeSocket {
    constructor (url: string, protocols?: unknown) {
      super(url, protocols)
      sockets.push(this)
    }
  }
  const all = {
    WebSocket: WebSocket as WebSocketConstructor,
    token: ({ fresh }) => `tok-${asked.push(fresh)}`,
    ...options,
    onMessage (data) {
      messages.push(data)
      options.onMessage?.(data)
    },
    onStateChange (change) {
      changes.push(change)
      options.onStateChange?.(change)
    },
    onRenewal (outcome) {
      renewals.push(outcome)
      options.onRenewal?.(outcome)
    }
  } as ConnectOptions // has a token
  const live = startConnection(readOptions(url, all), all, clock)
  const settle = async (): Promise<FakeSocket> => {
    await new Promise<void>((resolve) => { setImmediate(resolve) })
    return sockets.at(-1) ?? new FakeSocket('none')
  }
  const retry = async (): Promise<FakeSocket> => {
    await clock.next()
    return await settle()
  }
  return { live, clock, sockets, changes, messages, renewals, asked, settle, retry }
}

/** The same over real sockets, with times that do not hold up tests. */
export function connectQuickly (url: string, options: ConnectOptions): Connection {
  const quick = { backoff: { initial: 10, max: 20 }, ...options }
  return startConnection(readOptions(url, quick), quick, CLOCK)
}
