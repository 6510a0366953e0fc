import { REASONS, type Reason } from '../errors.ts'
import type { Denial } from '../decision/decide.ts'
import type { Policy } from '../policy.ts'
import { Refusal, type Outcome } from '../scheme.ts'
import { writeChallenge } from '../syntax.ts'
import { challengesOf, type Wording } from './challenges.ts'
import { problem } from './problem.ts'
import { recordOf, type RefusalRecord } from './record.ts'

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

/** A refusal, for both who learn of it. */
export interface Prepared {
  /** For the caller. */
  readonly answer: Answer
  /** For the server's log. */
  readonly record: RefusalRecord
}

/** The answers of one policy, each made once. */
export interface Answers {
  /** What someone who presents nothing is told; `null` where that is not refused. */
  readonly anonymous: Answer | null
  of (denial: Denial, outcomes: readonly Outcome[]): Answer
  prepared (denial: Denial, outcomes: readonly Outcome[]): Prepared
}

const REASON_NUMBERS: ReadonlyMap<Reason, number> = new Map((Object.keys(REASONS) as Reason[]).map((reason, i) => [reason, i]))
const ACCEPTED = REASON_NUMBERS.size
const NOT_PRESENTED = ACCEPTED + 1
const BASE = ACCEPTED + 2
/** Beyond this many answers a policy stops keeping them, so that memory stays bounded whatever is presented. */
const KEPT = 128

/** Prepares the answers of a policy. */
export function answersFor (policy: Policy, anonymousDenial: Denial | null, wording: Wording): Answers {
  const kept = new Map<number, Prepared>()
  const prepare = (denial: Denial, outcomes: readonly Outcome[]): Prepared =>
    Object.freeze({ answer: makeAnswer(policy, denial, outcomes, wording), record: recordOf(policy, denial, outcomes) })
  const nothing = policy.slots.map(() => undefined)
  const anonymous = anonymousDenial === null ? null : prepare(anonymousDenial, nothing)
  if (anonymous !== null && anonymousDenial !== null) kept.set(signature(anonymousDenial, nothing), anonymous)
  const prepared = (denial: Denial, outcomes: readonly Outcome[]): Prepared => {
    if (denial === anonymousDenial && anonymous !== null) return anonymous
    const key = signature(denial, outcomes)
    let found = kept.get(key)
    if (found === undefined) {
      found = prepare(denial, outcomes)
      if (kept.size < KEPT && Number.isSafeInteger(key)) kept.set(key, found)
    }
    return found
  }
  return { anonymous: anonymous?.answer ?? null, of: (denial, outcomes) => prepared(denial, outcomes).answer, prepared }
}

/** All that is said of a refusal depends on: the reason, what became of each slot, and which slots a challenge may speak of. */
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
