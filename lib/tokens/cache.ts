import { LRUCache } from 'lru-cache'

/** Milliseconds after which a token is verified anew, so that a key its issuer withdrew does not live on here. */
const MAX_AGE = 5 * 60 * 1000
/** The end of a token is its signature and as good as random; all of it is compared when the end matches. */
const TAIL = 6
/** As many bits as V8 keeps a number in without a box. */
const KEY_BITS = 0x3FFFFFFF

interface Entry<Credentials> {
  readonly token: string
  readonly credentials: Credentials
  /** Epoch milliseconds, exclusive. */
  readonly until: number
}

/** Credentials of tokens that were verified. Refusals are never kept. */
export interface TokenCache<Credentials> {
  /** Whether a token is kept, valid still or not. */
  has (token: string): boolean
  get (token: string): Credentials | undefined
  set (token: string, credentials: Credentials): void
  /** Drops what matches; tells how many. */
  forget (predicate: (credentials: Credentials) => boolean): number
}

/**
 * Makes a cache that drops the least recently used.
 *
 * @param size number of tokens, at least 1
 * @param now epoch milliseconds
 */
export function tokenCache<Credentials extends { readonly expiresAt: number }> (size: number, now: () => number): TokenCache<Credentials> {
  const entries = new LRUCache<number, Entry<Credentials>>({ max: size })
  // What was found last: a request's token is asked for twice, to be read and to be judged, and is the same string both times.
  let last: Entry<Credentials> | undefined
  let lastToken = ''

  function find (token: string): Entry<Credentials> | undefined {
    if (last !== undefined && lastToken === token) return last
    const entry = entries.get(keyOf(token))
    if (entry === undefined || entry.token !== token) return undefined
    last = entry
    lastToken = token
    return entry
  }

  return {
    has: (token) => find(token) !== undefined,
    get (token) {
      const entry = find(token)
      if (entry === undefined) return undefined
      if (now() < entry.until) return entry.credentials
      last = undefined
      entries.delete(keyOf(token))
      return undefined
    },
    set (token, credentials) {
      last = undefined
      const until = Math.min(credentials.expiresAt * 1000, now() + MAX_AGE)
      entries.set(keyOf(token), { token, credentials, until })
    },
    forget (predicate) {
      const keys = [...entries].filter(([, { credentials }]) => predicate(credentials)).map(([key]) => key)
      last = undefined
      for (const key of keys) entries.delete(key)
      return keys.length
    }
  }
}

/** A number of its last characters: to hash a text, and be it a short one, takes longer. Two tokens of one number push each other out. */
function keyOf (token: string): number {
  let key = 0
  for (let i = Math.max(0, token.length - TAIL); i < token.length; i++) key = ((key << 5) ^ token.charCodeAt(i)) & KEY_BITS
  return key
}
