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

/**
 * Decides over the outcomes of all slots. Pure and total; the order of precedence is that of DESIGN §2: ambiguous delivery ends
 * the request, then any satisfied alternative, then what could not be decided, then what is known but not enough, then 401.
 */
export function decide (policy: Policy, outcomes: readonly Outcome[]): Decision {
  for (const outcome of outcomes) {
    if (outcome instanceof Refusal && outcome.status === 400) {
      return deny(outcome.reason, slotsWhere(policy, (slot) => outcomes[slot] === refuse(outcome.reason)))
    }
  }
  let isUndecided = false
  let isThrottled = false
  let nearest: Alternative | null = null
  for (const alternative of policy.alternatives) {
    const far = farthest(policy, alternative, outcomes)
    if (far === OK) return alternative
    if (far === UNDECIDED) isUndecided = true
    if (far === THROTTLED) isThrottled = true
    if ((far === SHORT || far === WEAK) && nearest === null) nearest = alternative
  }
  if (policy.optional) return decideOptional(policy, outcomes)
  if (isUndecided) return deny('verifier_unavailable', [])
  if (isThrottled) return deny('too_many_attempts', [])
  return nearest === null ? unauthenticated(policy, outcomes) : insufficient(nearest, outcomes)
}

function farthest (policy: Policy, { slots, scopes }: Alternative, outcomes: readonly Outcome[]): number {
  let far = OK
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i] ?? -1
    far = Math.max(far, distance(policy, slot, outcomes[slot], scopes[i] ?? []))
  }
  return far
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
  const { slots, scopes } = alternative
  let refusal: Refusal | null = null
  for (const slot of slots) {
    const outcome = outcomes[slot]
    if (outcome instanceof Refusal && (refusal === null || isWeak(outcome))) refusal = outcome
  }
  if (refusal === null) {
    return { reason: 'scope_insufficient', failing: slots.filter((slot, i) => !isHeld(outcomes[slot], scopes[i] ?? [])), short: alternative }
  }
  const { reason } = refusal
  return deny(reason, slots.filter((slot) => {
    const outcome = outcomes[slot]
    return outcome instanceof Refusal && (!isWeak(refusal) || isWeak(outcome))
  }))
}

function isWeak ({ reason }: Refusal): boolean {
  return reason === 'authentication_too_weak'
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
