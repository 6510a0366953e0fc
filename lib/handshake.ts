import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { readQuery } from './credentials/query.ts'
import { ANONYMOUS, isDenial, type Denial } from './decision/decide.ts'
import { gather, type Judged } from './decision/gather.ts'
import { logRefusal, logVerifierError } from './log.ts'
import type { Settings } from './options.ts'
import type { Protection } from './routes.ts'
import { isCarried, Refusal, refuse, type Carrier, type Handshake, type Outcome } from './scheme.ts'
import { closingFor, type Closing } from './websocket/close-codes.ts'
import { serverOf, takeUpgrade, type Upgrade, type Upgrades, type WebSocketServer } from './websocket/handshake.ts'
import { isOriginAllowed } from './websocket/origin.ts'
import type { Revocations } from './websocket/revocations.ts'
import { bearingsOf, type Admission, type GuardedRoute } from './websocket/session.ts'
import type { Sessions } from './websocket/sessions.ts'
import { shut, type Socket } from './websocket/socket.ts'
import { TICKET_PARAMETER, type Tickets } from './websocket/tickets.ts'
import { closeUpgraded, type Upgrading } from './websocket/upgrade.ts'
import { ignore, type Waiting } from './websocket/waiting.ts'

/** What all handshakes are judged with. */
export interface Sockets {
  readonly settings: Settings
  readonly upgrades: Upgrades
  readonly sessions: Sessions
  readonly revocations: Revocations
  readonly tickets: Tickets
  readonly upgrading: Upgrading
  /** Open connections whose clients are not authenticated yet. */
  readonly waiting: Map<Socket, Waiting>
}

/** What the handshakes of one route are judged with. */
export interface Handshaking extends Protection, Sockets {
  /** `null` for routes without a socket handler, at which handshakes end after they were judged. */
  readonly route: GuardedRoute | null
  /** As registered. */
  readonly url: string
  /** Those that are on for schemes which name none. */
  readonly carriers: ReadonlySet<Carrier>
  deny (request: FastifyRequest, reply: FastifyReply, denial: Denial, outcomes: readonly Outcome[]): void
  /** Whether a request ends, for a test, as soon as it is judged. */
  isRehearsed (request: FastifyRequest): boolean
  /** Whether a test compares what a request is answered over HTTP. */
  isWatched (request: FastifyRequest): boolean
  /** Lets a request on, with its credentials. */
  admit (request: FastifyRequest, reply: FastifyReply, admission: Admission, done: HookHandlerDoneFunction): void
  /** Completes a handshake and waits for the message that authenticates; where the route does so. */
  wait (asked: Asked, server: WebSocketServer, upgrade: Upgrade, outcomes: readonly Outcome[]): void
}

/** One handshake. */
export interface Asked {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly done: HookHandlerDoneFunction
  readonly handshake: Handshake
  readonly upgrade: Upgrade | undefined
}

const INVALID = refuse('credentials_invalid')
const AMBIGUOUS = refuse('credentials_ambiguous')
const REVOKED = refuse('token_revoked')

export type HandshakeGuard = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void

/** Makes the part of a guard that judges WebSocket handshakes. */
export function handshakeGuard (handshaking: Handshaking): HandshakeGuard {
  const { settings: { origins }, upgrades, upgrading, carriers } = handshaking
  return (request, reply, done) => {
    const { origin } = request.headers
    if (!isOriginAllowed(origin, origins)) return handshaking.deny(request, reply, plainDenial('origin_not_allowed'), [])
    const server = serverOf(request)
    if (server !== undefined) upgrading.attach(server)
    const upgrade = takeUpgrade(upgrades, request.raw)
    const handshake: Handshake = { carriers, subprotocol: upgrade?.subprotocol, cookies: origins === null || origin !== undefined }
    const asked: Asked = { request, reply, done, handshake, upgrade }
    judge(handshaking, asked, spendTicket(handshaking, request, handshake), (judged) => {
      if (!isGone(asked)) conclude(handshaking, asked, judged)
    })
  }
}

/** Asks the verifiers; what is revoked while they are asked counts as refused. */
export function judge (
  { policy, nothing, settings: { verifyTimeout }, revocations }: Handshaking, { request, handshake, done }: Asked,
  known: readonly Outcome[] | undefined, conclude: (judged: Judged) => void
): void {
  const judged = gather({ policy, request, handshake, known, nothing, verifyTimeout, onVerifierError: logVerifierError })
  if (!(judged instanceof Promise)) return conclude(judged)
  const watching = revocations.watch()
  judged.then((late) => {
    watching.stop()
    const { decision, outcomes } = late
    if (decision === ANONYMOUS || isDenial(decision)) return conclude(late)
    const { slots } = decision
    if (!watching.isRevoked(bearingsOf(policy, { alternative: decision, outcomes }))) return conclude(late)
    conclude({
      decision: { reason: 'token_revoked', failing: slots, short: null },
      outcomes: outcomes.map((outcome, slot) => slots.includes(slot) ? REVOKED : outcome)
    })
  }).catch(done)
}

/** Whether the client left, or something else answered, while a verifier was waited for. */
export function isGone ({ reply, upgrade }: Asked): boolean {
  return reply.sent || reply.raw.destroyed || upgrade?.network.destroyed === true
}

export function plainDenial (reason: Denial['reason']): Denial {
  return { reason, failing: [], short: null }
}

function conclude (handshaking: Handshaking, asked: Asked, { decision, outcomes }: Judged): void {
  const { request, reply, done } = asked
  if (decision !== ANONYMOUS && isDenial(decision)) return concludeDenied(handshaking, asked, decision, outcomes)
  const admission: Admission = { alternative: decision, outcomes }
  if (!enter(handshaking, asked, admission)) {
    return refuseHandshake(handshaking, asked, plainDenial('too_many_attempts'), outcomes)
  }
  handshaking.admit(request, reply, admission, done)
}

function concludeDenied (handshaking: Handshaking, asked: Asked, denial: Denial, outcomes: readonly Outcome[]): void {
  const { waiting, settings: { websocket: { limits } } } = handshaking
  const { upgrade } = asked
  const server = serverOf(asked.request)
  if (server === undefined || upgrade === undefined || !mayWait(handshaking, asked, denial, outcomes)) {
    return refuseHandshake(handshaking, asked, denial, outcomes)
  }
  if (waiting.size >= limits.pending) return refuseHandshake(handshaking, asked, plainDenial('too_many_attempts'), outcomes)
  handshaking.wait(asked, server, upgrade, outcomes)
}

/** Starts the session of a connection, where it will be one; answers whether there was room. */
export function enter (
  { route, sessions, upgrading, isRehearsed }: Handshaking, { request, reply, upgrade }: Asked, admission: Admission
): boolean {
  if (route === null || upgrade === undefined || isRehearsed(request)) return true
  // Nobody listens to the response yet, and many do to the network, where one more would take 130 bytes of every connection.
  const response = reply.raw.socket === null ? null : reply.raw
  const session = sessions.open(request, upgrade.network, route, admission, response)
  if (session === null) return false
  upgrading.expect(request, session)
  return true
}

/** Over HTTP, or by completing the handshake to say why; always over HTTP to a foreign origin and to what is ambiguous. */
function refuseHandshake (
  handshaking: Handshaking, { request, reply, upgrade }: Asked, denial: Denial, outcomes: readonly Outcome[]
): void {
  const { route, answers, settings, sessions } = handshaking
  const server = serverOf(request)
  const { answer, record } = answers.prepared(denial, outcomes)
  const isByClose = route?.refuse === 'close' && answer.status !== 400 && !handshaking.isWatched(request)
  if (!isByClose || upgrade === undefined || server === undefined) return handshaking.deny(request, reply, denial, outcomes)
  logRefusal(request, settings.logLevel, record)
  reply.hijack()
  closeUpgraded(server, request, upgrade, closingFor(answer.reason, answer.requiredScopes), sessions)
}

/** Whether what is missing could still come as a message: nothing presented was refused or fell short, and some scheme takes messages. */
function mayWait (
  handshaking: Handshaking, { request, handshake }: Asked, { failing }: Denial, outcomes: readonly Outcome[]
): boolean {
  const { route, policy } = handshaking
  if (route === null || route.firstMessage === null || handshaking.isWatched(request)) return false
  return !outcomes.some((outcome) => outcome instanceof Refusal) &&
    failing.some((slot) => outcomes[slot] === undefined && isCarried(policy.slots[slot]?.scheme.carriers, handshake, 'message'))
}

/**
 * What the ticket of a handshake comes to, slot by slot; `undefined` if there is none to be read. A ticket beside the credential it stands
 * for is ambiguous.
 */
function spendTicket (
  { policy, tickets, url }: Handshaking, request: FastifyRequest, handshake: Handshake
): readonly Outcome[] | undefined {
  const takes = policy.slots.map(({ scheme }) => isCarried(scheme.carriers, handshake, 'ticket'))
  if (!takes.includes(true)) return undefined
  const ticket = readQuery(request, TICKET_PARAMETER)
  if (ticket === undefined) return undefined
  if (ticket instanceof Refusal) return takes.map((isOne) => isOne ? ticket : undefined)
  const grant = tickets.spend(ticket, url)
  if (grant === null) return takes.map((isOne) => isOne ? INVALID : undefined)
  return policy.slots.map(({ name, scheme }, slot) => {
    const credentials = takes[slot] === true ? grant.credentials.get(name) : undefined
    return credentials !== undefined && scheme.read(request, handshake) !== undefined ? AMBIGUOUS : credentials
  })
}

/** Closes a connection that was opened to wait and comes to nothing. */
export function closeWaiting ({ sessions }: Pick<Sockets, 'sessions'>, socket: Socket, closing: Closing): void {
  socket.on('error', ignore)
  shut(socket)
  sessions.closer.close(socket, closing)
}
