import { BOOT_ERRORS } from '../errors.ts'
import type { Scheme } from '../scheme.ts'
import { isScopeToken } from '../syntax.ts'
import { tokenScheme, type TokenOptions } from './bearer.ts'
import type { NotPromise } from './http.ts'

/** An OAuth Flow Object of OpenAPI; which URLs it needs depends on the flow. */
export interface OAuthFlow {
  readonly authorizationUrl?: string
  readonly tokenUrl?: string
  readonly deviceAuthorizationUrl?: string
  readonly refreshUrl?: string
  /** Scope names and what they allow. */
  readonly scopes: Readonly<Record<string, string>>
}

/** An OAuth Flows Object of OpenAPI. */
export interface OAuthFlows {
  readonly implicit?: OAuthFlow
  readonly password?: OAuthFlow
  readonly clientCredentials?: OAuthFlow
  readonly authorizationCode?: OAuthFlow
  readonly deviceAuthorization?: OAuthFlow
}

/** The scopes that any of the flows declares. */
export type ScopesOf<Flows> = {
  [Name in keyof Flows]-?: Flows[Name] extends { readonly scopes: infer Scopes } | undefined ? keyof Scopes & string : never
}[keyof Flows]

/** Options of {@link oauth2}. */
export interface OAuth2Options<Credentials extends object, Flows extends OAuthFlows> extends TokenOptions<Credentials> {
  readonly flows: Flows
  /** Where the authorization server's metadata is (RFC 8414); documented from OpenAPI 3.2 on. */
  readonly oauth2MetadataUrl?: string
}

/** URLs that OpenAPI requires of each flow. */
const REQUIRED: Readonly<Record<keyof OAuthFlows, readonly (keyof OAuthFlow)[]>> = {
  implicit: ['authorizationUrl'],
  password: ['tokenUrl'],
  clientCredentials: ['tokenUrl'],
  authorizationCode: ['authorizationUrl', 'tokenUrl'],
  deviceAuthorization: ['deviceAuthorizationUrl', 'tokenUrl']
}

/**
 * OAuth 2.0 access tokens, with the flows by which clients obtain them. Requirements may name the scopes that the flows declare.
 *
 * @throws FST_SECURITY_SCHEME_INVALID
 * @example
 * ```ts
 * import { jwt, oauth2 } from 'fastify-openapi-security'
 *
 * const oauth = oauth2({
 *   flows: { clientCredentials: { tokenUrl: 'https://id.example/token', scopes: { 'pets:read': 'Read pets' } } },
 *   verify: jwt({ issuer: 'https://id.example', audience: 'https://api.example' })
 * })
 * ```
 */
export function oauth2<Credentials extends NotPromise, const Flows extends OAuthFlows> (
  options: OAuth2Options<Credentials, Flows>
): Scheme<Credentials, ScopesOf<Flows>> {
  const { flows, oauth2MetadataUrl } = options
  if (typeof flows !== 'object' || flows === null || Object.keys(flows).length === 0) throw invalid('`flows` is missing')
  for (const [name, flow] of Object.entries(flows)) checkFlow(name, flow)
  const scopes = Object.values(flows).flatMap((flow: OAuthFlow) => Object.keys(flow.scopes)) as ScopesOf<Flows>[] // what ScopesOf computes
  const definition = { type: 'oauth2', flows, ...(oauth2MetadataUrl === undefined ? {} : { oauth2MetadataUrl }) }
  return tokenScheme(definition, options, [...new Set(scopes)])
}

function checkFlow (name: string, flow: OAuthFlow): void {
  if (!Object.hasOwn(REQUIRED, name)) throw invalid(`"${name}" is not a flow of OpenAPI`)
  if (typeof flow !== 'object' || flow === null) throw invalid(`flow "${name}" is not an object`)
  for (const url of REQUIRED[name as keyof OAuthFlows]) { // own key, checked above
    if (!isUrl(flow[url])) throw invalid(`flow "${name}" needs the URL \`${url}\`, without user and password`)
  }
  if (typeof flow.scopes !== 'object' || flow.scopes === null) throw invalid(`flow "${name}" needs \`scopes\`, if only {}`)
  for (const scope of Object.keys(flow.scopes)) {
    if (!isScopeToken(scope)) throw invalid(`flow "${name}" declares "${scope}", which is not a scope name (RFC 6749 §3.3)`)
  }
}

/** Documents are public, so a URL in them holds no userinfo (RFC 9110 §4.2.4). It may be relative to the document's. */
function isUrl (value: unknown): boolean {
  const base = 'https://relative.invalid'
  if (typeof value !== 'string' || value === '' || !URL.canParse(value, base)) return false
  const { username, password } = new URL(value, base)
  return username === '' && password === ''
}

function invalid (problem: string): Error {
  return new BOOT_ERRORS.FST_SECURITY_SCHEME_INVALID('oauth2', problem)
}
