import { Value } from '@sinclair/typebox/value'
import { OptionsSchema } from '../schemas/options.ts'
import { SCHEME_NAME } from '../schemas/security.ts'
import type { SchemesOption, Security as DeclaredSecurity } from './augment.ts'
import { isDocumentUrl } from './docs/asyncapi/document-url.ts'
import { BOOT_ERRORS } from './errors.ts'
import { readResources, type Resource } from './metadata/resource.ts'
import { nameLocation } from './policy.ts'
import { parseSecurity, type Security } from './requirement/parse.ts'
import type { Location, Scheme, Schemes } from './scheme.ts'
import { isRealm } from './syntax.ts'
import { TOKEN_PARAMETER } from './credentials/token.ts'
import { readWebSocketOptions, type WebSocketOptions, type WebSocketSettings } from './websocket/settings.ts'
import { TICKET_PARAMETER } from './websocket/tickets.ts'

/** What the plugin is registered with. */
export interface FastifySecurityOptions {
  /** Who callers can prove to be, by the names that `security` uses; see {@link defineSchemes}. */
  readonly schemes: SchemesOption
  /** What a route that says nothing gets. `[]` is public, said aloud. */
  readonly security: DeclaredSecurity
  /**
   * An OpenAPI document that came first: routes that say nothing get what their operation says, found by `operationId` or by method and
   * path. A route that says something else, and an operation without a route, stop the application.
   */
  readonly document?: object
  /** The protection space named in challenges (RFC 9110 §11.5). Visible ASCII. Default `api`. */
  readonly realm?: string
  /**
   * Identifiers of the protected resources (RFC 9728 §1.2), for example `https://api.example`. Each gets a metadata document, and
   * Bearer challenges of the routes below it point there with `resource_metadata`.
   */
  readonly resource?: string | readonly string[]
  /** How long a verifier may take before its answer counts as "cannot tell", in milliseconds. Default 5000. */
  readonly verifyTimeout?: number
  /** `all` tells callers even what is normally only logged, such as `account_disabled`. Default `default`. */
  readonly disclose?: 'default' | 'all'
  /** The level at which refusals are logged, one line each. Default `info`. */
  readonly logLevel?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  readonly websocket?: WebSocketOptions
}

/** The options, checked and completed. */
export interface Settings {
  readonly schemes: Schemes
  readonly security: Security
  readonly document: object | null
  readonly realm: string
  readonly resources: readonly Resource[]
  readonly verifyTimeout: number
  readonly disclose: 'default' | 'all'
  readonly logLevel: NonNullable<FastifySecurityOptions['logLevel']>
  readonly origins: ReadonlySet<string> | null
  readonly subprotocol: string | null
  readonly websocket: WebSocketSettings
  /** Query parameters that hold credentials and are kept out of the request log. */
  readonly queryNames: ReadonlySet<string>
}

/** The prefix Kubernetes introduced, the only one in wide use. */
const SUBPROTOCOL = 'base64url.bearer.authorization.k8s.io.'

/**
 * Checks what the plugin was registered with.
 *
 * @throws FST_SECURITY_OPTIONS_INVALID, FST_SECURITY_TEXT_INVALID, FST_SECURITY_SCHEME_INVALID, FST_SECURITY_SCHEMES_CONFLICT,
 *   FST_SECURITY_REQUIREMENT_INVALID
 */
export function readOptions (options: FastifySecurityOptions): Settings {
  const problem = Value.Errors(OptionsSchema, options).First()
  if (problem !== undefined) throw new BOOT_ERRORS.FST_SECURITY_OPTIONS_INVALID(problem.path.slice(1).replaceAll('/', '.') || 'object', problem.message)
  const realm = options.realm ?? 'api'
  checkRealm('The option realm', realm)
  const schemes = options.schemes as Schemes // its members are checked above and below
  checkSchemes(schemes)
  const websocket = readWebSocketOptions(options.websocket)
  checkDocumentUrl(websocket.asyncapi)
  return Object.freeze({
    schemes: Object.freeze({ ...schemes }),
    security: parseSecurity(options.security, 'The option security'),
    document: options.document ?? null,
    realm,
    resources: readResources([options.resource ?? []].flat()),
    verifyTimeout: options.verifyTimeout ?? 5000,
    disclose: options.disclose ?? 'default',
    logLevel: options.logLevel ?? 'info',
    origins: options.websocket?.origins === undefined ? null : new Set(options.websocket.origins.map(checkOrigin)),
    subprotocol: options.websocket?.subprotocol === false ? null : options.websocket?.subprotocol ?? SUBPROTOCOL,
    websocket,
    queryNames: queryNamesOf(schemes, websocket)
  })
}

function queryNamesOf (schemes: Schemes, { carriers }: WebSocketSettings): ReadonlySet<string> {
  const takesTickets = carriers.has('ticket') || Object.values(schemes).some((scheme) => scheme.carriers?.has('ticket'))
  return new Set([
    ...Object.values(schemes).flatMap(({ queryName }) => queryName ?? []),
    ...(carriers.has('query') ? [TOKEN_PARAMETER] : []),
    ...(takesTickets ? [TICKET_PARAMETER] : [])
  ])
}

function checkSchemes (schemes: Schemes): void {
  const read = new Map<string, string>()
  for (const [name, scheme] of Object.entries(schemes)) {
    checkScheme(name, scheme)
    for (const location of locationsOf(scheme)) {
      const other = read.get(location) ?? name
      if (other !== name && !(isToken(scheme) && isToken(schemes[other]))) {
        throw new BOOT_ERRORS.FST_SECURITY_SCHEMES_CONFLICT(other, name, location)
      }
      read.set(location, name)
    }
  }
}

/** The places where a credential is taken for this scheme's whatever it looks like. */
function locationsOf ({ location, queryName }: Scheme): string[] {
  if (!isShareable(location)) return [nameLocation(location)]
  return queryName === undefined ? [] : [nameLocation({ in: 'query', name: queryName })]
}

/** Schemes that carry bearer tokens are alternatives for one token, wherever it comes. */
function isToken (scheme: Scheme | undefined): boolean {
  return scheme?.challenge?.oauth === true
}

/** Several scheme words may come in the Authorization field; a whole field is one credential. */
function isShareable (location: Location): boolean {
  return location.in === 'certificate' || (location.in === 'authorization' && location.scheme !== '*')
}

function checkScheme (name: string, scheme: Scheme): void {
  if (!new RegExp(SCHEME_NAME).test(name)) throw new BOOT_ERRORS.FST_SECURITY_SCHEME_INVALID(`"${name}"`, `the name does not match ${SCHEME_NAME}`)
  if (name in Object.prototype) throw new BOOT_ERRORS.FST_SECURITY_SCHEME_INVALID(`"${name}"`, 'the name is one that every object has')
  if (scheme.realm !== undefined) checkRealm(`The realm of security scheme "${name}"`, scheme.realm)
}

function checkRealm (what: string, realm: unknown): void {
  if (!isRealm(realm)) throw new BOOT_ERRORS.FST_SECURITY_TEXT_INVALID(what)
}

function checkDocumentUrl (url: string | null): void {
  if (url === null || isDocumentUrl(url)) return
  throw new BOOT_ERRORS.FST_SECURITY_OPTIONS_INVALID('websocket.asyncapi', `"${url}" is not the URL of a document, such as https://api.example/asyncapi.json`)
}

function checkOrigin (origin: string): string {
  if (URL.canParse(origin) && new URL(origin).origin === origin && !origin.includes('*')) return origin
  throw new BOOT_ERRORS.FST_SECURITY_OPTIONS_INVALID('websocket.origins', `"${origin}" is not an origin, such as https://app.example`)
}
