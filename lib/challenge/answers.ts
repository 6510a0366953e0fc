import { REASONS, type Reason } from '../errors.ts'
import type { Denial } from '../decision/decide.ts'
import type { Policy } from '../policy.ts'
import { Refusal, type Outcome } from '../scheme.ts'
import { writeChallenge } from '../syntax.ts'
import { challengesOf, type Wording } from './challenges.ts'
import { problem } from './problem.ts'

/** A refusal as it goes on the wire. */
export interface Answer {
  /** What the caller is told. */
  readonly reason: Reason
  readonly status: number
  /** Values of the WWW-Authenticate field, one line each (RFC 9110 §5.3). */
  readonly challenges: readonly string[]
  /** The problem, serialised. */
  readonly body: string
  readonly requiredScopes: readonly string[]
}

/** The answers of one policy, each made once. */
export interface Answers {
  /** What someone who presents nothing is told; `null` where that is not refused. */
  readonly anonymous: Answer | null
  of (denial: Denial, outcomes: readonly Outcome[]): Answer
}

const REASON_NUMBERS: ReadonlyMap<Reason, number> = new Map((Object.keys(REASONS) as Reason[]).map((reason, i) => [reason, i]))
const ACCEPTED = REASON_NUMBERS.size
const NOT_PRESENTED = ACCEPTED + 1
const BASE = ACCEPTED + 2
/** Beyond this many answers a policy stops keeping them, so that memory stays bounded whatever is presented. */
const KEPT = 128

/** Prepares the answers of a policy. */
export function answersFor (policy: Policy, anonymousDenial: Denial | null, wording: Wording): Answers {
  const kept = new Map<number, Answer>()
  const of = (denial: Denial, outcomes: readonly Outcome[]): Answer => {
    const key = signature(denial, outcomes)
    let answer = kept.get(key)
    if (answer === undefined) {
      answer = makeAnswer(policy, denial, outcomes, wording)
      if (kept.size < KEPT && Number.isSafeInteger(key)) kept.set(key, answer)
    }
    return answer
  }
  return { anonymous: anonymousDenial === null ? null : of(anonymousDenial, policy.slots.map(() => undefined)), of }
}

/** All an answer depends on: the reason, what became of each slot, and which slots a challenge may speak of. */
function signature ({ reason, failing }: Denial, outcomes: readonly Outcome[]): number {
  let key = REASON_NUMBERS.get(reason) ?? 0
  for (let slot = 0; slot < outcomes.length; slot++) {
    const outcome = outcomes[slot]
    const digit = outcome === undefined ? NOT_PRESENTED : outcome instanceof Refusal ? REASON_NUMBERS.get(outcome.reason) ?? 0 : ACCEPTED
    key = key * 2 * BASE + 2 * digit + (failing.includes(slot) ? 1 : 0)
  }
  return key
}

function makeAnswer (policy: Policy, denial: Denial, outcomes: readonly Outcome[], wording: Wording): Answer {
  const reason = wording.shown(denial.reason)
  const requiredScopes = denial.short?.requiredScopes ?? []
  return Object.freeze({
    reason,
    status: REASONS[reason].status,
    challenges: Object.freeze(challengesOf(policy, denial, outcomes, wording).map(({ scheme, params }) => writeChallenge(scheme, params))),
    body: JSON.stringify(problem(reason, requiredScopes)),
    requiredScopes
  })
}
