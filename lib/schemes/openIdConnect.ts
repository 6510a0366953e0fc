import { BOOT_ERRORS } from '../errors.ts'
import type { Scheme } from '../scheme.ts'
import { tokenScheme, type TokenOptions } from './bearer.ts'
import type { NotPromise } from './http.ts'

/** Options of {@link openIdConnect}. */
export interface OpenIdConnectOptions<Credentials extends object, Scope extends string> extends TokenOptions<Credentials> {
  /** The provider's discovery document. */
  readonly openIdConnectUrl: string
  /** Scopes a requirement may name. Default: any, because only the provider knows them. */
  readonly scopes?: readonly Scope[]
}

/**
 * Access tokens of an OpenID provider. On the wire it is a bearer token; ID tokens are for clients and must be refused by the verifier.
 *
 * @throws FST_SECURITY_SCHEME_INVALID
 * @example
 * ```ts
 * import { jwt, openIdConnect } from 'fastify-openapi-security'
 *
 * const login = openIdConnect({
 *   openIdConnectUrl: 'https://id.example/.well-known/openid-configuration',
 *   verify: jwt({ issuer: 'https://id.example', audience: 'https://api.example' })
 * })
 * ```
 */
export function openIdConnect<Credentials extends NotPromise, const Scope extends string = string> (
  options: OpenIdConnectOptions<Credentials, Scope>
): Scheme<Credentials, Scope> {
  const { openIdConnectUrl } = options
  if (typeof openIdConnectUrl !== 'string' || !URL.canParse(openIdConnectUrl)) {
    throw new BOOT_ERRORS.FST_SECURITY_SCHEME_INVALID('openIdConnect', '`openIdConnectUrl` is not a URL')
  }
  return tokenScheme({ type: 'openIdConnect', openIdConnectUrl }, options, options.scopes ?? null)
}
