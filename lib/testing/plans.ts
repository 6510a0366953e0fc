import { AsyncLocalStorage } from 'node:async_hooks'
import type { Duplex } from 'node:stream'
import type { Refusal } from '../scheme.ts'

/** What is to become of one request. It exists while that request runs and is found by nothing that the request carries. */
export interface Plan {
  /** What verifying comes to, by scheme; the verifiers of schemes that are not among them are asked. */
  readonly verdicts: ReadonlyMap<string, object | Refusal>
  /** Schemes whose credential counts as sent even where the scheme cannot read it. */
  readonly presented: ReadonlySet<string>
  /** Whether the request ends as soon as it is let in. */
  readonly rehearsed: boolean
  /** The URL of the route whose guard read the request. */
  reached: string | null
  /** Whether a guard let it in. */
  admitted: boolean
}

/** A plan on its way to a simulated request, which takes it with it. */
interface Errand {
  readonly plan: Plan
  taker: object | null
}

/** What is read of Node's request, or of a simulated one. */
export interface RawRequest {
  readonly socket?: unknown
  /** Set by light-my-request on what it simulates; a request of Node's has no such member. */
  readonly isLightMyRequest?: unknown
}

const errands = new AsyncLocalStorage<Errand>()
const sockets = new WeakMap<object, Plan>()

/** Makes a plan. */
export function plan (verdicts: Plan['verdicts'], presented: Iterable<string>, rehearsed = false): Plan {
  return { verdicts, presented: new Set(presented), rehearsed, reached: null, admitted: false }
}

/** Lets the first simulated request that is guarded within `send` go by a plan. */
export async function withPlan<T> (plan: Plan, send: () => PromiseLike<T>): Promise<T> {
  return await errands.run({ plan, taker: null }, async () => await send())
}

/** Lets what comes over a pair of streams made in this process go by a plan. */
export function planSocket (socket: Duplex, plan: Plan): void {
  sockets.set(socket, plan)
}

/**
 * The plan of a request. What came over a network has none: its socket was never given one, and no request of Node's is a simulated one,
 * even if it arrives in the asynchronous context of one.
 */
export function planOf (raw: RawRequest): Plan | undefined {
  const { socket } = raw
  const planned = typeof socket === 'object' && socket !== null ? sockets.get(socket) : undefined
  if (planned !== undefined || raw.isLightMyRequest !== true) return planned
  const errand = errands.getStore()
  if (errand === undefined) return undefined
  // Requests that handlers simulate in turn are their own affair.
  errand.taker ??= raw
  return errand.taker === raw ? errand.plan : undefined
}
