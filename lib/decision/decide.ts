import { REASONS, type Reason } from '../errors.ts'
import type { Alternative, Policy } from '../policy.ts'
import { covers } from '../requirement/scopes.ts'
import { refuse, Refusal, type Held, type Outcome } from '../scheme.ts'

/** Nothing was satisfied and nothing had to be. */
export const ANONYMOUS = 'anonymous'

/** Why a request is refused, and which slots a challenge may speak of. */
export interface Denial {
  readonly reason: Reason
  /** Slots that are missing or failed. */
  readonly failing: readonly number[]
  /** The alternative that only lacked scopes. */
  readonly short: Alternative | null
}

/** The satisfied alternative, or anonymous, or a denial. */
export type Decision = Alternative | typeof ANONYMOUS | Denial

/** How far an alternative is from being satisfied; an alternative is as far as its farthest slot. */
const OK = 0
const SHORT = 1
const WEAK = 2
const UNDECIDED = 3
const THROTTLED = 4
const ABSENT = 5
const INVALID = 6

export function isDenial (decision: Decision): decision is Denial {
  return decision !== ANONYMOUS && 'reason' in decision
}

/** Whether every slot of an alternative was accepted and holds what is required. */
export function isSatisfied (alternative: Alternative, outcomes: readonly Outcome[]): boolean {
  return alternative.slots.every((slot, i) => isHeld(outcomes[slot], alternative.scopes[i] ?? []))
}

/**
 * Decides over the outcomes of all slots. Pure and total; the order of precedence is that of DESIGN §2: ambiguous delivery ends
 * the request, then any satisfied alternative, then what could not be decided, then what is known but not enough, then 401.
 */
export function decide (policy: Policy, outcomes: readonly Outcome[]): Decision {
  const ambiguous = outcomes.find((outcome): outcome is Refusal => outcome instanceof Refusal && outcome.status === 400)
  if (ambiguous !== undefined) return deny(ambiguous.reason, slotsWhere(policy, (slot) => outcomes[slot] === refuse(ambiguous.reason)))
  const satisfied = policy.alternatives.find((alternative) => isSatisfied(alternative, outcomes))
  if (satisfied !== undefined) return satisfied
  return policy.optional ? decideOptional(policy, outcomes) : decideRequired(policy, outcomes)
}

function decideOptional (policy: Policy, outcomes: readonly Outcome[]): Decision {
  const refused = outcomes.filter((outcome): outcome is Refusal => outcome instanceof Refusal)
  if (refused.some(({ status }) => status === 503)) return deny('verifier_unavailable', [])
  const explicit = outcomes.flatMap((outcome, slot) =>
    outcome instanceof Refusal && policy.slots[slot]?.scheme.ambient === false ? [outcome] : [])
  const [first] = explicit
  if (first === undefined) return ANONYMOUS
  const harder = explicit.find(({ status }) => status === 429) ?? explicit.find(({ status }) => status === 403)
  if (harder === undefined) return unauthenticated(policy, outcomes)
  const slot = policy.slots.findIndex(({ scheme }, i) => !scheme.ambient && outcomes[i] === harder)
  return deny(harder.reason, harder.status === 403 ? [slot] : [])
}

function decideRequired (policy: Policy, outcomes: readonly Outcome[]): Decision {
  const distances = policy.alternatives.map(({ slots, scopes }) =>
    Math.max(...slots.map((slot, i) => distance(policy, slot, outcomes[slot], scopes[i] ?? []))))
  if (distances.includes(UNDECIDED)) return deny('verifier_unavailable', [])
  if (distances.includes(THROTTLED)) return deny('too_many_attempts', [])
  const nearest = policy.alternatives.find((_, i) => distances[i] === SHORT || distances[i] === WEAK)
  return nearest === undefined ? unauthenticated(policy, outcomes) : insufficient(nearest, outcomes)
}

function isHeld (outcome: Outcome, scopes: readonly string[]): boolean {
  return outcome !== undefined && !(outcome instanceof Refusal) && covers((outcome as Held).scopes, scopes)
}

function distance (policy: Policy, slot: number, outcome: Outcome, scopes: readonly string[]): number {
  if (outcome === undefined) return ABSENT
  if (!(outcome instanceof Refusal)) return isHeld(outcome, scopes) ? OK : SHORT
  switch (outcome.status) {
    case 403: return SHORT
    case 429: return THROTTLED
    case 503: return UNDECIDED
    default: return outcome.reason === 'authentication_too_weak' && isAskedFor(policy, slot) ? WEAK : INVALID
  }
}

/** The caller is known; what is said is about the first declared alternative that comes this near. */
function insufficient (alternative: Alternative, outcomes: readonly Outcome[]): Denial {
  const refused = alternative.slots.filter((slot) => outcomes[slot] instanceof Refusal)
  const reasons = refused.map((slot) => (outcomes[slot] as Refusal).reason) // filtered above
  const weak = refused.filter((_, i) => reasons[i] === 'authentication_too_weak')
  if (weak.length > 0) return deny('authentication_too_weak', weak)
  if (reasons[0] !== undefined) return deny(reasons[0], refused)
  const short = alternative.slots.filter((slot, i) => !isHeld(outcomes[slot], alternative.scopes[i] ?? []))
  return { reason: 'scope_insufficient', failing: short, short: alternative }
}

function unauthenticated (policy: Policy, outcomes: readonly Outcome[]): Denial {
  const failing = slotsWhere(policy, (slot) => isMissingOrFailed(outcomes[slot]))
  if (failing.some((slot) => isAskedFor(policy, slot))) return deny(mostTelling(failing.map((slot) => outcomes[slot])), failing)
  // A 401 needs a challenge (RFC 9110 §15.5.2), and nothing that could be sent in HTTP would help here.
  const missing = failing.find((slot) => outcomes[slot] === undefined)
  return deny(missing === undefined ? 'access_denied' : policy.slots[missing]?.scheme.missing ?? 'access_denied', [])
}

function slotsWhere (policy: Policy, test: (slot: number) => boolean): number[] {
  return policy.slots.map((_, slot) => slot).filter(test)
}

function isAskedFor (policy: Policy, slot: number): boolean {
  return policy.slots[slot]?.scheme.challenge !== null
}

function isMissingOrFailed (outcome: Outcome): boolean {
  return outcome === undefined || (outcome instanceof Refusal && outcome.status === 401)
}

/** The first failure, unless a later one may say more than "not valid"; missing if nothing was presented. */
function mostTelling (outcomes: readonly Outcome[]): Reason {
  const reasons = outcomes.flatMap((outcome) => outcome instanceof Refusal ? [outcome.reason] : [])
  return reasons.find((reason) => (REASONS[reason].shownAs ?? reason) !== 'credentials_invalid') ?? reasons[0] ?? 'credentials_missing'
}

function deny (reason: Reason, failing: readonly number[]): Denial {
  return { reason, failing, short: null }
}
