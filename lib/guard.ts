import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction, onRequestHookHandler, onSendHookHandler } from 'fastify'
import { authenticate } from './authenticate.ts'
import { NO_STORE } from './challenge/fields.ts'
import { ANONYMOUS, isDenial, type Denial } from './decision/decide.ts'
import { gather, type Judged } from './decision/gather.ts'
import type { Settings } from './options.ts'
import type { Rehearsal } from './registration.ts'
import type { Alternative, Policy } from './policy.ts'
import { append, respond } from './respond.ts'
import type { Protection } from './routes.ts'
import type { Carrier, Outcome } from './scheme.ts'
import { awaitMessage } from './first-message.ts'
import { handshakeGuard, type Handshaking, type Sockets } from './handshake.ts'
import { logRefusal, logVerifierError } from './log.ts'
import { CLOSE_CODES, closeCodeOf } from './websocket/close-codes.ts'
import { isHandshake } from './websocket/handshake.ts'
import type { GuardedRoute } from './websocket/session.ts'

/** What one route's guard works with. */
export interface Guarding extends Protection {
  readonly settings: Settings
  readonly sockets: Sockets
  readonly rehearsal: Rehearsal
  /** What its connections are guarded with; `null` for routes without a socket handler. */
  readonly socket: SocketRoute | null
  /** Whether the route has an error handler of its own. */
  readonly handled: boolean
}

/** A WebSocket route. */
export interface SocketRoute {
  readonly url: string
  readonly route: GuardedRoute
}

/** The hooks of a guarded route. */
export interface Guards {
  readonly onRequest: onRequestHookHandler
  readonly onSend: readonly onSendHookHandler[]
}

/**
 * The hooks of guarded routes; those that declare the same share them, unless they are about WebSockets.
 *
 * @param handled whether the route has an error handler of its own
 */
export function guards (
  surroundings: Omit<Guarding, keyof Protection | 'handled' | 'socket'>
): (protection: Protection, handled: boolean, socket: SocketRoute | null) => Guards {
  const made = [new WeakMap<Protection, Guards>(), new WeakMap<Protection, Guards>()] as const
  const make = (protection: Protection, handled: boolean, socket: SocketRoute | null): Guards => ({
    onRequest: guard({ ...protection, ...surroundings, handled, socket }),
    onSend: [
      ...(protection.policy.optional ? [varyOnCredentials(protection.policy)] : []),
      ...(socket === null || socket.route.firstMessage === null ? [] : [closeAnswered(surroundings.sockets)])
    ]
  })
  return (protection, handled, socket) => {
    if (socket !== null) return make(protection, handled, socket)
    const known = made[handled ? 1 : 0]
    let hooks = known.get(protection)
    if (hooks === undefined) known.set(protection, hooks = make(protection, handled, null))
    return hooks
  }
}

/**
 * Makes a guard, for HTTP and the WebSocket handshake alike. It runs as the first of the route's own onRequest hooks:
 * after those of the instance (CORS, rate limits), before the body is parsed. It judges the matched route, never the URL.
 */
function guard (guarding: Guarding): onRequestHookHandler {
  const { policy, nothing, settings: { verifyTimeout }, rehearsal } = guarding
  const outside = policy.alternatives.filter((alternative) => isOutsideAuthorization(policy, alternative))
  const byCertificate = policy.slots.some(({ scheme }) => scheme.location.in === 'certificate')
  const judgeHandshake = handshakeGuard(handshakingOf(guarding))
  return function securityGuard (request, reply, done) {
    if (isHandshake(request)) return judgeHandshake(request, reply, done)
    const judged = gather({ policy, request, handshake: undefined, nothing, verifyTimeout, onVerifierError: logVerifierError })
    if (judged instanceof Promise) judged.then((late) => { if (!isGone(reply)) conclude(late, request, reply, done) }, done)
    else conclude(judged, request, reply, done)
  }

  function conclude ({ decision, outcomes }: Judged, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
    if (decision !== ANONYMOUS && isDenial(decision)) return deny(guarding, request, reply, decision, outcomes)
    // Caches know to spare responses to Authorization only (RFC 9111 §3.5), and Vary cannot name a connection.
    const isPrivate = decision === ANONYMOUS ? byCertificate : outside.includes(decision)
    if (isPrivate && !reply.hasHeader('cache-control')) reply.header('cache-control', 'private')
    if (decision !== ANONYMOUS) authenticate(request, policy, decision, outcomes)
    if (rehearsal.isOne?.(request) === true) return letGo(reply)
    done()
  }
}

/** The part of a guard that judges handshakes; they are refused over HTTP and let on as any request is. */
function handshakingOf (guarding: Guarding): Handshaking {
  const { policy, answers, nothing, settings, sockets, socket, rehearsal } = guarding
  const isRehearsed = (request: FastifyRequest): boolean => rehearsal.isOne?.(request) === true
  const format = socket?.route.firstMessage ?? null
  const handshaking: Handshaking = {
    policy,
    answers,
    nothing,
    ...sockets,
    route: socket?.route ?? null,
    url: socket?.url ?? '',
    carriers: withMessage(settings.websocket.carriers, format !== null),
    isRehearsed,
    isWatched: (request) => rehearsal.isWatched?.(request) === true,
    deny: (request, reply, denial, outcomes) => { deny(guarding, request, reply, denial, outcomes) },
    admit (request, reply, { alternative, outcomes }, done) {
      if (alternative !== ANONYMOUS) authenticate(request, policy, alternative, outcomes)
      if (isRehearsed(request)) return letGo(reply)
      done()
    },
    wait (asked, server, upgrade, outcomes) {
      if (format !== null) awaitMessage(handshaking, format, asked, server, upgrade, outcomes)
    }
  }
  return handshaking
}

/** First messages are a matter of the route. */
function withMessage (carriers: ReadonlySet<Carrier>, isOn: boolean): ReadonlySet<Carrier> {
  const others = [...carriers].filter((carrier) => carrier !== 'message')
  return new Set(isOn ? [...others, 'message'] : others)
}

/** Closes a connection that was opened to authenticate, when a hook or the validation answers in place of the handler. */
function closeAnswered ({ sessions }: Sockets): onSendHookHandler {
  return function securityCloseAnswered (request, reply, _payload, done) {
    const session = sessions.find(request)
    if (session !== undefined && session.waiting !== null) {
      const isFault = reply.statusCode >= 500 && reply.statusCode !== 503
      sessions.end(session, { code: isFault ? CLOSE_CODES.internalError : closeCodeOf(reply.statusCode), reason: '' })
    }
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
  { answers, settings, handled }: Guarding,
  request: FastifyRequest, reply: FastifyReply, denial: Denial, outcomes: readonly Outcome[]
): void {
  const { answer, record } = answers.prepared(denial, outcomes)
  logRefusal(request, settings.logLevel, record)
  respond(request, reply, answer, handled)
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
