import { EventEmitter } from 'node:events'
import { mock } from 'node:test'
import type { FastifyRequest } from 'fastify'
import { ANONYMOUS } from '../../../lib/decision/decide.ts'
import type { Outcome } from '../../../lib/scheme.ts'
import type { Admission, GuardedRoute } from '../../../lib/websocket/session.ts'
import { readWebSocketOptions, type WebSocketOptions, type WebSocketSettings } from '../../../lib/websocket/settings.ts'
import type { Network, Socket } from '../../../lib/websocket/socket.ts'
import { policyOf } from '../challenge/stage.ts'

/** Time that stands still until it is told to go on; the timers of the process go by it. */
export interface Time {
  readonly now: number
  readonly clock: () => number
  /** Goes on by some milliseconds, and lets what is due happen on the way. */
  advance (milliseconds: number): void
  /** Moves the clock only, as when a machine wakes up. */
  jump (milliseconds: number): void
}

export function fakeTime (t: { teardown (callback: () => void): void }, start = 1000): Time {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => { mock.timers.reset() })
  let now = start
  return {
    get now () { return now },
    clock: () => now,
    advance (milliseconds) {
      for (let left = milliseconds; left > 0; left -= 10) {
        const step = Math.min(left, 10)
        now += step
        mock.timers.tick(step)
      }
    },
    jump (milliseconds) { now += milliseconds }
  }
}

type Listener = (...values: never[]) => void

/** A WebSocket that only notes what is done to it. */
export class FakeSocket extends EventEmitter implements Socket {
  readyState = 1
  readonly done: string[] = []

  override on (event: string | symbol, listener: Listener): this { return super.on(event, listener as () => void) }
  override off (event: string | symbol, listener: Listener): this { return super.off(event, listener as () => void) }

  send (text: string, ...rest: unknown[]): void {
    this.done.push(`send ${text}`)
    for (const callback of rest) if (typeof callback === 'function') callback()
  }

  ping (): void { this.done.push('ping') }
  pong (): void { this.done.push('pong') }

  close (code: number, reason: string): void {
    this.readyState = 2
    this.done.push(`close ${code} ${reason}`.trim())
  }

  terminate (): void {
    this.done.push('terminate')
    this.gone()
  }

  /** The connection is gone, whoever ended it. */
  gone (): void {
    this.readyState = 3
    this.emit('close')
  }
}

/** The connection below a WebSocket. */
export class FakeNetwork extends EventEmitter implements Network {
  destroyed = false

  override on (event: string | symbol, listener: Listener): this { return super.on(event, listener as () => void) }
  override off (event: string | symbol, listener: Listener): this { return super.off(event, listener as () => void) }

  destroy (): void {
    this.destroyed = true
    this.emit('close')
  }
}

/** Lets everything that was put off by `setImmediate` happen, and what that puts off in turn. */
export async function immediates (): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => { setImmediate(resolve) })
}

export const POLICY = policyOf([{ oauth: ['read'] }, { oauth: [], key: [] }])

export function settingsOf (options: WebSocketOptions = {}): WebSocketSettings {
  return readWebSocketOptions(options)
}

export function routeOf (settings: WebSocketSettings, take: GuardedRoute['take'] = null, policy = POLICY): GuardedRoute {
  return { ...settings, policy, take }
}

/** Let in with a token; `null` anonymously. */
export function admissionOf (oauth: object | null, key?: object, policy = POLICY): Admission {
  const [byToken, byBoth] = policy.alternatives
  const alternative = (key === undefined ? byToken : byBoth) ?? ANONYMOUS
  const outcomes: Outcome[] = [oauth ?? undefined, key]
  return { alternative: oauth === null ? ANONYMOUS : alternative, outcomes }
}

/** A request, as far as sessions know it. */
export function fakeRequest (log: unknown[] = []): FastifyRequest {
  return { raw: {}, auth: null, log: { error: (fields: unknown) => { log.push(fields) } } } as unknown as FastifyRequest
}
