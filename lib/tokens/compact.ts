/** A JWS in compact serialisation, split and decoded but not verified (RFC 7515 §7.1). */
export interface CompactToken {
  readonly text: string
  readonly header: Uint8Array
  readonly payload: Uint8Array
}

/**
 * Reads a token by the letter: three non-empty parts, each in canonical base64url, so that one token is one string. Verifiers that
 * allow padding, white space or stray bits would let a caller vary a token past a revocation list or a cache (RFC 8725 §2.4).
 *
 * @param maxLength bytes
 */
export function parseCompact (token: string, maxLength: number): CompactToken | null {
  if (token.length > maxLength) return null
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first === -1 || second === -1) return null
  const header = decodeCanonical(token.slice(0, first))
  const payload = decodeCanonical(token.slice(first + 1, second))
  // A further dot stands in no base64url text.
  const signature = decodeCanonical(token.slice(second + 1))
  if (header === null || payload === null || signature === null) return null
  return { text: token, header, payload }
}

/** Node's decoder skips what it does not know; only text that it would itself have written is taken. */
function decodeCanonical (part: string): Uint8Array | null {
  if (part === '') return null
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : null
}
