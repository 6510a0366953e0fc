import type { TokenKind } from './header.ts'
import { member, type JsonObject } from './json-object.ts'

/** `rfc9068`: access tokens that say so in `typ`; `jwt`: also tokens that do not. */
export type Profile = 'rfc9068' | 'jwt'

/** ID tokens (OpenID Connect Core §2, §3.3.2.11) and logout or security event tokens (Back-Channel Logout §2.4, RFC 8417 §2.2). */
const FOREIGN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events']

/** What Keycloak writes into the claim `typ` of what is not an access token. */
const FOREIGN_TYPES = ['ID', 'Refresh', 'Offline', 'Logout']

/** Whether a token of this kind may be judged under the profile at all. */
export function admits (profile: Profile, kind: TokenKind): boolean {
  return kind === 'access' || (profile === 'jwt' && kind === 'plain')
}

/**
 * Tells a plain JWT that is an access token from its issuer's other tokens (RFC 8725 §3.12). None of the claims of an ID token or a
 * logout token may be there, a stated use must be `access`, and the audience must not be the client itself, as it is in an ID token,
 * unless the token names a use or scopes.
 *
 * @param audience the configured audience that the token names
 */
export function isDiscriminated (claims: JsonObject, kind: TokenKind, audience: string): boolean {
  if (kind === 'access') return true
  if (FOREIGN_CLAIMS.some((name) => Object.hasOwn(claims, name))) return false
  const use = member(claims, 'token_use')
  const type = member(claims, 'typ')
  if (use !== undefined) return use === 'access'
  if (FOREIGN_TYPES.some((name) => name === type)) return false
  const ownAudience = audience === member(claims, 'client_id') || audience === member(claims, 'azp')
  return !ownAudience || type === 'Bearer' || Object.hasOwn(claims, 'scope') || Object.hasOwn(claims, 'scp')
}
