import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { isPreflightRoute } from './boot.ts'
import type { Declared } from './docs/declared.ts'
import { BOOT_ERRORS } from './errors.ts'
import { inherit, openScope, type Effective, type Scope } from './requirement/inherit.ts'
import { parseSecurity, type Security } from './requirement/parse.ts'

/** The scope of each encapsulated instance; children have their parent as prototype. */
export function scopesBelow (app: FastifyInstance, security: Security): (instance: FastifyInstance) => Scope {
  const outermost: Scope = { ...openScope(null), security, source: 'plugin' }
  const scopes = new WeakMap<object, Scope>([[app, outermost]])
  return function scopeOf (instance) {
    let scope = scopes.get(instance)
    if (scope === undefined) scopes.set(instance, scope = openScope(scopeOf(Object.getPrototypeOf(instance) as FastifyInstance)))
    return scope
  }
}

/**
 * Which requirement a route gets: its own, that of its operation in a document that came first, or the nearest default.
 *
 * @throws FST_SECURITY_REQUIREMENT_INVALID, FST_SECURITY_DECLARED_TWICE
 */
export function effectiveFor (
  app: FastifyInstance, route: RouteOptions & { readonly url: string }, scope: Scope, declared: Declared | null, place: string
): Effective {
  const { method, url } = route
  const schema: { readonly operationId?: unknown, readonly security?: unknown } | undefined = route.schema
  const documented = declared?.effectiveFor({ methods: [method].flat(), url, operationId: schema?.operationId }, place) ?? null
  const own = schema?.security
  if (own === undefined) {
    if (documented !== null) return documented
    return isPreflightRoute(app, route) ? { security: [], source: 'plugin' } : inherit(scope, place)
  }
  if (!Object.hasOwn(schema ?? {}, 'security')) {
    throw new BOOT_ERRORS.FST_SECURITY_REQUIREMENT_INVALID(place, 'it is inherited by the schema object')
  }
  const security = parseSecurity(own, place)
  if (documented !== null && !isDeepStrictEqual(documented.security, security)) throw new BOOT_ERRORS.FST_SECURITY_DECLARED_TWICE(place)
  return { security, source: 'route' }
}
