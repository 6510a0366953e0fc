import type { FastifyRequest } from 'fastify'
import { CLOSE_CODES, closingFor, type Closing } from './close-codes.ts'
import { Closer } from './closer.ts'
import { Deadlines } from './deadlines.ts'
import { MESSAGE_TYPES } from './message-format.ts'
import { bearingsOf, endOf, Session, type Admission, type Bearing, type GuardedRoute } from './session.ts'
import type { WebSocketSettings } from './settings.ts'
import { OPEN, shut, type Answering, type Network, type Socket } from './socket.ts'

/** Every connection that was let in to a guarded WebSocket route, told by the request of its handshake, which lives as long. */
export class Sessions {
  readonly deadlines: Deadlines
  readonly closer: Closer
  readonly #settings: WebSocketSettings
  readonly #log: (session: Session, closing: Closing) => void
  /** By what Node.js has made of the request. */
  readonly #known = new Map<object, Session>()
  readonly #perIdentity = new Map<string, number>()
  /** One listener for all responses, as every byte counts that each connection takes. */
  readonly #answered: (this: Answering) => void

  /** @param log told of each connection that ends from here */
  constructor (settings: WebSocketSettings, log: (session: Session, closing: Closing) => void, clock?: () => number) {
    this.#settings = settings
    this.#log = log
    this.deadlines = new Deadlines(clock)
    this.closer = new Closer(clock)
    const forget = (raw: object): void => { this.#forget(raw) }
    this.#answered = function () { forget(this.req) }
  }

  get size (): number {
    return this.#known.size
  }

  find (request: FastifyRequest): Session | undefined {
    return this.#known.get(request.raw)
  }

  /**
   * Starts one, as soon as its request is let in; `null` if there are too many.
   *
   * @param response which closes with the connection, and which nobody else listens to; `null` where it has let go of the connection
   */
  open (
    request: FastifyRequest, network: Network, route: GuardedRoute, admission: Admission, response: Answering | null = null
  ): Session | null {
    const { raw } = request
    const bearings = bearingsOf(route.policy, admission)
    const identity = this.#settings.limits.perIdentity === Infinity ? null : this.identityOf(bearings)
    if (this.#isFull(identity)) return null
    const session = new Session(request, route, admission, this.#due)
    session.identity = identity
    this.#known.set(raw, session)
    this.#count(identity, 1)
    if (response === null) network.once('close', () => { this.#forget(raw) })
    else response.on('close', this.#answered)
    this.#schedule(session, bearings)
    return session
  }

  /** Notes the socket of a completed handshake; answers whether the connection may go on. */
  establish (session: Session, socket: Socket): boolean {
    session.socket = socket
    if (session.closing !== null) this.#finish(session, socket, session.closing)
    return session.closing === null
  }

  /** Takes other credentials for the same identity. */
  renew (session: Session, admission: Admission): void {
    session.admission = admission
    this.#schedule(session, bearingsOf(session.route.policy, admission))
  }

  /** Lets nothing more through from here on, and closes. */
  end (session: Session, closing: Closing): void {
    if (session.closing !== null) return
    session.closing = closing
    this.deadlines.delete(session)
    if (session.socket !== null) this.#finish(session, session.socket, closing)
  }

  /** Ends those with matching credentials; answers how many. Asks about all of them before any is ended. */
  revoke (matches: (bearing: Bearing) => boolean): number {
    const found = [...this.#known.values()].filter(({ closing, route, admission }) =>
      closing === null && bearingsOf(route.policy, admission).some(matches))
    for (const session of found) this.end(session, closingFor('token_revoked'))
    return found.length
  }

  /** Whose credentials these are; `null` if they do not all say. */
  identityOf (bearings: readonly Bearing[]): string | null {
    const subjects = bearings.map(({ scheme, credentials }) => [scheme, this.#settings.identify(scheme, credentials)])
    return subjects.length === 0 || subjects.some(([, subject]) => subject === undefined) ? null : JSON.stringify(subjects)
  }

  /** Ends all, and resolves when they are gone. */
  async close (): Promise<void> {
    for (const session of this.#known.values()) this.end(session, { code: CLOSE_CODES.goingAway, reason: '' })
    await this.closer.drained()
  }

  readonly #due = (session: Session): void => {
    if (session.lead === 0) return this.end(session, closingFor('token_expired'))
    session.lead = 0
    this.deadlines.add(session)
    warn(session)
  }

  #schedule (session: Session, bearings: readonly Bearing[]): void {
    this.deadlines.delete(session)
    const left = endOf(bearings) - Date.now()
    session.end = left === Infinity ? Infinity : this.deadlines.clock() + left
    session.lead = this.#leadOf(left)
    if (session.end !== Infinity) this.deadlines.add(session)
  }

  /** Where less is left than a warning takes, half of it: whoever renews with tokens that live as short is not asked again at once. */
  #leadOf (left: number): number {
    const { warnBefore } = this.#settings
    return Math.floor(left > warnBefore ? warnBefore : Math.max(left, 0) / 2)
  }

  #finish (session: Session, socket: Socket, closing: Closing): void {
    shut(socket)
    session.waiting?.stop()
    this.closer.close(socket, closing, () => { this.#log(session, closing) })
  }

  #forget (raw: object): void {
    const session = this.#known.get(raw)
    if (session === undefined) return
    this.#known.delete(raw)
    this.deadlines.delete(session)
    this.#count(session.identity, -1)
  }

  #isFull (identity: string | null): boolean {
    const { total, perIdentity } = this.#settings.limits
    return this.#known.size >= total || (identity !== null && (this.#perIdentity.get(identity) ?? 0) >= perIdentity)
  }

  #count (identity: string | null, by: 1 | -1): void {
    if (identity === null) return
    const sum = (this.#perIdentity.get(identity) ?? 0) + by
    if (sum === 0) this.#perIdentity.delete(identity)
    else this.#perIdentity.set(identity, sum)
  }
}

/** Tells the handler, and the client where it can renew by a message, that the credentials are about to end. */
function warn ({ request, route, socket, admission }: Session): void {
  if (socket === null || socket.readyState !== OPEN) return
  const expiresAt = Math.floor(endOf(bearingsOf(route.policy, admission)) / 1000)
  if (route.renewal !== null) socket.send(JSON.stringify({ type: MESSAGE_TYPES.expiring, expires_at: expiresAt }))
  try {
    socket.emit('expiring', { expiresAt })
  } catch (error) {
    request.log.error({ err: error }, 'a listener of the event expiring failed')
  }
}
