import { BOOT_ERRORS } from '../errors.ts'
import { readToken, TOKEN_PARAMETER } from '../credentials/token.ts'
import type { JwtVerifier } from '../tokens/jwt-verifier.ts'
import type { ChallengeTemplate, Scheme, SchemeDefinition, Verify } from '../scheme.ts'
import { collectRefusals, describe, readCarriers, type Carried, type Described, type NotPromise } from './http.ts'

/** How every scheme that carries a bearer token asks for one (RFC 6750 §3). */
const CHALLENGE: ChallengeTemplate = Object.freeze({ scheme: 'Bearer', params: Object.freeze({}), oauth: true, registered: true })

/** What is common to the schemes that carry a bearer token. */
export interface TokenOptions<Credentials extends object> extends Described, Carried {
  readonly verify: Verify<string, Credentials>
  /** Also accept the token as this query parameter, for example `access_token` (RFC 6750 §2.3). Default: the query is ignored. */
  readonly query?: string
}

/** Options of {@link bearer}. */
export interface BearerOptions<Credentials extends object, Role extends string> extends TokenOptions<Credentials> {
  /** A hint for readers of the document, for example `JWT`. */
  readonly bearerFormat?: string
  /** Roles or scopes a requirement may name. */
  readonly roles?: readonly Role[]
}

/**
 * A bearer token (RFC 6750).
 *
 * @throws FST_SECURITY_SCHEME_INVALID
 * @example
 * ```ts
 * import { bearer, secrets } from 'fastify-openapi-security'
 *
 * const service = bearer({
 *   verify: secrets([{ sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', credentials: { name: 'billing' } }])
 * })
 * ```
 */
export function bearer<Credentials extends NotPromise, const Role extends string = never> (
  options: BearerOptions<Credentials, Role>
): Scheme<Credentials, NoInfer<Role>> {
  const { bearerFormat } = options
  const definition = { type: 'http', scheme: 'bearer', ...(bearerFormat === undefined ? {} : { bearerFormat }) }
  return tokenScheme(definition, options, options.roles ?? [])
}

/** A scheme that carries a bearer token, whatever it is called in the document. */
export function tokenScheme<Credentials extends object, Scope extends string> (
  definition: SchemeDefinition, options: TokenOptions<Credentials>, scopes: readonly Scope[] | null
): Scheme<Credentials, Scope> {
  const { verify, query } = options
  if (typeof verify !== 'function') throw invalid(definition.type, '`verify` is not a function')
  if (query !== undefined && (typeof query !== 'string' || query === '')) throw invalid(definition.type, '`query` is not a parameter name')
  const { issuer, remembers } = verify as Partial<Pick<JwtVerifier, 'issuer' | 'remembers'>> // jwt() says so
  const carriers = readCarriers(definition.type, options)
  const places = { query: query ?? null, websocket: carriers, isKnown: remembers }
  return {
    definition: describe(definition, options),
    scopes,
    location: { in: 'authorization', scheme: 'bearer' },
    queryName: query ?? (carriers?.has('query') === true ? TOKEN_PARAMETER : undefined),
    carriers,
    issuer,
    ambient: false,
    challenge: CHALLENGE,
    realm: options.realm,
    refusals: collectRefusals(definition.type, options, ['credentials_malformed']),
    read: (source, handshake) => readToken(source, handshake, places),
    verify
  }
}

function invalid (type: string, problem: string): Error {
  return new BOOT_ERRORS.FST_SECURITY_SCHEME_INVALID(type, problem)
}
