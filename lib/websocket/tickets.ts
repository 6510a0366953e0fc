import { hash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** The query parameter that holds a ticket. */
export const TICKET_PARAMETER = 'ticket'

/** What a ticket stands for. */
export interface Grant {
  /** The URL of the one route it opens, as registered. */
  readonly url: string
  /** The credentials of whoever asked for it, by scheme. */
  readonly credentials: ReadonlyMap<string, object>
}

/** One-time tickets of this process: a page gets one over HTTP and spends it on the handshake, where it can set no header field. */
export interface Tickets {
  /** @param ttl milliseconds */
  mint (grant: Grant, ttl: number): string
  /** Takes a ticket out, whatever comes of it; `null` if there is none for this route. */
  spend (ticket: string, url: string): Grant | null
  /** Drops tickets whose credentials match. */
  revoke (matches: (grant: Grant) => boolean): void
}

/** Beyond this many the oldest are dropped. */
const MAX_TICKETS = 10_000
/** Bytes of a ticket before they are written as base64url. */
const BYTES = 32

export function tickets (clock: () => number = () => performance.now()): Tickets {
  const known = new LRUCache<string, { readonly grant: Grant, readonly until: number }>({ max: MAX_TICKETS })
  return {
    mint (grant, ttl) {
      const ticket = randomBytes(BYTES).toString('base64url')
      known.set(keyOf(ticket), { grant, until: clock() + ttl })
      return ticket
    },
    spend (ticket, url) {
      const key = keyOf(ticket)
      const found = known.get(key)
      known.delete(key)
      return found !== undefined && clock() < found.until && found.grant.url === url ? found.grant : null
    },
    revoke (matches) {
      const keys = [...known].filter(([, { grant }]) => matches(grant)).map(([key]) => key)
      for (const key of keys) known.delete(key)
    }
  }
}

/** Tickets are not kept, only their digests; looking one up takes no longer the more of it was guessed. */
function keyOf (ticket: string): string {
  return hash('sha256', ticket, 'base64')
}
