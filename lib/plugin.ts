import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { isOutermost, isPreflightRoute, refuseEarlyRoutes, refuseSecondRegistration } from './boot.ts'
import type { Wording } from './challenge/challenges.ts'
import { document } from './docs/document.ts'
import { runFirst } from './docs/first.ts'
import { BOOT_ERRORS, REASONS } from './errors.ts'
import { guard, tripwire, varyOnCredentials } from './guard.ts'
import { resourceOf } from './metadata/resource.ts'
import { serveMetadata } from './metadata/routes.ts'
import { readOptions, type FastifySecurityOptions, type Settings } from './options.ts'
import { compile } from './policy.ts'
import { hideQuery, redactQuery } from './redact.ts'
import { register, type Registration, type Rehearsal } from './registration.ts'
import { inherit, openScope, type Effective, type Scope } from './requirement/inherit.ts'
import { parseSecurity } from './requirement/parse.ts'
import { knownRoutes, type KnownRoute, type Routes } from './routes.ts'
import { appSecurity, type AppSecurity } from './security.ts'
import { isHandshake, takeOfferedTokens, type OfferedTokens } from './websocket/handshake.ts'

type Route = KnownRoute['options']

/** What the guards of one registration share. */
interface Guarded {
  readonly routes: Routes
  readonly settings: Settings
  readonly offered: OfferedTokens
  readonly rehearsal: Rehearsal
}

/** `pino.symbols.serializersSym`, under which a logger keeps what it was given. */
const PINO_SERIALIZERS = Symbol.for('pino.serializers')

/** Marks the routes the plugin has seen, in their config. */
const KNOWN = Symbol('fastify-openapi-security.known')

async function fastifySecurity (app: FastifyInstance, options: FastifySecurityOptions): Promise<void> {
  refuseSecondRegistration(app)
  if (isOutermost(app)) refuseEarlyRoutes(app)
  else app.addHook('onRequest', tripwire(isKnown))
  const settings = readOptions(options)
  compile(settings.security, settings.schemes, 'The option security')
  const routes = knownRoutes(settings.schemes, wordingOf(settings))
  const guarded: Guarded = { routes, settings, offered: new WeakMap(), rehearsal: { isOne: null } }
  const scopeOf = scopesBelow(app, settings)
  decorate(app, scopeOf, guarded)
  app.addHook('onRoute', function (route) { documents.prepare(this, route as Route) })
  const documents = document(app, routes, settings, runFirst(app))
  app.addHook('onRegister', function (instance) { documents.watch(instance) })
  app.addHook('onRoute', function (route) { protect(this, route as Route, scopeOf(this), guarded) })
  app.addHook('onReady', async function () {
    checkServer(app, routes)
    takeOfferedTokens(app, settings.subprotocol, guarded.offered)
    documents.attach()
  })
  if (settings.queryNames.size > 0) keepQueryQuiet(app, settings)
  serveMetadata(app, routes, settings)
  documents.attach()
}

/** Gives a route its requirement, its policy and, unless it is public, its guard. Must be synchronous, or a throw would boot it open. */
function protect (app: FastifyInstance, route: Route, scope: Scope, { routes, settings, offered, rehearsal }: Guarded): void {
  const methods = [route.method].flat()
  const place = `Route ${methods.join(',')} ${route.url}`
  const effective = effectiveFor(app, route, scope, place)
  const protection = routes.protect(effective.security, resourceOf(route.url, settings.resources)?.metadataUrl ?? null, place)
  const websocket = (route.websocket === true || route.wsHandler !== undefined) && methods.includes('GET')
  const known: KnownRoute = { ...effective, methods, url: route.url, websocket, protection, options: route }
  routes.add(known)
  route.config = Object.assign({}, route.config, { [KNOWN]: known })
  if (route.logSerializers?.['req'] !== undefined) {
    route.logSerializers = Object.assign(Object.create(route.logSerializers), redacted(route.logSerializers['req'], settings))
  }
  if (protection === 'public') return
  if (websocket) refuseCookiesWithoutOrigins(known, settings, place)
  prepend(route, guard({ ...protection, settings, offered, rehearsal, handled: route.errorHandler !== undefined }))
  if (protection.policy.optional) route.onSend = [varyOnCredentials(protection.policy), ...[route.onSend ?? []].flat()]
}

function effectiveFor (app: FastifyInstance, route: Route, scope: Scope, place: string): Effective {
  const { schema } = route
  const declared: unknown = schema?.security
  if (declared !== undefined) {
    if (!Object.hasOwn(schema ?? {}, 'security')) {
      throw new BOOT_ERRORS.FST_SECURITY_REQUIREMENT_INVALID(place, 'it is inherited by the schema object')
    }
    return { security: parseSecurity(declared, place), source: 'route' }
  }
  if (isPreflightRoute(app, route)) return { security: [], source: 'plugin' }
  return inherit(scope, place)
}

function prepend (route: Route, hook: onRequestHookHandler): void {
  route.onRequest = [hook, ...[route.onRequest ?? []].flat()]
}

function refuseCookiesWithoutOrigins ({ protection }: KnownRoute, { origins }: Settings, place: string): void {
  if (origins !== null || protection === 'public') return
  const slot = protection.policy.slots.find(({ scheme }) => scheme.location.in === 'cookie')
  if (slot !== undefined) throw new BOOT_ERRORS.FST_SECURITY_ORIGINS_MISSING(place, slot.name)
}

/** Keeps credentials in the query out of what Fastify and @fastify/websocket log and answer of requests that reach no handler. */
function keepQueryQuiet (app: FastifyInstance, settings: Settings): void {
  const serializers: unknown = Reflect.get(app.log, PINO_SERIALIZERS)
  if (typeof serializers === 'object' && serializers !== null && 'req' in serializers) Object.assign(serializers, redacted(serializers.req, settings))
  app.addHook('onRequest', function securityQuietQuery (request, _reply, done) {
    if (request.is404 || (isHandshake(request) && knownRoute(request)?.websocket !== true)) hideQuery(request, settings.queryNames)
    done()
  })
}

function redacted (serialize: unknown, { queryNames }: Settings): { req?: unknown } {
  return typeof serialize === 'function' ? { req: redactQuery(serialize as (request: FastifyRequest) => unknown, queryNames) } : {} // pino calls it so
}

/** The scope of each encapsulated instance; children have their parent as prototype. */
function scopesBelow (app: FastifyInstance, { security }: Settings): (instance: FastifyInstance) => Scope {
  const outermost: Scope = { ...openScope(null), security, source: 'plugin' }
  const scopes = new WeakMap<object, Scope>([[app, outermost]])
  return function scopeOf (instance) {
    let scope = scopes.get(instance)
    if (scope === undefined) scopes.set(instance, scope = openScope(scopeOf(Object.getPrototypeOf(instance) as FastifyInstance)))
    return scope
  }
}

function decorate (app: FastifyInstance, scopeOf: (instance: FastifyInstance) => Scope, registration: Registration): void {
  const { routes, settings } = registration
  const made = new WeakMap<object, AppSecurity>()
  app.decorateRequest('auth', null)
  app.decorate('security', {
    getter (this: FastifyInstance) {
      let security = made.get(this)
      if (security === undefined) made.set(this, security = register(appSecurity(scopeOf(this), routes, settings.schemes), registration))
      return security
    }
  } as never) // the types of decorate() know no getter that uses its instance
}

function isKnown (request: FastifyRequest): boolean {
  const { method, url } = request.routeOptions
  return knownRoute(request) !== undefined || (method === 'OPTIONS' && url === '*' && request.server.hasPlugin('@fastify/cors'))
}

function knownRoute (request: FastifyRequest): KnownRoute | undefined {
  return Reflect.get(request.routeOptions.config, KNOWN) as KnownRoute | undefined // protect() put it there
}

function checkServer (app: FastifyInstance, { known }: Routes): void {
  for (const { protection } of known) {
    if (protection === 'public') continue
    for (const { name, scheme } of protection.policy.slots) scheme.check?.(app.server, name)
  }
}

function wordingOf ({ realm, disclose }: Settings): Omit<Wording, 'metadataUrl'> {
  return { realm, shown: (reason) => disclose === 'all' ? reason : REASONS[reason].shownAs ?? reason }
}

/**
 * Enforces, answers and documents what routes declare in `schema.security`. Register and await it before any route.
 *
 * @throws boot errors `FST_SECURITY_…`, see `docs/errors.md`
 * @example
 * ```ts
 * import Fastify from 'fastify'
 * import fastifySecurity, { bearer, defineSchemes, secrets } from 'fastify-openapi-security'
 *
 * const schemes = defineSchemes({ service: bearer({ verify: secrets([{ value: 'change-me', credentials: { name: 'billing' } }]) }) })
 * const app = Fastify()
 * await app.register(fastifySecurity, { schemes, security: [{ service: [] }] })
 * app.get('/', async () => 'for services only')
 * ```
 */
export default fp(fastifySecurity, { fastify: '5.x', name: 'fastify-openapi-security' })
