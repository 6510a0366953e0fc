import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { isOutermost, refuseEarlyRoutes, refuseSecondRegistration } from './boot.ts'
import type { Wording } from './challenge/challenges.ts'
import { describeConnections } from './describe.ts'
import { readDeclared, type Declared } from './docs/declared.ts'
import { document } from './docs/document.ts'
import { isObject, type Json } from './docs/openapi.ts'
import { effectiveFor, scopesBelow } from './effective.ts'
import { BOOT_ERRORS, REASONS } from './errors.ts'
import { runFirst } from './first.ts'
import { guards, tripwire } from './guard.ts'
import { resourceOf } from './metadata/resource.ts'
import { serveMetadata } from './metadata/routes.ts'
import { readOptions, type FastifySecurityOptions, type Settings } from './options.ts'
import { compile } from './policy.ts'
import { hideQuery, redactQuery } from './redact.ts'
import { register, type Registration } from './registration.ts'
import type { Scope } from './requirement/inherit.ts'
import { knownRoutes, methodsOf, type KnownRoute, type Routes } from './routes.ts'
import { appSecurity, type AppSecurity } from './security.ts'
import { startConnections, type Connections } from './connections.ts'
import { readMessages, type DeclaredMessages } from './websocket/declared-messages.ts'
import { isHandshake, watchUpgrades } from './websocket/handshake.ts'
import { invalid } from './websocket/settings.ts'

type Route = KnownRoute['options']

interface GuardableRoute extends KnownRoute {
  readonly socket: ReturnType<Connections['routeOf']> | null
}

/** What routes are guarded with. */
interface Guarding extends Registration {
  readonly declared: Declared | null
  readonly guardsOf: ReturnType<typeof guards>
  readonly connections: Connections
  /** Whether requests are asked which route of ours they are at. */
  readonly isMarking: boolean
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
  const declared = isObject(settings.document) ? readDeclared(settings.document) : null
  const routes = knownRoutes(settings.schemes, wordingOf(settings))
  const registration: Registration = { routes, settings, rehearsal: { isOne: null, isWatched: null } }
  const connections = startConnections(settings, routes)
  const isMarking = !isOutermost(app) || settings.queryNames.size > 0
  const guardsOf = guards({ ...registration, sockets: connections.sockets })
  const guarding: Guarding = { ...registration, declared, connections, guardsOf, isMarking }
  const scopeOf = scopesBelow(app, settings.security)
  app.addHook('onRoute', (route) => { documents.prepare(route as Route) })
  const documents = document(app, routes, settings, runFirst(app, 'onRoute'))
  const complete = (given: object) => documents.complete(given as Json) // says so if it is none
  const documenting = { openapi: complete, asyncapi: describeConnections({ routes, settings, documents, log: app.log }) }
  decorate(app, (instance) =>
    register(appSecurity(scopeOf(instance), routes, settings.schemes, documenting, connections.security), registration))
  app.addHook('onRegister', (instance) => { documents.watch(instance) })
  app.addHook('onRoute', function (route) { protect(this, route as Route, scopeOf(this), guarding) })
  app.addHook('onReady', async function () {
    checkServer(app, routes)
    declared?.checkRouted()
    watchUpgrades(app, settings.subprotocol, connections.sockets.upgrades)
    documents.attach()
    routes.seal()
  })
  app.addHook('preClose', connections.close)
  // @fastify/websocket would close connections without saying why, and then wait for peers that do not answer.
  runFirst(app, 'preClose')
  if (settings.queryNames.size > 0) keepQueryQuiet(app, settings)
  serveMetadata(app, routes, settings)
  documents.attach()
}

/** Gives a route its requirement, its policy and, unless it is public, its guard. Must be synchronous, or a throw would boot it open. */
function protect (instance: FastifyInstance, route: Route, scope: Scope, guarding: Guarding): void {
  const { routes, settings, declared, isMarking, connections } = guarding
  const methods = methodsOf(route)
  const place = `Route ${methods.join(',')} ${route.url}`
  const { security, source } = effectiveFor(instance, route, scope, declared, place)
  const protection = routes.protect(security, resourceOf(route.url, settings.resources)?.metadataUrl ?? null, place)
  const websocket = (route.websocket === true || route.wsHandler !== undefined) && methods.includes('GET')
  const shared = protection === 'public' ? security : protection.policy.security
  const messages = readMessages(websocket ? route.config?.websocket : undefined, place)
  const socket = websocket ? socketOf(route, messages, protection, connections, place) : null
  const known = { security: shared, source, methods, url: route.url, websocket, instance, protection, socket, messages, options: route }
  routes.add(known)
  if (isMarking) route.config = Object.assign({}, route.config, { [KNOWN]: known })
  if (route.logSerializers?.['req'] !== undefined) {
    route.logSerializers = Object.assign(Object.create(route.logSerializers), redacted(route.logSerializers['req'], settings))
  }
  guardRoute(known, guarding, place)
}

/** How the connections of a WebSocket route are guarded; `null` if it is public. */
function socketOf (
  { config }: Route, messages: DeclaredMessages, protection: KnownRoute['protection'], { routeOf }: Connections, place: string
): ReturnType<Connections['routeOf']> | null {
  const own: unknown = config?.websocket
  if (protection !== 'public') return routeOf(own, messages, protection.policy, place)
  const isDescribed = isObject(own) && Object.keys(own).join() === 'sends'
  if (own !== undefined && !isDescribed) throw invalid(place, 'the route is public, so that nothing of it would be enforced')
  return null
}

function guardRoute (known: GuardableRoute, { settings, guardsOf }: Guarding, place: string): void {
  const { protection, options: route, websocket, url, socket } = known
  if (protection === 'public') return
  if (websocket) refuseCookiesWithoutOrigins(known, settings, place)
  const { onRequest, onSend } = guardsOf(protection, route.errorHandler !== undefined, socket === null ? null : { url, route: socket })
  // Where nothing else runs no list is needed, of which there would be one for each of many thousand routes.
  route.onRequest = route.onRequest === undefined ? onRequest : [onRequest, ...[route.onRequest].flat()]
  if (onSend.length > 0) route.onSend = [...onSend, ...[route.onSend ?? []].flat()]
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

function decorate (app: FastifyInstance, securityOf: (instance: FastifyInstance) => AppSecurity): void {
  const made = new WeakMap<object, AppSecurity>()
  app.decorateRequest('auth', null)
  app.decorate('security', {
    getter (this: FastifyInstance) {
      let security = made.get(this)
      if (security === undefined) made.set(this, security = securityOf(this))
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
