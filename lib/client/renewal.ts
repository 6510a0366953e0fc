import { delayAfter, type Backoff } from './backoff.ts'
import type { Clock } from './clock.ts'
import type { Ask } from './credentials.ts'
import { writeAuthenticate, type Control } from './messages.ts'
import type { RenewalOptions, RenewalOutcome } from './options.ts'

/** Keeps the credentials of one open connection good. */
export interface Renewal {
  /** Says when they end, in epoch seconds, as far as it is known. */
  schedule (expiresAt: number | undefined): void
  /** Takes a message of the server; answers whether it was about this. */
  take (control: Control): boolean
  stop (): void
}

/** What renewals are made with. */
export interface RenewalPlan {
  /** Of tokens; `null` if there are none. */
  readonly ask: Ask | null
  readonly options: RenewalOptions | undefined
  /** Milliseconds for the server to answer. */
  readonly timeout: number
  readonly backoff: Backoff
  readonly clock: Clock
  send (message: string): void
  told (outcome: RenewalOutcome): void
}

/** In a row; the server ends connections that try out more. */
const MAX_ATTEMPTS = 3
/** Milliseconds between two renewals by the client's clock: one that is wrong shows every token as about to end. */
const MIN_INTERVAL = 30_000

/** What is there of a connection that never renews: every message is the application's. */
export const NO_RENEWAL: Renewal = Object.freeze({ schedule () {}, take: () => false, stop () {} })

/** Begins to watch. Nothing is sent before the server asks for it, or the time that the options name has come. */
export function startRenewal ({ ask, options, timeout, backoff, clock, send, told }: RenewalPlan): Renewal {
  let phase: 'idle' | 'asking' | 'sent' | 'stopped' = 'idle'
  let attempts = 0
  /** Answers that the server still has to give. */
  let owed = 0
  let earliest = 0
  let hint: number | undefined
  let callOff = (): void => {}

  function later (delay: number, run: () => void): void {
    callOff()
    callOff = clock.after(delay, run)
  }

  function schedule (expiresAt: number | undefined): void {
    if (options === undefined || expiresAt === undefined) return
    const now = clock.now()
    later(Math.max((expiresAt - options.before) * 1000, earliest, now) - now, begin)
  }

  function begin (): void {
    if (phase !== 'idle' || ask === null) return
    callOff()
    phase = 'asking'
    attempts++
    earliest = clock.now() + MIN_INTERVAL
    ask(true).then(bring, () => { fail('credentials_unavailable') })
  }

  function bring (token: string | null): void {
    if (phase !== 'asking') return
    // Signed out: the connection lasts as long as its credentials do.
    if (token === null) return finish({ renewed: false, code: 'credentials_missing' })
    phase = 'sent'
    hint = expiryOf(token, options)
    later(timeout, () => { finish({ renewed: false, code: 'timeout' }) })
    owed++
    send(writeAuthenticate(token))
  }

  function fail (code: string): void {
    if (phase === 'stopped') return
    callOff()
    phase = 'idle'
    if (attempts < MAX_ATTEMPTS) later(delayAfter(attempts, backoff, clock.random()), begin)
    told({ renewed: false, code })
  }

  function finish (outcome: RenewalOutcome): void {
    callOff()
    phase = 'idle'
    attempts = 0
    if (outcome.renewed) schedule(outcome.expiresAt)
    told(outcome)
  }

  return {
    schedule,
    take (control) {
      if (control.type === 'expiring') begin()
      else if (owed === 0) return false
      else if (--owed > 0 || phase !== 'sent') return true
      else if (control.type === 'refused') fail(control.code)
      else finish({ renewed: true, expiresAt: control.expiresAt ?? hint })
      return true
    },
    stop () {
      phase = 'stopped'
      callOff()
    }
  }
}

/** When a token ends, as far as the application knows: a hint, so failing to tell is no failure. */
export function expiryOf (token: string, options: RenewalOptions | false | undefined): number | undefined {
  try {
    return options === false ? undefined : options?.expiresAt?.(token)
  } catch {
    return undefined
  }
}
