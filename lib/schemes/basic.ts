import type { Scheme, Verify } from '../scheme.ts'
import { http, type Described, type NotPromise } from './http.ts'

/** A user-id and password (RFC 7617 §2). */
export interface BasicCredential {
  /** Has no colon. May be empty. */
  readonly username: string
  readonly password: string
}

/** Options of {@link basic}. */
export interface BasicOptions<Credentials extends object, Role extends string> extends Described {
  readonly verify: Verify<BasicCredential, Credentials>
  /** Roles a requirement may name. */
  readonly roles?: readonly Role[]
}

/**
 * The Basic scheme, strictly as RFC 7617 has it: canonical base64, UTF-8, a colon, no control characters; anything else is refused
 * before the verifier is asked. Texts reach the verifier as sent, without Unicode normalisation.
 *
 * @throws FST_SECURITY_SCHEME_INVALID
 * @example
 * ```ts
 * import { basic, secrets } from 'fastify-openapi-security'
 *
 * const known = secrets([{ value: 'ada:correct horse', credentials: { name: 'Ada' } }])
 * const staff = basic({ verify: ({ username, password }) => known(`${username}:${password}`) })
 * ```
 */
export function basic<Credentials extends NotPromise, const Role extends string = never> (
  options: BasicOptions<Credentials, Role>
): Scheme<Credentials, NoInfer<Role>> {
  return http({ ...options, scheme: 'Basic', parse: parseBasic, params: { charset: 'UTF-8' }, registered: true })
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads `user-pass` (RFC 7617 §2); `null` when it is malformed. Node's own decoder accepts far more than the alphabet. */
export function parseBasic (text: string): BasicCredential | null {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) return null
  const pair = decodeUtf8(bytes)
  // eslint-disable-next-line no-control-regex -- RFC 7617 §2 forbids exactly these
  if (pair === null || /[\x00-\x1f\x7f]/.test(pair)) return null
  const colon = pair.indexOf(':')
  return colon === -1 ? null : { username: pair.slice(0, colon), password: pair.slice(colon + 1) }
}

function decodeUtf8 (bytes: Buffer): string | null {
  try {
    return UTF8.decode(bytes)
  } catch {
    return null
  }
}
