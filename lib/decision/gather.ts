import type { FastifyRequest } from 'fastify'
import type { Alternative, Policy, Slot } from '../policy.ts'
import { covers } from '../requirement/scopes.ts'
import { asRefusal, Refusal, refuse, type Handshake, type Held, type Outcome } from '../scheme.ts'
import { decide, type Decision } from './decide.ts'
import { readVerdict } from './judge.ts'

/** What one request is judged with. */
export interface Gathering {
  readonly policy: Policy
  readonly request: FastifyRequest
  readonly handshake: Handshake | undefined
  /** What became of some slots before, such as those of a ticket; they are neither read nor verified again. */
  readonly known?: readonly Outcome[] | undefined
  /** What a request that presents nothing is told, where that was decided before. */
  readonly nothing?: Judged
  /** How long a verifier may take, in milliseconds. */
  readonly verifyTimeout: number
  /** Told when a verifier fails; the credential is given so that it can be kept out of logs. */
  readonly onVerifierError: (request: FastifyRequest, scheme: string, error: unknown, credential: unknown) => void
}

/** The decision, and what led to it. */
export interface Judged {
  readonly decision: Decision
  readonly outcomes: readonly Outcome[]
}

const UNAVAILABLE = refuse('verifier_unavailable')

/**
 * Finds and verifies what a request presents until an alternative is satisfied; if none is, everything presented gets judged, so that
 * each challenge can carry its own error. No promise unless a verifier answers with one.
 */
export function gather (gathering: Gathering): Judged | Promise<Judged> {
  const { policy: { slots, alternatives }, known, nothing } = gathering
  const presented = new Array<unknown>(slots.length)
  const outcomes = new Array<Outcome>(slots.length)
  let isNothing = true
  let isAmbiguous = false
  for (let i = 0; i < slots.length; i++) {
    const before = known?.[i]
    const found = before ?? read(gathering, slots[i] as Slot) // i is within
    presented[i] = found
    outcomes[i] = before ?? (found instanceof Refusal ? found : undefined)
    if (found !== undefined) isNothing = false
    if (found instanceof Refusal && found.status === 400) isAmbiguous = true
  }
  if (isNothing && nothing !== undefined) return nothing
  return isAmbiguous ? conclude(gathering, outcomes) : run(gathering, presented, outcomes, alternatives, 0)
}

/** A scheme that fails to read cannot tell what was presented; the error may quote it, so it is not passed on. */
function read (gathering: Gathering, { name, scheme }: Slot): unknown {
  try {
    const found = scheme.read(gathering.request, gathering.handshake)
    return asRefusal(found) ?? found
  } catch {
    return cannotTell(gathering, name, undefined, new Error('the scheme failed to read the request'))
  }
}

/** Goes through the alternatives in declared order from the given one on, then through whatever is left. */
function run (
  gathering: Gathering, presented: readonly unknown[], outcomes: Outcome[], alternatives: readonly Alternative[], from: number
): Judged | Promise<Judged> {
  for (let position = from; position < alternatives.length; position++) {
    const alternative = alternatives[position]
    if (alternative === undefined) break
    const slot = nextSlot(alternative, presented, outcomes)
    if (slot === SATISFIED) return { decision: alternative, outcomes }
    if (slot === HOPELESS) continue
    const pending = verifySlot(gathering, slot, presented[slot], outcomes)
    if (pending !== null) return pending.then(() => run(gathering, presented, outcomes, alternatives, position))
    position--
  }
  for (let slot = 0; slot < presented.length; slot++) {
    if (presented[slot] === undefined || outcomes[slot] !== undefined) continue
    const pending = verifySlot(gathering, slot, presented[slot], outcomes)
    if (pending !== null) return pending.then(() => run(gathering, presented, outcomes, alternatives, alternatives.length))
  }
  return conclude(gathering, outcomes)
}

/** Verifies one credential, wherever it comes from, as {@link gather} does. Never rejects. */
export async function verifyCredential (gathering: Gathering, slot: number, credential: unknown): Promise<Outcome> {
  const outcomes: Outcome[] = []
  await verifySlot(gathering, slot, credential, outcomes)
  return outcomes[slot]
}

const SATISFIED = -1
const HOPELESS = -2

/** The first slot of an alternative that is still to be verified, as long as the alternative can be satisfied at all. */
function nextSlot (alternative: Alternative, presented: readonly unknown[], outcomes: readonly Outcome[]): number {
  let next = SATISFIED
  for (let i = 0; i < alternative.slots.length; i++) {
    const slot = alternative.slots[i] ?? HOPELESS
    const outcome = outcomes[slot]
    if (outcome === undefined) {
      if (presented[slot] === undefined) return HOPELESS
      if (next === SATISFIED) next = slot
    } else if (outcome instanceof Refusal || !covers((outcome as Held).scopes, alternative.scopes[i] ?? [])) return HOPELESS
  }
  return next
}

interface Verifying {
  verify (credential: unknown, request: unknown): unknown
}

/** Verifies one slot and stores its outcome; answers a promise only if the verifier does. Never rejects. */
function verifySlot (gathering: Gathering, slot: number, credential: unknown, outcomes: Outcome[]): Promise<void> | null {
  const { name, scheme } = gathering.policy.slots[slot] as { name: string, scheme: Verifying } // what read() found is what verify() takes
  try {
    const verdict = scheme.verify(credential, gathering.request)
    if (isThenable(verdict)) return verifyLate(gathering, slot, credential, outcomes, verdict)
    outcomes[slot] = readVerdict(verdict, Date.now)
  } catch (error) {
    outcomes[slot] = cannotTell(gathering, name, credential, error)
  }
  return null
}

/** The first of answer and time limit; what comes later is ignored. */
function verifyLate (
  gathering: Gathering, slot: number, credential: unknown, outcomes: Outcome[], verdict: PromiseLike<unknown>
): Promise<void> {
  const { policy, verifyTimeout } = gathering
  const name = policy.slots[slot]?.name ?? ''
  return new Promise((resolve) => {
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer)
      outcomes[slot] ??= outcome
      resolve()
    }
    const fail = (error: unknown): void => { if (outcomes[slot] === undefined) settle(cannotTell(gathering, name, credential, error)) }
    const timer = setTimeout(() => { fail(new Error(`the verifier gave no answer within ${verifyTimeout} ms`)) }, verifyTimeout)
    // Makes a promise of what only has a `then`, whatever that does; a promise stays itself.
    Promise.resolve(verdict).then((late) => {
      try {
        settle(readVerdict(late, Date.now))
      } catch (error) {
        fail(error)
      }
    }, fail)
  })
}

/** What a failure comes to, whatever becomes of telling it: a log that fails must neither let in nor leave a request waiting. */
function cannotTell ({ request, onVerifierError }: Gathering, scheme: string, credential: unknown, error: unknown): Refusal {
  try {
    onVerifierError(request, scheme, error, credential)
  } catch {}
  return UNAVAILABLE
}

function conclude ({ policy }: Gathering, outcomes: readonly Outcome[]): Judged {
  return { decision: decide(policy, outcomes), outcomes }
}

function isThenable (value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
