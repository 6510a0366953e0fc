import { ANONYMOUS, decide, isDenial, type Decision, type Denial } from '../../lib/decision/decide.ts'
import type { Reason } from '../../lib/errors.ts'
import type { Alternative, Policy } from '../../lib/policy.ts'
import { refuse, Refusal, type Outcome } from '../../lib/scheme.ts'

/** A way to get the decision wrong. */
export type Wrong = (policy: Policy, outcomes: readonly Outcome[]) => Decision

const isRefusal = (outcome: Outcome): outcome is Refusal => outcome instanceof Refusal
const isAccepted = (outcome: Outcome): outcome is { scopes: readonly string[] } => outcome !== undefined && !isRefusal(outcome)
const hasStatus = (outcome: Outcome, status: number): boolean => isRefusal(outcome) && outcome.status === status
const held = (outcome: Outcome): readonly string[] => isAccepted(outcome) ? outcome.scopes : []
const allAccepted = ({ slots }: Alternative, outcomes: readonly Outcome[]): boolean => slots.every((slot) => isAccepted(outcomes[slot]))
const denial = (reason: Reason, failing: readonly number[] = []): Denial => ({ reason, failing, short: null })

/** Another idea of when an alternative is satisfied; else the real decision. */
const satisfiedIf = (test: (alternative: Alternative, outcomes: readonly Outcome[]) => boolean): Wrong => (policy, outcomes) => {
  const real = decide(policy, outcomes)
  if (isDenial(real) && real.reason === 'credentials_ambiguous') return real
  return policy.alternatives.find((alternative) => test(alternative, outcomes)) ?? real
}

/** Another idea of when a slot is satisfied. */
const slotIf = (test: (required: readonly string[], held: readonly string[]) => boolean): Wrong =>
  satisfiedIf(({ slots, scopes }, outcomes) => slots.every((slot, i) =>
    isAccepted(outcomes[slot]) && test(scopes[i] ?? [], held(outcomes[slot]))))

/** The real decision over changed outcomes. */
const over = (change: (outcome: Outcome, slot: number, policy: Policy) => Outcome): Wrong =>
  (policy, outcomes) => decide(policy, outcomes.map((outcome, slot) => change(outcome, slot, policy)))

/** The real decision, with one kind of refusal taken for another. */
const mistake = (test: (refusal: Refusal) => boolean, taken: Outcome): Wrong =>
  over((outcome) => isRefusal(outcome) && test(outcome) ? taken : outcome)

/** The real decision over a changed policy. */
const under = (change: (policy: Policy) => Policy): Wrong => (policy, outcomes) => decide(change(policy), outcomes)

const withAmbient = (ambient: boolean): Wrong =>
  under((policy) => ({ ...policy, slots: policy.slots.map(({ name, scheme }) => ({ name, scheme: { ...scheme, ambient } })) }))

/** The real decision, spoiled if it lets someone in. */
const spoilAllowed = (spoil: (allowed: Exclude<Decision, Denial>, policy: Policy, outcomes: readonly Outcome[]) => Decision): Wrong =>
  (policy, outcomes) => {
    const decision = decide(policy, outcomes)
    return isDenial(decision) ? decision : spoil(decision, policy, outcomes)
  }

/** The real decision, spoiled if it is a denial. */
const spoilDenial = (spoil: (denial: Denial, policy: Policy, outcomes: readonly Outcome[]) => Decision): Wrong => (policy, outcomes) => {
  const decision = decide(policy, outcomes)
  return isDenial(decision) ? spoil(decision, policy, outcomes) : decision
}

const optionalLets = (test: (reason: Reason) => boolean): Wrong =>
  spoilDenial((denial, { optional }) => optional && test(denial.reason) ? ANONYMOUS : denial)

const nameOtherScopes = (other: (short: Alternative, policy: Policy, outcomes: readonly Outcome[]) => readonly string[]): Wrong =>
  spoilDenial((denial, policy, outcomes) => denial.short === null
    ? denial
    : { ...denial, short: { ...denial.short, requiredScopes: other(denial.short, policy, outcomes) } })

const challengeOnly = (test: (outcome: Outcome, denial: Denial) => boolean): Wrong =>
  spoilDenial((denial, _policy, outcomes) => ({ ...denial, failing: denial.failing.filter((slot) => test(outcomes[slot], denial)) }))

/** Most of them were seen in published software (THREATS C). */
export const MUTANTS: Readonly<Record<string, Wrong>> = {
  'AND is OR': satisfiedIf(({ slots }, outcomes) => slots.some((slot) => isAccepted(outcomes[slot]))),
  'a later success hides an earlier failure (@fastify/auth 5.1.0)': satisfiedIf(({ slots }, outcomes) => isAccepted(outcomes[slots.at(-1) ?? 0])),
  'AND stops at its first success': satisfiedIf(({ slots }, outcomes) => isAccepted(outcomes[slots[0] ?? 0])),
  'scopes are not looked at': satisfiedIf(allAccepted),
  'one of the scopes suffices': slotIf((required, held) => required.length === 0 || required.some((scope) => held.includes(scope))),
  'as many scopes suffice': slotIf((required, held) => held.length >= required.length),
  'the first scope suffices': slotIf((required, held) => required.slice(0, 1).every((scope) => held.includes(scope))),
  'the scopes of all schemes are thrown together': satisfiedIf((alternative, outcomes) => {
    const together = alternative.slots.flatMap((slot) => held(outcomes[slot]))
    return allAccepted(alternative, outcomes) && alternative.requiredScopes.every((scope) => together.includes(scope))
  }),
  'a refusal is an object, so it is credentials': satisfiedIf(({ slots }, outcomes) => slots.every((slot) => outcomes[slot] !== undefined)),
  'an absent credential of which no scope is asked passes': over((outcome, slot, { alternatives }) =>
    outcome ?? (alternatives.every(({ slots, scopes }) => (scopes[slots.indexOf(slot)] ?? []).length === 0) ? {} : outcome)),

  'only the first alternative counts': under((policy) => ({ ...policy, alternatives: policy.alternatives.slice(0, 1) })),
  'only the last alternative counts': under((policy) => ({ ...policy, alternatives: policy.alternatives.slice(-1) })),
  'the last satisfied alternative wins': under((policy) => ({ ...policy, alternatives: policy.alternatives.toReversed() })),
  'an invalid credential spoils a satisfied alternative': spoilAllowed((allowed, _policy, outcomes) =>
    allowed !== ANONYMOUS && outcomes.some((outcome) => hasStatus(outcome, 401)) ? denial('credentials_invalid', [0]) : allowed),

  '{} is not seen': under((policy) => ({ ...policy, optional: false })),
  '{} is always there': under((policy) => ({ ...policy, optional: true })),
  '{} lets everything in': optionalLets(() => true),
  '{} lets the ambiguous in': optionalLets((reason) => reason === 'credentials_ambiguous'),
  '{} lets the undecided in': optionalLets((reason) => reason === 'verifier_unavailable'),
  '{} lets the throttled in': optionalLets((reason) => reason === 'too_many_attempts'),
  '{} lets the denied in': optionalLets((reason) => reason === 'access_denied'),
  '{} lets an invalid explicit credential in': withAmbient(true),
  '{} refuses an invalid cookie': withAmbient(false),
  '{} wins over a satisfied alternative': spoilAllowed((allowed, { optional }) => optional ? ANONYMOUS : allowed),
  '{} ignores scopes that fall short': spoilAllowed((allowed, { alternatives }, outcomes) =>
    alternatives.find((alternative) => allowed === ANONYMOUS && allAccepted(alternative, outcomes)) ?? allowed),

  'undecided is invalid': mistake(({ status }) => status === 503, refuse('credentials_invalid')),
  'undecided is absent': mistake(({ status }) => status === 503, undefined),
  'undecided is accepted': mistake(({ status }) => status === 503, {}),
  'invalid is undecided': mistake(({ reason }) => reason === 'credentials_invalid', refuse('verifier_unavailable')),
  'undecided anywhere is 503': spoilDenial((real, _policy, outcomes) =>
    outcomes.some((outcome) => hasStatus(outcome, 503)) ? denial('verifier_unavailable') : real),
  'undecided anywhere is 503, whatever is satisfied': (policy, outcomes) =>
    outcomes.some((outcome) => hasStatus(outcome, 503)) ? denial('verifier_unavailable') : decide(policy, outcomes),
  'undecided is ambiguous': mistake(({ status }) => status === 503, refuse('credentials_ambiguous')),

  'ambiguous is invalid': mistake(({ status }) => status === 400, refuse('credentials_invalid')),
  'ambiguous matters only if nothing is satisfied': (policy, outcomes) =>
    policy.alternatives.find((alternative) => isSatisfied(policy, alternative, outcomes)) ?? decide(policy, outcomes),
  'throttled is invalid': mistake(({ status }) => status === 429, refuse('credentials_invalid')),
  'throttled is undecided': mistake(({ status }) => status === 429, refuse('verifier_unavailable')),
  'weak is invalid': mistake(({ reason }) => reason === 'authentication_too_weak', refuse('credentials_invalid')),
  'weak is denied': mistake(({ reason }) => reason === 'authentication_too_weak', refuse('access_denied')),
  'denied is invalid': mistake(({ status }) => status === 403, refuse('credentials_invalid')),
  'denied is absent': mistake(({ status }) => status === 403, undefined),
  'denied is short of scopes': mistake(({ status }) => status === 403, { scopes: [] }),

  'scopes that fall short everywhere are absent': over((outcome, slot, { alternatives }) => {
    const suffices = alternatives.some(({ slots, scopes }) =>
      slots.includes(slot) && (scopes[slots.indexOf(slot)] ?? []).every((scope) => held(outcome).includes(scope)))
    return isAccepted(outcome) && !suffices ? undefined : outcome
  }),
  'the last short alternative is named': spoilDenial((real, { alternatives }, outcomes) => real.short === null
    ? real
    : { ...real, short: alternatives.findLast((alternative) => allAccepted(alternative, outcomes)) ?? real.short }),
  'only the scopes that lack are named': nameOtherScopes(({ requiredScopes }, _policy, outcomes) =>
    requiredScopes.filter((scope) => !outcomes.some((outcome) => held(outcome).includes(scope)))),
  'the scopes of all alternatives are named': nameOtherScopes((_short, { alternatives }) =>
    [...new Set(alternatives.flatMap(({ requiredScopes }) => requiredScopes))]),
  'the scopes of one scheme only are named': nameOtherScopes(({ scopes }) => scopes[0] ?? []),
  'an AND that lacks a credential tells of scopes': spoilDenial((real, { alternatives }, outcomes) =>
    real.short === null && outcomes.some(isAccepted) ? { ...real, short: alternatives[0] ?? null } : real),

  'schemes that passed are challenged': spoilDenial((real, { slots }) =>
    real.failing.length === 0 ? real : { ...real, failing: slots.map((_, slot) => slot) }),
  'only what failed is challenged': challengeOnly((outcome) => outcome !== undefined),
  'only what is missing is challenged': challengeOnly((outcome, { short }) => short !== null || outcome === undefined),
  'only the first is challenged': spoilDenial((real) => ({ ...real, failing: real.failing.slice(0, 1) })),
  'undecided schemes are challenged': spoilDenial((real, { slots }, outcomes) => real.reason === 'verifier_unavailable'
    ? { ...real, failing: slots.map((_, slot) => slot).filter((slot) => hasStatus(outcomes[slot], 503)) }
    : real),
  'a 401 that HTTP has no challenge for': spoilDenial((real) =>
    real.reason === 'access_denied' && real.failing.length === 0 ? denial('credentials_invalid') : real),

  'everything is let in': ({ alternatives }) => alternatives[0] ?? ANONYMOUS,
  'nothing is let in': spoilAllowed((allowed) => allowed === ANONYMOUS ? allowed : denial('access_denied'))
}

/** What the real decision says of one alternative, were there no other and nothing ambiguous elsewhere. */
function isSatisfied (policy: Policy, alternative: Alternative, outcomes: readonly Outcome[]): boolean {
  const others = outcomes.map((outcome, slot) => alternative.slots.includes(slot) ? outcome : undefined)
  return decide({ ...policy, optional: false, alternatives: [alternative] }, others) === alternative
}
