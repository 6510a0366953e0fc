/** Why a connection ended, or did not come about. */
export interface Ending {
  /**
   * The close code. 1006 is all that browsers tell of a handshake that failed, be it the network or a refusal. `null` where the client
   * itself did not try: see `reason`.
   */
  readonly code: number | null
  /**
   * The server's text; its code alone if there are also scopes (`scope_insufficient`). Of the client itself: `timeout` (with 1006: no
   * answer in time), `credentials_missing` (the source resolved to `null`), `credentials_unavailable` (it failed),
   * `handshake_impossible` (this WebSocket cannot be opened like this).
   */
  readonly reason: string
  /** With 3003: the scopes that are required. */
  readonly scopes: readonly string[]
  /** Why credentials are unavailable, as the source threw it, or why no handshake is possible. */
  readonly error?: unknown
}

/** What has happened since the last connection that lasted. */
export interface Failures {
  /** Attempts that failed. */
  readonly total: number
  /** Of them those that a server refused, with 3000 or 3008. */
  readonly refused: number
  /** Whether the next credential must not come from a cache. */
  readonly fresh: boolean
}

/** How far a connection came. */
export type Reached = 'nothing' | 'open' | 'lasting'

export const NO_FAILURES: Failures = Object.freeze({ total: 0, refused: 0, fresh: false })

/** Close codes of the IANA registry (RFC 6455 §7.4.1, §11.7). */
const UNAUTHORIZED = 3000
const FORBIDDEN = 3003
const TIMEOUT = 3008
const ABNORMAL = 1006
/** Going away, abnormal closure, internal error, service restart, try again later, bad gateway. */
const TRANSIENT: ReadonlySet<number | null> = new Set([1001, ABNORMAL, 1011, 1012, 1013, 1014])
const REFUSED: ReadonlySet<number | null> = new Set([UNAUTHORIZED, TIMEOUT])
/** Refusals in a row, after which it is not the token's age. */
const MAX_REFUSED = 5

/** Reads a close frame; the server writes the scopes behind the code of a refusal. */
export function endingOf (code: number, text: string): Ending {
  if (code !== FORBIDDEN) return { code, reason: text, scopes: [] }
  const [reason = '', ...scopes] = text.split(' ')
  return { code, reason, scopes }
}

/** Says why no attempt was made. */
export function endingOfNone (reason: string, error?: unknown): Ending {
  return { code: null, reason, scopes: [], ...(error === undefined ? {} : { error }) }
}

/** Whether to connect again, unless the application says otherwise. */
export function isTransient ({ code, reason }: Ending): boolean {
  return TRANSIENT.has(code) || REFUSED.has(code) || reason === 'credentials_unavailable'
}

/** Whether a server has refused so often that trying again would only burden whoever issues tokens. */
export function isHopeless ({ refused }: Failures): boolean {
  return refused >= MAX_REFUSED
}

/** Counts an ending in. */
export function countIn ({ code }: Ending, reached: Reached, before: Failures): Failures {
  const { total, refused, fresh } = reached === 'lasting' ? NO_FAILURES : before
  return {
    total: total + 1,
    refused: refused + (REFUSED.has(code) ? 1 : 0),
    fresh: code === UNAUTHORIZED || (code === null && fresh) || (code === ABNORMAL && reached === 'nothing' && isPowerOfTwo(total + 1))
  }
}

/**
 * A handshake that failed may have been refused for a token that is out of date, which no browser tells. The first, second, fourth, eighth…
 * in a row is taken for that: soon enough for the refused, and seldom enough when a whole network is down.
 */
function isPowerOfTwo (count: number): boolean {
  return (count & (count - 1)) === 0
}
