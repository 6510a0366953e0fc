import type { FastifyRequest } from 'fastify'
import type { Security as DeclaredSecurity } from './augment.ts'
import { covers } from './requirement/scopes.ts'
import { parseSecurity, type Security } from './requirement/parse.ts'
import { setDefault, type Scope, type Source } from './requirement/inherit.ts'
import { compile } from './policy.ts'
import { urlsOf, type KnownRoute, type Routes } from './routes.ts'
import type { Held, Schemes } from './scheme.ts'

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

/** What `app.security` offers. */
export interface AppSecurity {
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
}

/** Makes `app.security` for one encapsulated scope. */
export function appSecurity (
  scope: Scope, routes: Routes, schemes: Schemes, complete: (document: object) => object
): AppSecurity {
  const checked = new WeakMap<object, Security>()
  return Object.freeze({
    default (declared: DeclaredSecurity) {
      const security = parseSecurity(declared, 'app.security.default()')
      compile(security, schemes, 'app.security.default()')
      setDefault(scope, security)
    },
    routes: () => routes.known.flatMap(describe),
    openapi: <Document extends object> (document: Document) => complete(document) as Document, // with more in it
    satisfies (request: FastifyRequest, declared: DeclaredSecurity) {
      let security = checked.get(declared)
      if (security === undefined) {
        security = parseSecurity(declared, 'app.security.satisfies()')
        compile(security, schemes, 'app.security.satisfies()')
        if (Object.isFrozen(declared)) checked.set(declared, security)
      }
      return security.length === 0 || security.some((requirement) => isHeld(request.auth, requirement))
    }
  })
}

function isHeld (auth: unknown, requirement: Security[number]): boolean {
  return Object.entries(requirement).every(([name, scopes]) => {
    const held = (auth as Record<string, Held | undefined> | null)?.[name] // what the guard puts there
    return held !== undefined && covers(held.scopes, scopes)
  })
}

function describe (route: KnownRoute): RouteSecurity[] {
  const { methods, security, source, websocket } = route
  return methods.flatMap((method) => urlsOf(route).map((url) => ({ method, url, security, source, websocket })))
}
