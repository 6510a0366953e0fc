import type { FastifyRequest } from 'fastify'
import { CLOSE_CODES, closingFor, type Closing } from './close-codes.ts'
import { closer, type Closer } from './closer.ts'
import { deadlines, type Deadlines } from './deadlines.ts'
import { MESSAGE_TYPES } from './first-message.ts'
import { bearingsOf, endOf, Session, type Admission, type Bearing, type GuardedRoute } from './session.ts'
import type { WebSocketSettings } from './settings.ts'
import { OPEN, shut, type Network, type Socket } from './socket.ts'

/** Every connection that was let in to a guarded WebSocket route. */
export interface Sessions {
  readonly deadlines: Deadlines
  readonly closer: Closer
  /** Milliseconds, monotonic. */
  clock (): number
  /** Starts one, as soon as its request is let in; `null` if there are too many. */
  open (request: FastifyRequest, network: Network, route: GuardedRoute, admission: Admission): Session | null
  find (request: FastifyRequest): Session | undefined
  /** Notes the socket of a completed handshake; answers whether the connection may go on. */
  establish (session: Session, socket: Socket): boolean
  /** Takes other credentials for the same identity. */
  renew (session: Session, admission: Admission): void
  /** Lets nothing more through from here on, and closes. */
  end (session: Session, closing: Closing): void
  /** Ends those with matching credentials; answers how many. */
  revoke (matches: (bearing: Bearing) => boolean): number
  identityOf (bearings: readonly Bearing[]): string | null
  /** Ends all, and resolves when they are gone. */
  close (): Promise<void>
}

/** Starts an empty registry. Connections are told by the request of their handshake, which lives as long as they do. */
export function startSessions (
  { limits, identify, warnBefore }: WebSocketSettings, log: (session: Session, closing: Closing) => void,
  clock: () => number = () => performance.now()
): Sessions {
  const known = new Map<FastifyRequest, Session>()
  const perIdentity = new Map<string, number>()
  const expiries = deadlines(clock)
  const ending = closer(clock)

  function count (identity: string | null, by: 1 | -1): void {
    if (identity === null || limits.perIdentity === Infinity) return
    const sum = (perIdentity.get(identity) ?? 0) + by
    if (sum === 0) perIdentity.delete(identity)
    else perIdentity.set(identity, sum)
  }

  function isFull (identity: string | null): boolean {
    return known.size >= limits.total || (identity !== null && (perIdentity.get(identity) ?? 0) >= limits.perIdentity)
  }

  function identityOf (bearings: readonly Bearing[]): string | null {
    const subjects = bearings.map(({ scheme, credentials }) => [scheme, identify(scheme, credentials)])
    return subjects.length === 0 || subjects.some(([, subject]) => subject === undefined) ? null : JSON.stringify(subjects)
  }

  function schedule (session: Session, bearings: readonly Bearing[]): void {
    expiries.delete(session)
    const left = endOf(bearings) - Date.now()
    session.end = left === Infinity ? Infinity : clock() + left
    if (session.end === Infinity) return
    session.at = warnBefore > 0 && left > warnBefore ? session.end - warnBefore : session.end
    expiries.add(session)
  }

  function due (session: Session): void {
    if (session.at >= session.end) return end(session, closingFor('token_expired'))
    session.at = session.end
    expiries.add(session)
    warn(session)
  }

  function end (session: Session, closing: Closing): void {
    if (session.closing !== null) return
    session.closing = closing
    expiries.delete(session)
    if (session.socket !== null) finish(session, session.socket, closing)
  }

  function finish (session: Session, socket: Socket, closing: Closing): void {
    shut(socket)
    session.waiting?.stop()
    ending.close(socket, closing, () => { log(session, closing) })
  }

  function forget (session: Session): void {
    expiries.delete(session)
    if (known.delete(session.request)) count(session.identity, -1)
  }

  return {
    deadlines: expiries,
    closer: ending,
    clock,
    identityOf,
    end,
    find: (request) => known.get(request),
    open (request, network, route, admission) {
      const bearings = bearingsOf(route.policy, admission)
      const identity = limits.perIdentity === Infinity ? null : identityOf(bearings)
      if (isFull(identity)) return null
      const session = new Session(request, route, admission, due)
      session.identity = identity
      known.set(request, session)
      count(identity, 1)
      network.once('close', () => { forget(session) })
      schedule(session, bearings)
      return session
    },
    establish (session, socket) {
      session.socket = socket
      if (session.closing !== null) finish(session, socket, session.closing)
      return session.closing === null
    },
    renew (session, admission) {
      session.admission = admission
      schedule(session, bearingsOf(session.route.policy, admission))
    },
    revoke (matches) {
      const found = [...known.values()].filter(({ closing, route, admission }) =>
        closing === null && bearingsOf(route.policy, admission).some(matches))
      for (const session of found) end(session, closingFor('token_revoked'))
      return found.length
    },
    async close () {
      for (const session of known.values()) end(session, { code: CLOSE_CODES.goingAway, reason: '' })
      await ending.drained()
    }
  }
}

/** Tells the handler, and the client where it can renew by a message, that the credentials are about to end. */
function warn ({ request, route, socket, end, at, admission }: Session): void {
  if (socket === null || socket.readyState !== OPEN || at !== end) return
  const expiresAt = Math.floor(endOf(bearingsOf(route.policy, admission)) / 1000)
  if (route.renewal !== null) socket.send(JSON.stringify({ type: MESSAGE_TYPES.expiring, expires_at: expiresAt }))
  try {
    socket.emit('expiring', { expiresAt })
  } catch (error) {
    request.log.error({ err: error }, 'a listener of the event expiring failed')
  }
}
