import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../challenge/answers.ts'
import { decide, isDenial, type Denial } from '../decision/decide.ts'
import type { Policy } from '../policy.ts'
import type { Protection } from '../routes.ts'
import { refuse, type Outcome } from '../scheme.ts'

const AMBIGUOUS = refuse('credentials_ambiguous')
const INVALID = refuse('credentials_invalid')
/** Accepted, but holding nothing. */
const HELD = Object.freeze({})

/**
 * The refusals that a route can always come to, as the guard sends them: found by asking the same decision what it makes of typical
 * requests. What only a verifier of the application's can bring about is not among them.
 *
 * @param origins whether a policy on WebSocket origins applies
 */
export function refusalsOf ({ policy, answers }: Protection, origins: boolean): Answer[] {
  const answer = (outcomes: readonly Outcome[]): Answer | null => {
    const decision = decide(policy, outcomes)
    return isDenial(decision) ? answers.of(decision, outcomes) : null
  }
  const unavailable: Denial = { reason: 'verifier_unavailable', failing: [], short: null }
  const foreign: Denial = { reason: 'origin_not_allowed', failing: [], short: null }
  const found = [
    answer(ambiguous(policy)),
    answers.anonymous ?? answer(invalid(policy)),
    firstOf(scopeless(policy).map(answer), 'scope_insufficient'),
    answer(withoutCertificates(policy)),
    origins ? answers.of(foreign, []) : null,
    answers.of(unavailable, [])
  ]
  const distinct: Answer[] = []
  for (const one of found) if (one !== null && !distinct.some((other) => isDeepStrictEqual(other, one))) distinct.push(one)
  return distinct
}

/** Everything that reads the Authorization field finds it twice; else the first thing that can be there twice is. */
function ambiguous ({ slots }: Policy): Outcome[] {
  const inField = slots.map(({ scheme }) => scheme.location.in === 'authorization')
  const first = slots.findIndex(({ scheme }) => scheme.location.in !== 'certificate')
  return slots.map((_, slot) => (inField.includes(true) ? inField[slot] : slot === first) ? AMBIGUOUS : undefined)
}

/** Where anonymous callers are let in, only credentials that were presented on purpose are refused. */
function invalid ({ slots }: Policy): Outcome[] {
  const explicit = slots.findIndex(({ scheme }) => !scheme.ambient)
  return slots.map((_, slot) => slot === explicit ? INVALID : undefined)
}

/** For each alternative that asks for scopes or roles: all its credentials are good and hold none. */
function scopeless ({ slots, alternatives }: Policy): Outcome[][] {
  return alternatives.filter(({ requiredScopes }) => requiredScopes.length > 0)
    .map((alternative) => slots.map((_, slot) => alternative.slots.includes(slot) ? HELD : undefined))
}

/** Everything that can be sent in HTTP is there and good, so nothing is left to challenge for. */
function withoutCertificates ({ slots, alternatives }: Policy): Outcome[] {
  const all = Object.freeze({ scopes: alternatives.flatMap(({ requiredScopes }) => requiredScopes) })
  return slots.map(({ scheme }) => scheme.challenge === null ? undefined : all)
}

function firstOf (answers: readonly (Answer | null)[], reason: Answer['reason']): Answer | null {
  return answers.find((answer) => answer?.reason === reason) ?? null
}
