import type { FastifyRequest } from 'fastify'
import { ANONYMOUS } from '../decision/decide.ts'
import type { Alternative, Policy } from '../policy.ts'
import type { Held, Outcome } from '../scheme.ts'
import type { Closing } from './close-codes.ts'
import type { Deadline } from './deadlines.ts'
import type { Socket } from './socket.ts'
import type { WebSocketRoute } from './settings.ts'
import type { Waiting } from './waiting.ts'

/** What is the same for all connections of a route. */
export interface GuardedRoute extends WebSocketRoute {
  readonly policy: Policy
  /** Takes a message before the handler gets it; answers whether it is not to get it. `null` if none is looked at. */
  readonly take: ((session: Session, data: unknown, isBinary: unknown) => boolean) | null
}

/** The credentials a connection was let in with. */
export interface Admission {
  readonly alternative: Alternative | typeof ANONYMOUS
  readonly outcomes: readonly Outcome[]
}

/** Whom a predicate is asked about. */
export interface Bearing {
  readonly scheme: string
  readonly credentials: object
}

/** A connection that was let in, from the decision until the network connection is gone. */
export class Session implements Deadline {
  readonly request: FastifyRequest
  readonly route: GuardedRoute
  admission: Admission
  /** `null` while hooks of the application run before the handshake is completed. */
  socket: Socket | null = null
  /** What keeps the messages of a connection whose client authenticated by one, until the handler runs. */
  waiting: Waiting | null = null
  /** Why it ends, once it does. */
  closing: Closing | null = null
  /** Milliseconds on the clock of the deadlines, at which the credentials end. */
  end = Infinity
  /** Whole milliseconds before the end at which to warn; 0 once that is done. A second time of day would take two words more. */
  lead = 0
  identity: string | null = null
  /** Renewals that failed since the last that did not; -1 while one is under way. */
  failures = 0
  readonly #due: (session: Session) => void

  constructor (request: FastifyRequest, route: GuardedRoute, admission: Admission, due: (session: Session) => void) {
    this.request = request
    this.route = route
    this.admission = admission
    this.#due = due
  }

  get at (): number {
    return this.end - this.lead
  }

  due (): void {
    this.#due(this)
  }
}

/** The credentials by scheme; none for anonymous callers. */
export function bearingsOf ({ slots }: Policy, { alternative, outcomes }: Admission): Bearing[] {
  if (alternative === ANONYMOUS) return []
  return alternative.slots.map((slot) => ({ scheme: slots[slot]?.name ?? '', credentials: outcomes[slot] as object })) // satisfied
}

/** When the first of several credentials ends, in epoch milliseconds; `Infinity` if none does. */
export function endOf (bearings: readonly Bearing[]): number {
  return Math.min(Infinity, ...bearings.map(({ credentials }) => {
    const { expiresAt } = credentials as Held // what verifiers may say
    return expiresAt instanceof Date ? expiresAt.getTime() : expiresAt === undefined ? Infinity : expiresAt * 1000
  }))
}
