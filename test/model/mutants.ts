import { ANONYMOUS, decide, isDenial, isSatisfied, type Decision, type Denial } from '../../lib/decision/decide.ts'
import type { Alternative, Policy } from '../../lib/policy.ts'
import { refuse, Refusal, type Outcome } from '../../lib/scheme.ts'

/** A way to get the decision wrong, most of them seen in published software (THREATS C). */
export interface Mutant {
  readonly name: string
  readonly decide: (policy: Policy, outcomes: readonly Outcome[]) => Decision
}

type Wrong = Mutant['decide']

const isRefusal = (outcome: Outcome): outcome is Refusal => outcome instanceof Refusal
const isAccepted = (outcome: Outcome): outcome is { scopes: readonly string[] } => outcome !== undefined && !isRefusal(outcome)
const none: readonly string[] = []

/** Another idea of when an alternative is satisfied; else the real decision. */
const satisfiedIf = (test: (alternative: Alternative, outcomes: readonly Outcome[], policy: Policy) => boolean): Wrong =>
  (policy, outcomes) => {
    const real = decide(policy, outcomes)
    if (isDenial(real) && real.reason === 'credentials_ambiguous') return real
    return policy.alternatives.find((alternative) => test(alternative, outcomes, policy)) ?? real
  }

/** The real decision over changed outcomes. */
const over = (change: (outcome: Outcome, slot: number, policy: Policy) => Outcome): Wrong =>
  (policy, outcomes) => decide(policy, outcomes.map((outcome, slot) => change(outcome, slot, policy)))

/** The real decision over a changed policy. */
const under = (change: (policy: Policy) => Policy): Wrong => (policy, outcomes) => {
  const changed = change(policy)
  const decision = decide(changed, outcomes)
  if (decision === ANONYMOUS) return decision
  const own = (alternative: Alternative): Alternative => policy.alternatives[changed.alternatives.indexOf(alternative)] ?? alternative
  return isDenial(decision) ? { ...decision, short: decision.short === null ? null : own(decision.short) } : own(decision)
}

/** The real decision, then spoiled. */
const then = (spoil: (decision: Decision, policy: Policy, outcomes: readonly Outcome[]) => Decision): Wrong =>
  (policy, outcomes) => spoil(decide(policy, outcomes), policy, outcomes)

const spoilDenial = (spoil: (denial: Denial, policy: Policy, outcomes: readonly Outcome[]) => Decision): Wrong =>
  then((decision, policy, outcomes) => isDenial(decision) ? spoil(decision, policy, outcomes) : decision)

const withTraits = (policy: Policy, ambient: boolean): Policy =>
  ({ ...policy, slots: policy.slots.map(({ name, scheme }) => ({ name, scheme: { ...scheme, ambient } })) })

const holds = (outcome: Outcome, test: (held: readonly string[]) => boolean): boolean => isAccepted(outcome) && test(outcome.scopes)

export const MUTANTS: readonly Mutant[] = [
  { name: 'AND is OR', decide: satisfiedIf(({ slots }, outcomes) => slots.some((slot) => isAccepted(outcomes[slot]))) },
  { name: 'a later success hides an earlier failure (@fastify/auth 5.1.0)', decide: satisfiedIf(({ slots }, outcomes) => isAccepted(outcomes[slots.at(-1)!])) },
  { name: 'AND stops at its first success', decide: satisfiedIf(({ slots }, outcomes) => isAccepted(outcomes[slots[0]!])) },
  { name: 'scopes are not looked at', decide: satisfiedIf(({ slots }, outcomes) => slots.every((slot) => isAccepted(outcomes[slot]))) },
  {
    name: 'one of the scopes suffices',
    decide: satisfiedIf(({ slots, scopes }, outcomes) => slots.every((slot, i) =>
      holds(outcomes[slot], (held) => scopes[i]!.length === 0 || scopes[i]!.some((scope) => held.includes(scope)))))
  },
  {
    name: 'the scopes of all schemes are thrown together',
    decide: satisfiedIf(({ slots, requiredScopes }, outcomes) => {
      const held = slots.flatMap((slot) => { const outcome = outcomes[slot]; return isAccepted(outcome) ? outcome.scopes : none })
      return slots.every((slot) => isAccepted(outcomes[slot])) && requiredScopes.every((scope) => held.includes(scope))
    })
  },
  {
    name: 'as many scopes suffice',
    decide: satisfiedIf(({ slots, scopes }, outcomes) => slots.every((slot, i) => holds(outcomes[slot], (held) => held.length >= scopes[i]!.length)))
  },
  { name: 'a refusal is an object, so it is credentials', decide: satisfiedIf(({ slots }, outcomes) => slots.every((slot) => outcomes[slot] !== undefined)) },
  { name: 'an absent credential of which no scope is asked passes', decide: over((outcome, slot, policy) => outcome ?? (policy.alternatives.every(({ slots, scopes }) => (scopes[slots.indexOf(slot)] ?? none).length === 0) ? {} : outcome)) },
  { name: 'only the first alternative counts', decide: under((policy) => ({ ...policy, alternatives: policy.alternatives.slice(0, 1) })) },
  { name: 'only the last alternative counts', decide: under((policy) => ({ ...policy, alternatives: policy.alternatives.slice(-1) })) },
  { name: 'the last satisfied alternative wins', decide: under((policy) => ({ ...policy, alternatives: policy.alternatives.toReversed() })) },
  { name: '{} is not seen', decide: under((policy) => ({ ...policy, optional: false })) },
  { name: '{} is always there', decide: under((policy) => ({ ...policy, optional: true })) },
  { name: '{} lets everything in', decide: spoilDenial((denial, { optional }) => optional ? ANONYMOUS : denial) },
  { name: '{} lets the ambiguous in', decide: spoilDenial((denial, { optional }) => optional && denial.reason === 'credentials_ambiguous' ? ANONYMOUS : denial) },
  { name: '{} lets the undecided in', decide: spoilDenial((denial, { optional }) => optional && denial.reason === 'verifier_unavailable' ? ANONYMOUS : denial) },
  { name: '{} lets the throttled in', decide: spoilDenial((denial, { optional }) => optional && denial.reason === 'too_many_attempts' ? ANONYMOUS : denial) },
  { name: '{} lets an invalid explicit credential in', decide: under((policy) => withTraits(policy, true)) },
  { name: '{} refuses an invalid cookie', decide: under((policy) => withTraits(policy, false)) },
  { name: '{} wins over a satisfied alternative', decide: then((decision, { optional }) => optional && !isDenial(decision) ? ANONYMOUS : decision) },
  { name: '{} ignores scopes that fall short', decide: then((decision, { alternatives, optional }, outcomes) => optional && decision === ANONYMOUS ? alternatives.find(({ slots }) => slots.every((slot) => isAccepted(outcomes[slot]))) ?? decision : decision) },
  { name: 'undecided is invalid', decide: over((outcome) => isRefusal(outcome) && outcome.status === 503 ? refuse('credentials_invalid') : outcome) },
  { name: 'undecided is absent', decide: over((outcome) => isRefusal(outcome) && outcome.status === 503 ? undefined : outcome) },
  { name: 'invalid is undecided', decide: over((outcome) => isRefusal(outcome) && outcome.reason === 'credentials_invalid' ? refuse('verifier_unavailable') : outcome) },
  { name: 'undecided anywhere is 503', decide: then((decision, _policy, outcomes) => isDenial(decision) && outcomes.some((outcome) => isRefusal(outcome) && outcome.status === 503) ? { reason: 'verifier_unavailable', failing: [], short: null } : decision) },
  { name: 'undecided anywhere is 503, whatever is satisfied', decide: (policy, outcomes) => outcomes.some((outcome) => isRefusal(outcome) && outcome.status === 503) ? { reason: 'verifier_unavailable', failing: [], short: null } : decide(policy, outcomes) },
  { name: 'an undecided slot is forgiven when another one passes', decide: over((outcome, _slot, policy) => isRefusal(outcome) && outcome.status === 503 && policy.slots.length > 1 ? {} : outcome) },
  { name: 'an invalid credential spoils a satisfied alternative', decide: then((decision, _policy, outcomes) => decision !== ANONYMOUS && !isDenial(decision) && outcomes.some((outcome) => isRefusal(outcome) && outcome.status === 401) ? { reason: 'credentials_invalid', failing: [0], short: null } : decision) },
  { name: 'ambiguous is invalid', decide: over((outcome) => isRefusal(outcome) && outcome.status === 400 ? refuse('credentials_invalid') : outcome) },
  { name: 'ambiguous matters only if nothing is satisfied', decide: (policy, outcomes) => policy.alternatives.find((alternative) => isSatisfied(alternative, outcomes)) ?? decide(policy, outcomes) },
  { name: 'throttled is invalid', decide: over((outcome) => isRefusal(outcome) && outcome.status === 429 ? refuse('credentials_invalid') : outcome) },
  { name: 'throttled is undecided', decide: over((outcome) => isRefusal(outcome) && outcome.status === 429 ? refuse('verifier_unavailable') : outcome) },
  { name: 'weak is invalid', decide: over((outcome) => isRefusal(outcome) && outcome.reason === 'authentication_too_weak' ? refuse('credentials_invalid') : outcome) },
  { name: 'weak is denied', decide: over((outcome) => isRefusal(outcome) && outcome.reason === 'authentication_too_weak' ? refuse('access_denied') : outcome) },
  { name: 'denied is invalid', decide: over((outcome) => isRefusal(outcome) && outcome.status === 403 ? refuse('credentials_invalid') : outcome) },
  { name: 'denied is absent', decide: over((outcome) => isRefusal(outcome) && outcome.status === 403 ? undefined : outcome) },
  { name: 'scopes that fall short are absent', decide: over((outcome, slot, { alternatives }) => isAccepted(outcome) && !alternatives.some(({ slots, scopes }) => slots.some((other, i) => other === slot && scopes[i]!.every((scope) => outcome.scopes.includes(scope)))) ? undefined : outcome) },
  { name: 'the last short alternative is named', decide: spoilDenial((denial, { alternatives }, outcomes) => denial.short === null ? denial : { ...denial, short: alternatives.findLast(({ slots }) => slots.every((slot) => isAccepted(outcomes[slot]))) ?? denial.short }) },
  { name: 'only the scopes that lack are named', decide: spoilDenial((denial, _policy, outcomes) => denial.short === null ? denial : { ...denial, short: { ...denial.short, requiredScopes: denial.short.requiredScopes.filter((scope) => !outcomes.some((outcome) => isAccepted(outcome) && outcome.scopes.includes(scope))) } }) },
  { name: 'the scopes of all alternatives are named', decide: spoilDenial((denial, { alternatives }) => denial.short === null ? denial : { ...denial, short: { ...denial.short, requiredScopes: [...new Set(alternatives.flatMap(({ requiredScopes }) => requiredScopes))] } }) },
  { name: 'the scopes of one scheme only are named', decide: spoilDenial((denial) => denial.short === null ? denial : { ...denial, short: { ...denial.short, requiredScopes: denial.short.scopes[0] ?? none } }) },
  { name: 'schemes that passed are challenged', decide: spoilDenial((denial, { slots }) => denial.failing.length === 0 ? denial : { ...denial, failing: slots.map((_, slot) => slot) }) },
  { name: 'only what failed is challenged', decide: spoilDenial((denial, _policy, outcomes) => ({ ...denial, failing: denial.failing.filter((slot) => outcomes[slot] !== undefined) })) },
  { name: 'only what is missing is challenged', decide: spoilDenial((denial, _policy, outcomes) => denial.short !== null ? denial : ({ ...denial, failing: denial.failing.filter((slot) => outcomes[slot] === undefined) })) },
  { name: 'only the first is challenged', decide: spoilDenial((denial) => ({ ...denial, failing: denial.failing.slice(0, 1) })) },
  { name: 'undecided schemes are challenged', decide: spoilDenial((denial, _policy, outcomes) => denial.reason === 'verifier_unavailable' ? { ...denial, failing: outcomes.flatMap((outcome, slot) => isRefusal(outcome) && outcome.status === 503 ? [slot] : []) } : denial) },
  { name: 'a 401 that HTTP has no challenge for', decide: spoilDenial((denial) => denial.reason === 'access_denied' && denial.failing.length === 0 ? { ...denial, reason: 'credentials_invalid' } : denial) },
  { name: 'an AND that lacks a credential tells of scopes', decide: spoilDenial((denial, { alternatives }, outcomes) => denial.short === null && alternatives.some(({ slots }) => slots.some((slot) => isAccepted(outcomes[slot]))) ? { ...denial, short: alternatives[0]! } : denial) },
  { name: 'everything is let in', decide: ({ alternatives }) => alternatives[0]! },
  { name: 'nothing is let in', decide: then((decision) => decision === ANONYMOUS || isDenial(decision) ? decision : { reason: 'access_denied', failing: [], short: null }) }
]
