import { checkJwtOptions, type JwtOptions } from './jwt-options.ts'
import { jwtVerifier, type JwtVerifier } from './jwt-verifier.ts'

/**
 * Makes a verifier of signed JWT access tokens, for `bearer`, `oauth2` and `openIdConnect` (RFC 7519, RFC 8725).
 *
 * Keys come from one place: discovered from the issuer (RFC 8414, OpenID Connect Discovery) at the first token, from a key set at an
 * address or in the options, or from one key. The token chooses among them by `kid` only; what it says about a key otherwise is not
 * looked at. Each key is used with one algorithm; `none` is never accepted, and a shared secret never comes out of a key set.
 *
 * The profile `rfc9068` (default) accepts what says `at+jwt` in its `typ` and has `iss`, `exp`, `aud`, `sub`, `client_id`, `iat` and
 * `jti` (RFC 9068 §2.2). The profile `jwt` is for issuers whose access tokens say `JWT` or nothing: `iss`, `exp`, `aud` and `sub`
 * are needed. So that an ID token or a logout token of the same issuer does not pass, it refuses tokens that have `nonce`, `at_hash`,
 * `c_hash`, `s_hash` or `events`, a `token_use` other than `access`, or Keycloak's `typ` claim of another kind; and, unless they
 * state their use or scopes, tokens whose audience is their own client (`client_id` or `azp`). What is left to you: the `audience`
 * must be the API's own, because an ID token for a client of that very name may bear none of these marks.
 *
 * For both: `exp` lies in the future, exactly, and no more than `maxLifetime` ahead; `nbf` and `iat` lie no more than
 * `clockTolerance` ahead; no object in the token gives a member twice; `scope` is a string (RFC 6749 §3.3), `scp` is ignored.
 *
 * Refusals: `credentials_malformed` if it is not a compact JWS in canonical base64url of at most `maxLength` bytes, `token_expired`,
 * `token_not_yet_valid`, else `credentials_invalid`. If the keys cannot be had the verifier rejects, which becomes 503.
 *
 * Verified tokens are remembered for at most five minutes and never past `exp`; `forget` drops them. A key that the issuer
 * removed is out of use within ten minutes.
 *
 * @throws FST_SECURITY_VERIFIER_INVALID at once if an option is not valid
 * @example
 * ```ts
 * import { bearer, jwt } from 'fastify-openapi-security'
 *
 * const member = bearer({
 *   verify: jwt({ issuer: 'https://id.example', audience: 'https://api.example' })
 * })
 *
 * const partner = bearer({
 *   verify: jwt({
 *     issuer: 'https://login.partner.example/',
 *     audience: 'https://api.example',
 *     jwks: 'https://login.partner.example/keys',
 *     algorithms: ['RS256'],
 *     profile: 'jwt',
 *     maxLifetime: 3600
 *   })
 * })
 * ```
 */
export function jwt (options: JwtOptions): JwtVerifier {
  return jwtVerifier(checkJwtOptions(options), Date.now)
}
