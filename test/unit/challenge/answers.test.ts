import t from 'tap'
import { answersFor, type Answer } from '../../../lib/challenge/answers.ts'
import { challengesOf } from '../../../lib/challenge/challenges.ts'
import { problem } from '../../../lib/challenge/problem.ts'
import { ANONYMOUS, decide, isDenial } from '../../../lib/decision/decide.ts'
import { REASONS, type Reason } from '../../../lib/errors.ts'
import type { Policy } from '../../../lib/policy.ts'
import { refuse, type Outcome } from '../../../lib/scheme.ts'
import { writeChallenge } from '../../../lib/syntax.ts'
import { product } from '../../model/cases.ts'
import { WORDING, denialOf, outcomesOf, policyOf } from './stage.ts'

const CODES = Object.keys(REASONS) as Reason[]

/** The answer without any memory. */
function fresh (policy: Policy, outcomes: readonly Outcome[]): Answer {
  const denial = denialOf(policy, outcomes)
  const reason = WORDING.shown(denial.reason)
  const requiredScopes = denial.short?.requiredScopes ?? []
  return {
    reason,
    status: REASONS[reason].status,
    challenges: challengesOf(policy, denial, outcomes, WORDING).map(({ scheme, params }) => writeChallenge(scheme, params)),
    body: JSON.stringify(problem(reason, requiredScopes)),
    requiredScopes
  }
}

t.test('an answer is ready to be sent', async (t) => {
  const policy = policyOf([{ oauth: ['read', 'write'] }, { key: [] }])
  const answers = answersFor(policy, null, WORDING)
  const outcomes = outcomesOf(policy, { oauth: ['read'] })
  t.strictSame(answers.of(denialOf(policy, outcomes), outcomes), {
    reason: 'scope_insufficient',
    status: 403,
    challenges: ['Bearer realm="api", error="insufficient_scope", scope="read write", error_description="The credentials presented do not grant the required scopes."'],
    body: '{"type":"about:blank","title":"Forbidden","status":403,"detail":"The credentials presented do not grant the required scopes.","code":"scope_insufficient","required_scopes":["read","write"]}',
    requiredScopes: ['read', 'write']
  })
  t.ok(Object.isFrozen(answers.of(denialOf(policy, outcomes), outcomes)))
})

t.test('what nobody presents is answered beforehand', async (t) => {
  const policy = policyOf([{ oauth: ['read'] }])
  const outcomes = outcomesOf(policy, {})
  const answers = answersFor(policy, denialOf(policy, outcomes), WORDING)
  t.strictSame(answers.anonymous, fresh(policy, outcomes))
  t.equal(answers.of(denialOf(policy, outcomes), outcomes), answers.anonymous, 'and kept')
  t.equal(answersFor(policyOf([{ oauth: [] }, {}]), null, WORDING).anonymous, null, 'unless anonymous callers are let in')
})

t.test('what may not be told is told otherwise, in body and challenge', async (t) => {
  const policy = policyOf([{ oauth: [] }])
  const [disabled, invalid] = (['account_disabled', 'credentials_invalid'] as const).map((reason) => {
    const outcomes = outcomesOf(policy, { oauth: reason })
    return answersFor(policy, null, WORDING).of(denialOf(policy, outcomes), outcomes)
  })
  t.strictSame(disabled, invalid, 'a disabled account looks like a wrong password')
  const outcomes = outcomesOf(policy, { oauth: 'account_disabled' })
  t.match(answersFor(policy, null, { ...WORDING, shown: (reason) => reason }).of(denialOf(policy, outcomes), outcomes), {
    reason: 'account_disabled', body: /"code":"account_disabled"/, challenges: [/error_description="The account is disabled\."/]
  })
})

t.test('a kept answer is the one that would be made', async (t) => {
  const securities: Parameters<typeof policyOf>[0][] = [
    [{ oauth: ['read'], key: ['admin'] }],
    [{ oauth: ['read'] }, { key: ['admin'] }],
    [{ oauth: ['read'], key: [] }, { oauth: ['write'] }, { session: [] }],
    [{ oauth: ['read', 'write'], session: [] }, { staff: ['boss'] }, {}],
    [{ machine: [] }, { oauth: ['read'], key: ['admin'] }]
  ]
  let compared = 0
  const wrong: string[] = []
  for (const security of securities) {
    const policy = policyOf(security)
    const held: Outcome[] = [[], ['read'], ['write'], ['read', 'write'], ['admin'], ['boss']].map((scopes) => ({ scopes }))
    const reasons = policy.slots.length === 2 ? CODES : (['credentials_invalid', 'token_expired', 'account_disabled', 'access_denied'] as const)
    const some: Outcome[] = [undefined, ...held, ...reasons.map(refuse)]
    const cases = [...product(...policy.slots.map(() => some))].filter((outcomes) => {
      const decision = decide(policy, outcomes)
      return decision !== ANONYMOUS && isDenial(decision)
    })
    for (const order of [cases, cases.toReversed()]) {
      const answers = answersFor(policy, null, WORDING)
      for (const outcomes of order) {
        compared++
        const [kept, made] = [answers.of(denialOf(policy, outcomes), outcomes), fresh(policy, outcomes)]
        if (JSON.stringify(kept) !== JSON.stringify(made)) wrong.push(`${JSON.stringify(security)} ${JSON.stringify(outcomes)}: ${kept.challenges.join()} for ${made.challenges.join()}`)
      }
    }
  }
  t.strictSame(wrong.slice(0, 5), [])
  t.ok(compared > 2000, `${compared} compared`)
})

t.test('refusals before anything was judged are told apart', async (t) => {
  const policy = policyOf([{ oauth: [] }])
  const answers = answersFor(policy, null, WORDING)
  for (const reason of ['origin_not_allowed', 'access_denied', 'certificate_missing', 'origin_not_allowed'] as const) {
    t.equal(answers.of({ reason, failing: [], short: null }, []).reason, reason)
  }
})

t.test('at most 128 answers are kept, whatever is presented', async (t) => {
  const policy = policyOf([{ oauth: [] }, { key: [] }])
  const answers = answersFor(policy, null, WORDING)
  const cases = [...product(CODES, CODES)].map(([oauth = 'credentials_invalid', key = 'credentials_invalid']) => outcomesOf(policy, { oauth, key }))
  const all = cases.map((outcomes) => answers.of(denialOf(policy, outcomes), outcomes))
  const again = cases.map((outcomes) => answers.of(denialOf(policy, outcomes), outcomes))
  const kept = new Set(all.filter((answer, i) => answer === again[i]))
  t.ok(cases.length > 400, `${cases.length} kinds of refusal`)
  t.equal(kept.size, 128)
  t.strictSame(again, all, 'those that are not kept say the same')
})

t.test('a route of many schemes keeps what it can number, and no more', async (t) => {
  const policy = policyOf([
    { oauth: [] }, { login: [] }, { token: [] }, { inner: [] }, { staff: [] }, { guard: [] }, { hawk: [] }, { device: [] }, { key: [] },
    { other: [] }, { query: [] }, { session: [] }, { named: [] }, { machine: [] }
  ])
  const answers = answersFor(policy, null, WORDING)
  for (const became of [{}, { oauth: 'token_expired' }, { machine: 'token_expired' }, { machine: 'token_revoked' }, { named: 'token_revoked' }] as const) {
    const outcomes = outcomesOf(policy, became)
    t.strictSame(answers.of(denialOf(policy, outcomes), outcomes), fresh(policy, outcomes), JSON.stringify(became))
  }
})

t.test('no text can leave its quotes', async (t) => {
  for (const code of CODES) {
    const { detail, error } = REASONS[code]
    for (const text of [detail, error ?? 'none']) {
      t.match(text, /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/, `${code}: RFC 6750 §3`)
      t.notMatch(text, /["\\]/, `${code}: no quote, no backslash`)
    }
  }
})
