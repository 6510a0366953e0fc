import type { FastifyRequest } from 'fastify'
import type { AsyncApiDocument, AsyncApiOptions } from './docs/asyncapi/objects.ts'
import type { Revocable, Security as DeclaredSecurity } from './augment.ts'
import { holds } from './decision/holds.ts'
import { parseSecurity, type Security } from './requirement/parse.ts'
import { setDefault, type Scope, type Source } from './requirement/inherit.ts'
import { compile } from './policy.ts'
import { urlsOf, type KnownRoute, type Routes } from './routes.ts'
import type { Schemes } from './scheme.ts'
import type { Renewed } from './websocket/renewal.ts'

/** A route with the requirement in force. */
export interface RouteSecurity {
  readonly method: string
  readonly url: string
  /** `[]` is public. */
  readonly security: Security
  /** Where it was written: on the route, as a scope's default, or in the plugin's options. */
  readonly source: Source
  readonly websocket: boolean
}

/** What `app.security` offers about open WebSocket connections. */
export interface ConnectionSecurity {
  /**
   * Makes a ticket with which whoever sent a request may connect to a WebSocket route, once, as `?ticket=…`: for pages, which can set no
   * header fields on a handshake. It is known to this process only.
   *
   * @param options.for the URL of the route, as registered
   * @param options.ttl seconds, at most 600; default 30
   * @throws FST_SECURITY_TICKET_INVALID
   */
  ticket (request: FastifyRequest, options: { readonly for: string, readonly ttl?: number }): string
  /**
   * Replaces one of the credentials of an open connection. They must be those of the same identity, or they are refused; if they do not
   * satisfy the route any more, the connection is closed with 3003.
   *
   * @param request of the handshake
   * @param credential what the verifier of the scheme takes
   * @param options.scheme default: that of the token
   * @throws FST_SECURITY_RENEWAL_INVALID
   */
  renew (request: FastifyRequest, credential: unknown, options?: { readonly scheme?: string }): Promise<Renewed>
  /**
   * Ends what was let in with matching credentials: no message of such a connection reaches a handler from the call on, and it is closed
   * with 3000 `token_revoked`. Drops tickets and remembered verifications too, and refuses what is being verified. Whether credentials are
   * accepted the next time is the verifier's affair.
   *
   * @returns the number of connections that end
   */
  revoke (predicate: (subject: Revocable) => boolean): number
}

/** What `app.security` offers. */
export interface AppSecurity extends ConnectionSecurity {
  /**
   * Sets what the routes of this encapsulated scope get when they say nothing. Call it before them.
   *
   * @throws FST_SECURITY_DEFAULT_TOO_LATE, FST_SECURITY_REQUIREMENT_INVALID, FST_SECURITY_SCHEME_UNKNOWN, FST_SECURITY_SCOPE_UNDECLARED
   */
  default (security: DeclaredSecurity): void
  /** Every route the plugin guards, with its effective requirement. */
  routes (): RouteSecurity[]
  /**
   * Whether what a request was let in with satisfies a further requirement. `[]` asks nothing and is satisfied.
   *
   * @throws FST_SECURITY_REQUIREMENT_INVALID, FST_SECURITY_SCHEME_UNKNOWN, FST_SECURITY_SCOPE_UNDECLARED
   */
  satisfies (request: FastifyRequest, security: DeclaredSecurity): boolean
  /**
   * Completes an OpenAPI document that someone else made: schemes, and for the operation of each route its effective `security` and the
   * refusals. Call it once the application is ready; the document given stays as it is.
   *
   * @throws FST_SECURITY_DOCUMENT_UNSUPPORTED
   */
  openapi<Document extends object> (document: Document): Document
  /**
   * Makes an AsyncAPI 3.0.0 document of the WebSocket routes, as plain JSON: what their handshakes and messages ask, what is said on them,
   * and how they are refused and end. Call it once the application is ready; each call makes a new one.
   *
   * @throws FST_SECURITY_ASYNCAPI_INVALID
   * @example
   * ```ts
   * app.get('/asyncapi.json', { schema: { security: [] } }, async () =>
   *   app.security.asyncapi({ title: 'Pets', version: '1.0.0', servers: ['wss://api.example'] }))
   * ```
   */
  asyncapi (options?: AsyncApiOptions): AsyncApiDocument
}

/** What completes and makes documents. */
export interface DocumentSecurity {
  openapi (document: object): object
  asyncapi (options?: AsyncApiOptions): AsyncApiDocument
}

/** Makes `app.security` for one encapsulated scope. */
export function appSecurity (
  scope: Scope, routes: Routes, schemes: Schemes, documents: DocumentSecurity, connections: ConnectionSecurity
): AppSecurity {
  const checked = new WeakMap<object, Security>()
  return Object.freeze({
    ...connections,
    default (declared: DeclaredSecurity) {
      const security = parseSecurity(declared, 'app.security.default()')
      compile(security, schemes, 'app.security.default()')
      setDefault(scope, security)
    },
    routes: () => routes.known.flatMap(describe),
    openapi: <Document extends object> (document: Document) => documents.openapi(document) as Document, // with more in it
    asyncapi: documents.asyncapi,
    satisfies (request: FastifyRequest, declared: DeclaredSecurity) {
      let security = checked.get(declared)
      if (security === undefined) {
        security = parseSecurity(declared, 'app.security.satisfies()')
        compile(security, schemes, 'app.security.satisfies()')
        if (Object.isFrozen(declared)) checked.set(declared, security)
      }
      return holds(request.auth, security)
    }
  })
}

function describe (route: KnownRoute): RouteSecurity[] {
  const { methods, security, source, websocket } = route
  return methods.flatMap((method) => urlsOf(route).map((url) => ({ method, url, security, source, websocket })))
}
