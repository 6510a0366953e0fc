import t from 'tap'
import type { FastifyRequest } from 'fastify'
import { ANONYMOUS, decide, isDenial } from '../../lib/decision/decide.ts'
import { gather, type Judged } from '../../lib/decision/gather.ts'
import { compile, type Alternative, type Policy } from '../../lib/policy.ts'
import { parseSecurity } from '../../lib/requirement/parse.ts'
import { Refusal, refuse, type Outcome, type Scheme } from '../../lib/scheme.ts'
import { everyAlternative, product, schemeOf } from './cases.ts'

t.setTimeout(180_000)

/** Nothing reads it but the schemes of these tests. */
const REQUEST = {} as FastifyRequest

/** What a scheme does in one request: what `read` finds, and how `verify` answers. */
interface Behaviour {
  readonly name: string
  readonly read: () => unknown
  readonly verify: () => unknown
  readonly answersLater: boolean
  /** What becomes of the scheme when everything is asked of it. */
  readonly outcome: Outcome
}

const READER = { scopes: ['read'] }
const GUEST = {}

const unread = (name: string, read: () => unknown, outcome: Outcome): Behaviour =>
  ({ name, read, outcome, answersLater: false, verify: () => { throw new Error('nothing was to be verified') } })

const ANSWERS: readonly [name: string, answer: () => unknown, outcome: Outcome][] = [
  ['accepts with the scope', () => READER, READER],
  ['accepts without the scope', () => GUEST, GUEST],
  ['says null', () => null, refuse('credentials_invalid')],
  ['says weak', () => refuse('authentication_too_weak'), refuse('authentication_too_weak')],
  ['denies', () => refuse('access_denied'), refuse('access_denied')],
  ['throttles', () => refuse('too_many_attempts'), refuse('too_many_attempts')],
  ['throws', () => { throw new Error('no database') }, refuse('verifier_unavailable')],
  ['says true', () => true, refuse('verifier_unavailable')]
]

const BEHAVIOURS: readonly Behaviour[] = [
  unread('finds nothing', () => undefined, undefined),
  unread('finds two', () => refuse('credentials_ambiguous'), refuse('credentials_ambiguous')),
  unread('finds rubbish', () => refuse('credentials_malformed'), refuse('credentials_malformed')),
  unread('fails to read', () => { throw new Error('bad reader') }, refuse('verifier_unavailable')),
  ...ANSWERS.flatMap(([name, answer, outcome]): Behaviour[] => [
    { name, read: () => 'credential', verify: answer, answersLater: false, outcome },
    { name: `${name} later`, read: () => 'credential', verify: async () => answer(), answersLater: true, outcome }
  ])
]

interface Counted {
  readonly policy: Policy
  /** Names of verified schemes in the order they were asked. */
  readonly asked: string[]
  behave (behaviours: readonly Behaviour[]): void
}

/** A policy whose schemes do as they are told. */
function stage (security: readonly Readonly<Record<string, readonly string[]>>[], names: readonly string[]): Counted | null {
  let current: readonly Behaviour[] = []
  const asked: string[] = []
  const schemes = Object.fromEntries(names.map((name, i): [string, Scheme] => [name, {
    ...schemeOf({ ambient: i === 1, challengeable: true }, name),
    read: () => current[i]!.read(),
    verify () {
      asked.push(name)
      return current[i]!.verify()
    }
  }]))
  const policy = compile(parseSecurity(security, 'the test'), schemes, 'the test')
  if (policy === 'public') return null
  return { policy, asked, behave (behaviours) { current = behaviours; asked.length = 0 } }
}

/** Compares one gathering with the decision over what everything would have become. */
async function check (
  { policy, asked, behave }: Counted, names: readonly string[], behaviours: readonly Behaviour[]
): Promise<string | null> {
  behave(behaviours)
  const failures: string[] = []
  const answer = gather({
    policy,
    request: REQUEST,
    handshake: undefined,
    verifyTimeout: 60_000,
    onVerifierError: (_request, name) => { failures.push(name) }
  })
  const asynchronous = answer instanceof Promise
  const { decision, outcomes } = await answer
  const of = (name: string): Behaviour => behaviours[names.indexOf(name)]!
  const full = policy.slots.map(({ name }) => of(name).outcome)
  const expected = decide(policy, full)
  if (isDenial(expected) ? JSON.stringify(decision) !== JSON.stringify(expected) : decision !== expected) return `decided ${JSON.stringify(decision)}, not ${JSON.stringify(expected)}`
  if (new Set(asked).size < asked.length) return `asked twice: ${asked.join()}`
  const idle = asked.filter((name) => of(name).read() !== 'credential')
  if (idle.length > 0) return `asked without a credential: ${idle.join()}`
  if (asynchronous !== asked.some((name) => of(name).answersLater)) return asynchronous ? 'a promise for nothing' : 'no promise'
  if (outcomes.some((outcome, slot) => outcome !== full[slot] && outcome !== undefined)) return `outcomes ${JSON.stringify(outcomes)}`
  const ambiguous = policy.slots.some(({ name }) => of(name).name === 'finds two')
  if (ambiguous && asked.length > 0) return `asked although delivery is ambiguous: ${asked.join()}`
  const presented = policy.slots.filter(({ name }) => of(name).answersLater || ANSWERS.some(([answer]) => answer === of(name).name))
  if (!ambiguous && (isDenial(decision) || decision === ANONYMOUS) && asked.length < presented.length) return 'not everything presented was judged'
  if (!isDenial(decision) && decision !== ANONYMOUS) {
    // An alternative declared before the satisfied one may still come out on top, one after it cannot.
    const soFar = policy.alternatives.slice(0, policy.alternatives.indexOf(decision) + 1)
    const needed = soFar.flatMap(({ slots }) => slots.map((slot) => policy.slots[slot]?.name))
    const extra = asked.filter((name) => !needed.includes(name))
    if (extra.length > 0) return `asked after an alternative was satisfied: ${extra.join()}`
    const settled = decision.slots.map((slot) => policy.slots[slot]?.name).filter((name) => !asked.includes(name ?? ''))
    if (settled.length > 0) return `satisfied unasked: ${settled.join()}`
  }
  const failing = policy.slots.filter(({ name }) => (asked.includes(name) && of(name).outcome === refuse('verifier_unavailable')) || of(name).name === 'fails to read')
  if (failures.toSorted().join() !== failing.map(({ name }) => name).toSorted().join()) return `told of failures of ${failures.join()}`
  return null
}

t.test('what is gathered is decided like everything that could have been gathered', async (t) => {
  const spaces: readonly [names: readonly string[], securities: readonly (readonly Readonly<Record<string, readonly string[]>>[])[]][] = [
    [['a', 'b'], [1, 2].flatMap((length) => [...product(...Array.from({ length }, () => everyAlternative(['a', 'b'], ['read'])))])
      .map((list) => list.map((alternative) => Object.fromEntries(alternative)))],
    [['a', 'b', 'c'], [
      [{ a: ['read'], b: [], c: [] }],
      [{ a: ['read'] }, { b: ['read'] }, { c: ['read'] }],
      [{ a: [], b: ['read'] }, { b: [], c: ['read'] }],
      [{ a: ['read'], b: [] }, {}, { c: [] }],
      [{ c: ['read'] }, { b: [], a: [] }, { c: [] }]
    ]]
  ]
  let cases = 0
  const differences: string[] = []
  for (const [names, securities] of spaces) {
    const behaviours = [...product(...names.map(() => BEHAVIOURS))]
    for (const security of securities) {
      const counted = stage(security, names)
      if (counted === null) continue
      for (const behaviour of behaviours) {
        cases++
        const difference = await check(counted, names, behaviour)
        if (difference !== null) differences.push(`${JSON.stringify(security)} ${behaviour.map(({ name }) => name).join(' / ')}: ${difference}`)
        if (differences.length >= 10) break
      }
    }
  }
  t.strictSame(differences, [])
  t.comment(`${cases} cases`)
  t.ok(cases > 50_000, 'the space is not empty')
})

/** One policy of bearer-like schemes with the given verifiers, all presented. */
function gatherWith (
  security: readonly Readonly<Record<string, readonly string[]>>[],
  verifiers: Readonly<Record<string, () => unknown>>,
  verifyTimeout = 60_000
): { answer: Judged | Promise<Judged>, policy: Policy, failures: [name: string, error: unknown, credential: unknown][] } {
  const schemes = Object.fromEntries(Object.entries(verifiers).map(([name, verify]): [string, Scheme] =>
    [name, { ...schemeOf({ ambient: false, challengeable: true }, name), read: () => `secret of ${name}`, verify }]))
  const policy = compile(parseSecurity(security, 'the test'), schemes, 'the test')
  if (policy === 'public') throw new Error('the test asks nothing')
  const failures: [string, unknown, unknown][] = []
  const onVerifierError = (_request: FastifyRequest, ...failure: [name: string, error: unknown, credential: unknown]): void => {
    failures.push(failure)
  }
  return { policy, failures, answer: gather({ policy, request: REQUEST, handshake: undefined, verifyTimeout, onVerifierError }) }
}

const reasonOf = ({ decision }: Judged): string => typeof decision === 'object' && isDenial(decision) ? decision.reason : 'allowed'

t.test('an answer at once needs no promise', async (t) => {
  const { answer, policy } = gatherWith([{ a: [], b: [] }], { a: () => GUEST, b: () => GUEST })
  t.equal(answer instanceof Promise, false)
  t.equal((await answer).decision, policy.alternatives[0])
})

t.test('every kind of promise is waited for', async (t) => {
  const table: [name: string, verify: () => unknown, decided: string][] = [
    ['a promise', async () => GUEST, 'allowed'],
    ['a thenable', () => ({ then: (resolve: (value: unknown) => void) => { resolve(GUEST) } }), 'allowed'],
    ['a thenable that resolves to a promise', () => ({ then: (resolve: (value: unknown) => void) => { resolve(Promise.resolve(GUEST)) } }), 'allowed'],
    ['a thenable that answers twice', () => ({ then: (resolve: (value: unknown) => void) => { resolve(null); resolve(GUEST) } }), 'credentials_invalid'],
    ['a thenable that throws', () => ({ then () { throw new Error('x') } }), 'verifier_unavailable'],
    ['a thenable that answers, then throws', () => ({ then (resolve: (value: unknown) => void) { resolve(GUEST); throw new Error('x') } }), 'allowed'],
    // eslint-disable-next-line prefer-promise-reject-errors -- that is what is tested
    ['a promise rejected with nothing', () => Promise.reject(), 'verifier_unavailable'],
    ['a getter that throws', () => ({ get then () { throw new Error('x') } }), 'verifier_unavailable'],
    ['a function', () => () => GUEST, 'verifier_unavailable'],
    ['a promise of true', async () => true, 'verifier_unavailable'],
    ['a promise of a string', async () => 'ada', 'verifier_unavailable'],
    ['a promise of an Error', async () => new Error('x'), 'verifier_unavailable'],
    ['a promise of a refusal', async () => refuse('token_expired'), 'token_expired'],
    ['a promise of nothing', async () => {}, 'credentials_invalid']
  ]
  for (const [name, verify, decided] of table) t.equal(reasonOf(await gatherWith([{ a: [] }], { a: verify }).answer), decided, name)
})

t.test('no answer in time is "cannot tell", and a late one changes nothing', async (t) => {
  for (const [name, late] of [['accepts', GUEST], ['refuses', null], ['fails', new Error('x')]] as const) {
    let settle = (): void => {}
    const never = new Promise((resolve, reject) => {
      settle = () => { if (late instanceof Error) reject(late); else resolve(late) }
    })
    const { answer, failures } = gatherWith([{ a: [] }], { a: () => never }, 1)
    const judged = await answer
    t.equal(reasonOf(judged), 'verifier_unavailable', `then ${name}`)
    settle()
    await new Promise((resolve) => { setImmediate(resolve) })
    t.strictSame(judged.outcomes, [refuse('verifier_unavailable')], `then ${name}: outcome`)
    t.equal(failures.length, 1, `then ${name}: told once`)
    t.match(failures[0], ['a', /no answer within 1 ms/, 'secret of a'], `then ${name}: told why`)
  }
})

t.test('a verifier that does not answer keeps no alternative from being satisfied', async (t) => {
  const { answer, policy } = gatherWith([{ a: [] }, { b: [] }], { a: () => new Promise(() => {}), b: () => GUEST }, 1)
  t.equal((await answer).decision, policy.alternatives[1])
})

t.test('no timer outlives the answer', async (t) => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  await Promise.all(Array.from({ length: 100 }, (_, i) => gatherWith([{ a: [] }], { a: async () => { if (i % 2 === 0) throw new Error('x'); return GUEST } }).answer))
  t.equal(timers(), before)
})

t.test('a failure is told with its credential, a success is not told', async (t) => {
  const fault = new Error('no database')
  const fail = (): never => { throw fault }
  const { answer, failures } = gatherWith([{ a: [] }, { b: [] }, { c: [] }], { a: fail, b: async () => fail(), c: () => GUEST })
  t.equal(reasonOf(await answer), 'allowed')
  t.strictSame(failures, [['a', fault, 'secret of a'], ['b', fault, 'secret of b']])
})

t.test('credentials that have ended are refused at the moment they are judged', async (t) => {
  const now = Date.now()
  const table: [name: string, expiresAt: unknown, decided: string][] = [
    ['a second ago', now / 1000 - 1, 'token_expired'],
    ['in a minute', now / 1000 + 60, 'allowed'],
    ['a Date in the past', new Date(now - 1000), 'token_expired'],
    ['a Date in the future', new Date(now + 60_000), 'allowed'],
    ['never', Infinity, 'allowed'],
    ['milliseconds for seconds', now, 'allowed'],
    ['no number', NaN, 'verifier_unavailable'],
    ['an invalid Date', new Date(NaN), 'verifier_unavailable'],
    ['a text', '2030-01-01', 'verifier_unavailable'],
    ['null', null, 'verifier_unavailable'],
    ['undefined', undefined, 'allowed']
  ]
  for (const [name, expiresAt, decided] of table) {
    t.equal(reasonOf(await gatherWith([{ a: [] }], { a: () => ({ expiresAt }) }).answer), decided, name)
  }
})

t.test('scopes that cannot be scopes are a programming error', async (t) => {
  const table: [name: string, scopes: unknown, decided: string][] = [
    ['a text', 'write read', 'allowed'],
    ['an array', ['read'], 'allowed'],
    ['a set', new Set(['read']), 'allowed'],
    ['the keys of a map', new Map([['read', 1]]).keys(), 'allowed'],
    ['none', undefined, 'scope_insufficient'],
    ['an empty text', '', 'scope_insufficient'],
    ['a longer name', ['readwrite'], 'scope_insufficient'],
    ['another case', ['READ'], 'scope_insufficient'],
    ['a comma', 'write,read', 'scope_insufficient'],
    ['a tab', 'write\tread', 'scope_insufficient'],
    ['a list in a list', [['read']], 'scope_insufficient'],
    ['a map', new Map([['read', true]]), 'scope_insufficient'],
    ['a number', 1, 'verifier_unavailable'],
    ['null', null, 'verifier_unavailable'],
    ['an object', { read: true }, 'verifier_unavailable'],
    ['a getter that throws', 'throws', 'verifier_unavailable']
  ]
  for (const [name, scopes, decided] of table) {
    const credentials = scopes === 'throws' ? { get scopes () { throw new Error('x') } } : { scopes }
    t.equal(reasonOf(await gatherWith([{ a: ['read'] }], { a: () => credentials }).answer), decided, name)
  }
})

t.test('scopes that fail to be read are "cannot tell"', async (t) => {
  const broken: [name: string, scopes: unknown][] = [
    ['an iterator that throws', { [Symbol.iterator] () { throw new Error('x') } }],
    ['no iterator', { [Symbol.iterator]: 1 }]
  ]
  for (const [name, scopes] of broken) {
    t.equal(reasonOf(await gatherWith([{ a: ['read'] }], { a: () => ({ scopes }) }).answer), 'verifier_unavailable', name)
    t.equal(reasonOf(await gatherWith([{ a: ['read'] }], { a: async () => ({ scopes }) }).answer), 'verifier_unavailable', `${name}, later`)
  }
})

t.test('scopes that can be read only once serve every alternative', async (t) => {
  function * once (): Generator<string> { yield 'read' }
  const { answer, policy } = gatherWith([{ a: ['write'] }, { a: ['read', 'more'] }, { a: ['read'] }], { a: () => ({ scopes: once() }) })
  t.equal((await answer).decision, policy.alternatives[2])
})

t.test('1,000 alternatives of 50 schemes ask each verifier once', async (t) => {
  for (const later of [false, true]) {
    const asked = new Map<string, number>()
    const names = Array.from({ length: 50 }, (_, i) => `s${i}`)
    const verify = (name: string) => (): unknown => {
      asked.set(name, (asked.get(name) ?? 0) + 1)
      return later ? Promise.resolve({ scopes: ['held'] }) : { scopes: ['held'] }
    }
    const alternative = (last: string): Record<string, string[]> =>
      Object.fromEntries(names.map((name, i) => [name, i === 49 ? [last] : []]))
    const security = [...Array.from({ length: 999 }, (_, i) => alternative(`lacking-${i}`)), alternative('held')]
    const { answer, policy } = gatherWith(security, Object.fromEntries(names.map((name) => [name, verify(name)])))
    t.equal((await answer).decision, policy.alternatives[999], later ? 'later' : 'at once')
    t.strictSame([asked.size, ...new Set(asked.values())], [50, 1], 'each once')
  }
})

t.test('what is gathered keeps to the request', async (t) => {
  const seen: unknown[] = []
  const handshake = { token: 'from the handshake', cookies: true }
  const scheme: Scheme = {
    ...schemeOf({ ambient: false, challengeable: true }, 'a'),
    read: (source, given) => { seen.push(source, given); return { of: source } },
    verify: (credential: unknown, request: unknown) => { seen.push(credential, request); return GUEST }
  }
  const policy = compile(parseSecurity([{ a: [] }], 'the test'), { a: scheme }, 'the test') as Policy
  const [one, two] = [{ id: 1 }, { id: 2 }].map((request) => gather({
    policy, request: request as unknown as FastifyRequest, handshake, verifyTimeout: 1000, onVerifierError: () => {}
  })) as [Judged, Judged]
  t.strictSame(seen, [{ id: 1 }, handshake, { of: { id: 1 } }, { id: 1 }, { id: 2 }, handshake, { of: { id: 2 } }, { id: 2 }])
  t.not(one.outcomes, two.outcomes)
})

t.test('whoever is told of a failing verifier and fails too changes nothing', async (t) => {
  const failing: [name: string, scheme: Partial<Scheme>][] = [
    ['reading', { read: () => { throw new Error('x') } }], ['at once', { verify: () => { throw new Error('x') } }],
    ['later', { verify: async () => { throw new Error('x') } }], ['by misuse', { verify: () => true }],
    ['by misuse, later', { verify: async () => true }], ['by silence', { verify: async () => await new Promise(() => {}) }]
  ]
  for (const [name, part] of failing) {
    const scheme: Scheme = { ...schemeOf({ ambient: false, challengeable: true }, 'a'), read: () => 'credential', ...part }
    const policy = compile(parseSecurity([{ a: [] }], 'the test'), { a: scheme }, 'the test') as Policy
    let told = 0
    const onVerifierError = (): void => { told++; throw new Error('the log is full') }
    const judged = await gather({ policy, request: REQUEST, handshake: undefined, verifyTimeout: 20, onVerifierError })
    t.equal(reasonOf(judged), 'verifier_unavailable', name)
    t.equal(told, 1, name)
  }
})

t.test('a falsy credential that is not undefined is a credential', async (t) => {
  for (const credential of [null, '', 0, false]) {
    const asked: unknown[] = []
    const scheme: Scheme = {
      ...schemeOf({ ambient: false, challengeable: true }, 'a'),
      read: () => credential,
      verify: (given: unknown) => { asked.push(given); return null }
    }
    const policy = compile(parseSecurity([{ a: [] }, {}], 'the test'), { a: scheme }, 'the test') as Policy
    const judged = gather({ policy, request: REQUEST, handshake: undefined, verifyTimeout: 1000, onVerifierError: () => {} })
    t.equal(judged instanceof Promise ? 'later' : reasonOf(judged), 'credentials_invalid', String(credential))
    t.strictSame(asked, [credential], `${String(credential)}: asked`)
  }
})

t.test('a refusal stays the frozen value of its reason', async (t) => {
  const judged = await gatherWith([{ a: [] }], { a: () => refuse('token_revoked') }).answer
  const [outcome] = judged.outcomes
  t.ok(outcome instanceof Refusal)
  t.equal(outcome, refuse('token_revoked'))
  t.ok(Object.isFrozen(outcome))
  t.strictSame(judged.decision, { reason: 'token_revoked', failing: [0], short: null } satisfies { reason: string, failing: number[], short: Alternative | null })
})
