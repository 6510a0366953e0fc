import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction, onRequestHookHandler, onSendHookHandler } from 'fastify'
import { NO_STORE } from './challenge/fields.ts'
import { ANONYMOUS, isDenial, type Denial } from './decision/decide.ts'
import { gather, type Judged } from './decision/gather.ts'
import type { Settings } from './options.ts'
import type { Rehearsal } from './registration.ts'
import type { Alternative, Policy } from './policy.ts'
import { append, respond } from './respond.ts'
import type { Protection } from './routes.ts'
import type { Handshake, Outcome } from './scheme.ts'
import { logRefusal, logVerifierError } from './log.ts'
import { isHandshake, type OfferedTokens } from './websocket/handshake.ts'
import { isOriginAllowed } from './websocket/origin.ts'

/** What one route's guard works with. */
export interface Guarding extends Protection {
  readonly settings: Settings
  readonly offered: OfferedTokens
  readonly rehearsal: Rehearsal
  /** Whether the route has an error handler of its own. */
  readonly handled: boolean
}

/** The hooks of a guarded route. */
export interface Guards {
  readonly onRequest: onRequestHookHandler
  /** `null` unless anonymous callers are let in. */
  readonly onSend: onSendHookHandler | null
}

/**
 * The hooks of guarded routes; those that declare the same share them.
 *
 * @param handled whether the route has an error handler of its own
 */
export function guards (surroundings: Omit<Guarding, keyof Protection | 'handled'>): (protection: Protection, handled: boolean) => Guards {
  const made = [new WeakMap<Protection, Guards>(), new WeakMap<Protection, Guards>()] as const
  return (protection, handled) => {
    const known = made[handled ? 1 : 0]
    let hooks = known.get(protection)
    if (hooks === undefined) {
      const onSend = protection.policy.optional ? varyOnCredentials(protection.policy) : null
      known.set(protection, hooks = { onRequest: guard({ ...protection, ...surroundings, handled }), onSend })
    }
    return hooks
  }
}

/**
 * Makes a guard, for HTTP and the WebSocket handshake alike. It runs as the first of the route's own onRequest hooks:
 * after those of the instance (CORS, rate limits), before the body is parsed. It judges the matched route, never the URL.
 */
function guard (guarding: Guarding): onRequestHookHandler {
  const { policy, settings, offered, rehearsal } = guarding
  const outside = new Set(policy.alternatives.filter((alternative) => isOutsideAuthorization(policy, alternative)))
  const byCertificate = policy.slots.some(({ scheme }) => scheme.location.in === 'certificate')
  return function securityGuard (request, reply, done) {
    const upgrading = isHandshake(request)
    const handshake = upgrading ? readHandshake(request, settings, offered) : undefined
    if (upgrading && !isOriginAllowed(request.headers.origin, settings.origins)) {
      return deny(guarding, request, reply, { reason: 'origin_not_allowed', failing: [], short: null }, [])
    }
    const judged = gather({ policy, request, handshake, verifyTimeout: settings.verifyTimeout, onVerifierError: logVerifierError })
    if (judged instanceof Promise) judged.then((late) => { if (!isGone(reply)) conclude(late, request, reply, done) }, done)
    else conclude(judged, request, reply, done)
  }

  function conclude ({ decision, outcomes }: Judged, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
    if (decision !== ANONYMOUS && isDenial(decision)) return deny(guarding, request, reply, decision, outcomes)
    // Caches know to spare responses to Authorization only (RFC 9111 §3.5), and Vary cannot name a connection.
    const isPrivate = decision === ANONYMOUS ? byCertificate : outside.has(decision)
    if (isPrivate && !reply.hasHeader('cache-control')) reply.header('cache-control', 'private')
    if (decision !== ANONYMOUS) authenticate(request, policy, decision, outcomes)
    if (rehearsal.isOne?.(request) === true) return letGo(reply)
    done()
  }
}

/** Ends a request that is let in, but not to be handled. */
function letGo (reply: FastifyReply): void {
  reply.code(204).header('connection', 'close').send()
}

/** Names the fields that an anonymous response depends on, at the end, when the application has set its own `Vary` (RFC 9110 §12.5.5). */
function varyOnCredentials (policy: Policy): onSendHookHandler {
  const fields = new Set(policy.slots.flatMap(({ scheme: { location } }) => {
    switch (location.in) {
      case 'authorization': return ['Authorization']
      case 'header': return [location.name]
      case 'cookie': return ['Cookie']
      default: return []
    }
  }))
  return function securityVary (_request, reply, _payload, done) {
    for (const field of fields) append(reply, 'vary', field)
    done()
  }
}

/** Refuses what reaches a route of the scope that has no compiled policy, which only a mistake of ours or the framework's can cause. */
export function tripwire (isKnown: (request: FastifyRequest) => boolean): onRequestHookHandler {
  return function securityTripwire (request, reply, done) {
    if (request.is404 || isKnown(request)) return done()
    request.log.error({ url: request.routeOptions.url }, 'refused: the route has no compiled security policy')
    if (request.raw.headers.upgrade !== undefined) reply.raw.once('finish', () => { reply.raw.socket?.destroy() })
    reply.code(503).header('cache-control', NO_STORE).send()
  }
}

function deny (
  { policy, answers, settings, handled }: Guarding,
  request: FastifyRequest, reply: FastifyReply, denial: Denial, outcomes: readonly Outcome[]
): void {
  logRefusal(request, settings.logLevel, policy, denial, outcomes)
  respond(request, reply, answers.of(denial, outcomes), handled)
}

function authenticate (request: FastifyRequest, { slots }: Policy, alternative: Alternative, outcomes: readonly Outcome[]): void {
  const auth: Record<string, unknown> = {}
  for (const slot of alternative.slots) auth[slots[slot]?.name ?? ''] = outcomes[slot]
  const target = request as { auth: unknown } // readonly to everyone else
  target.auth = auth
}

function readHandshake (request: FastifyRequest, { origins }: Settings, offered: OfferedTokens): Handshake {
  return { token: offered.get(request.raw), cookies: origins === null || request.headers.origin !== undefined }
}

function isOutsideAuthorization (policy: Policy, { slots }: Alternative): boolean {
  return slots.some((slot) => {
    const scheme = policy.slots[slot]?.scheme
    return scheme?.location.in !== 'authorization' || scheme.queryName !== undefined
  })
}

/** Whether the client left, or something else answered, while a verifier was waited for. */
function isGone (reply: FastifyReply): boolean {
  return reply.sent || reply.raw.destroyed
}
