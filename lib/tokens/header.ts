import { bytesOf } from './compact.ts'
import { member, parseJsonObject } from './json-object.ts'

/** What a token's `typ` says it is: an RFC 9068 access token, a JWT of no stated kind, or some other kind. */
export type TokenKind = 'access' | 'plain' | 'other'

/** What is read of a JOSE header. `jwk`, `jku`, `x5u` and `x5c` are the sender's word about its own key and never looked at. */
export interface JwtHeader {
  readonly alg: string
  readonly kid: string | undefined
  readonly kind: TokenKind
}

/**
 * Reads the header of an unverified token; `null` if it must be refused. No extension is understood, so every `crit` is refused
 * (RFC 7515 §4.1.11), and an unencoded payload is no JWT (RFC 7797 §7).
 *
 * @param algorithms the algorithms in use; all others are refused before any key is looked for
 */
export function readHeader (bytes: Uint8Array, algorithms: ReadonlySet<string>): JwtHeader | null {
  const header = parseJsonObject(bytes)
  if (header === null || Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) return null
  const alg = member(header, 'alg')
  const kid = member(header, 'kid')
  const typ = member(header, 'typ')
  if (typeof alg !== 'string' || !algorithms.has(alg)) return null
  if (kid !== undefined && typeof kid !== 'string') return null
  if (typ !== undefined && typeof typ !== 'string') return null
  return { alg, kid, kind: kindOf(typ) }
}

/** Issuers write few headers: one per key and kind of token. */
const MAX_KNOWN = 100

/** Reads headers, and knows those of tokens that were verified. */
export interface HeaderReader {
  /** @param header canonical base64url */
  read (header: string): JwtHeader | null
  /** To be told of verified tokens only, so that forged ones neither fill nor drop what is known. */
  remember (header: string, read: JwtHeader): void
}

export function headerReader (algorithms: ReadonlySet<string>): HeaderReader {
  const known = new Map<string, JwtHeader>()
  return {
    read: (header) => known.get(header) ?? readHeader(bytesOf(header), algorithms),
    remember (header, read) {
      if (known.has(header)) return
      if (known.size >= MAX_KNOWN) known.clear()
      // A copy: a slice would keep its whole token alive.
      known.set(Buffer.from(header, 'latin1').toString('latin1'), read)
    }
  }
}

/** Media types are compared without regard to case; `application/` may be left out (RFC 7515 §4.1.9). */
function kindOf (typ: string | undefined): TokenKind {
  switch (typ?.toLowerCase()) {
    case 'at+jwt':
    case 'application/at+jwt':
      return 'access'
    case undefined:
    case 'jwt':
    case 'application/jwt':
      return 'plain'
    default:
      return 'other'
  }
}
