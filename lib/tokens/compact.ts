/** A JWS in compact serialisation, split but not verified (RFC 7515 §7.1). Each part is canonical base64url. */
export interface CompactToken {
  readonly text: string
  /** Base64url. */
  readonly header: string
  /** Base64url. */
  readonly payload: string
  /** What is signed: header and payload with the dot between them. */
  readonly input: string
  /** Base64url. */
  readonly signature: string
}

/** Linear: no dot stands in a part, so there is one way to divide the text. */
const THREE_PARTS = /^[\w-]+\.[\w-]+\.[\w-]+$/
/**
 * Last characters by the length of the last group: two characters hold one byte and four unused bits, three hold two bytes and two
 * unused bits, all of them zero (RFC 4648 §3.5); one character holds nothing.
 */
const LAST: readonly (RegExp | null)[] = [/[\w-]$/, null, /[AQgw]$/, /[AEIMQUYcgkosw048]$/]

/**
 * Reads a token by the letter: three non-empty parts, each in canonical base64url, so that one token is one string. Verifiers that
 * allow padding, white space or stray bits would let a caller vary a token past a revocation list or a cache (RFC 8725 §2.4).
 *
 * @param maxLength bytes
 */
export function parseCompact (token: string, maxLength: number): CompactToken | null {
  if (token.length > maxLength || !THREE_PARTS.test(token)) return null
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  const header = token.slice(0, first)
  const payload = token.slice(first + 1, second)
  const signature = token.slice(second + 1)
  if (!isCanonical(header) || !isCanonical(payload) || !isCanonical(signature)) return null
  return { text: token, header, payload, input: token.slice(0, second), signature }
}

function isCanonical (part: string): boolean {
  return LAST[part.length % 4]?.test(part) ?? false
}

/** The bytes of a part. */
export function bytesOf (part: string): Uint8Array {
  return Buffer.from(part, 'base64url')
}
