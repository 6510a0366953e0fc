import t from 'tap'
import { inspect } from 'node:util'
import type { FastifyRequest } from 'fastify'
import { recordOf } from '../../lib/challenge/record.ts'
import { VerifierMisuse } from '../../lib/decision/judge.ts'
import { logRefusal, logVerifierError } from '../../lib/log.ts'
import { denialOf, outcomesOf, policyOf } from './challenge/stage.ts'

/** A request that only logs. */
function listening (): { request: FastifyRequest, lines: [level: string, line: Record<string, unknown>, message: string][] } {
  const lines: [string, Record<string, unknown>, string][] = []
  const log = new Proxy({}, {
    get: (_target, level) => (line: Record<string, unknown>, message: string) => { lines.push([String(level), line, message]) }
  })
  return { request: { log } as FastifyRequest, lines }
}

t.test('a refusal is one line that names the reason and what became of each scheme', async (t) => {
  const policy = policyOf([{ oauth: ['read'] }, { key: [], session: [] }])
  const outcomes = outcomesOf(policy, { oauth: 'account_disabled', key: [] })
  const { request, lines } = listening()
  logRefusal(request, 'info', recordOf(policy, denialOf(policy, outcomes), outcomes))
  t.strictSame(lines, [['info', {
    reason: 'account_disabled', schemes: { oauth: 'account_disabled', key: 'accepted', session: 'not presented' }, undocumented: ['oauth']
  }, 'request refused']], 'also what callers are not told, and that the document does not say so')
})

t.test('the level is a matter of options', async (t) => {
  const policy = policyOf([{ oauth: [] }])
  const outcomes = outcomesOf(policy, {})
  for (const level of ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const) {
    const { request, lines } = listening()
    logRefusal(request, level, recordOf(policy, denialOf(policy, outcomes), outcomes))
    t.strictSame(lines.map(([level]) => level), level === 'silent' ? [] : [level], level)
  }
})

t.test('a refusal before anything was judged', async (t) => {
  const policy = policyOf([{ oauth: [] }])
  const { request, lines } = listening()
  logRefusal(request, 'info', recordOf(policy, { reason: 'origin_not_allowed', failing: [], short: null }, []))
  t.strictSame(lines[0]?.[1], { reason: 'origin_not_allowed', schemes: { oauth: 'not presented' } })
})

t.test('no credentials and no scopes are in the line', async (t) => {
  const policy = policyOf([{ oauth: ['read'] }])
  const outcomes = [{ scopes: ['canary'], token: 'canary' }]
  const { request, lines } = listening()
  logRefusal(request, 'info', recordOf(policy, denialOf(policy, outcomes), outcomes))
  t.notMatch(JSON.stringify(lines), 'canary')
})

const CANARY = 'canary-credential'

t.test('a failed verifier is told without what was presented', async (t) => {
  const table: [name: string, error: unknown, credential: unknown][] = [
    ['the message', new Error(`no such key: ${CANARY}`), CANARY],
    ['twice in the message', new Error(`${CANARY} ${CANARY}`), CANARY],
    ['the stack', Object.assign(new Error('x'), { stack: `Error: x\n at ${CANARY}` }), CANARY],
    ['the cause', new Error('x', { cause: new Error(`query failed: '${CANARY}'`) }), CANARY],
    ['the cause as a text', new Error('x', { cause: CANARY }), CANARY],
    ['a thrown text', `bad ${CANARY}`, CANARY],
    ['a password', new Error(`login failed for ada:${CANARY}`), { username: 'ada', password: CANARY }],
    ['a user-id', new Error(`no user ${CANARY}`), { username: CANARY, password: '' }],
    ['a credential within another', new Error(`${CANARY}-longer and ${CANARY}`), { username: CANARY, password: `${CANARY}-longer` }],
    ['a text that is a pattern', new Error(`${CANARY}.*+?^$`), `${CANARY}.*+?^$`],
    ['a text with dollar signs', new Error(`x ${CANARY}$& y`), `${CANARY}$&`],
    ['a password as Basic sends it', new Error(`bad ${Buffer.from(`ada:${CANARY}`).toString('base64')} [redacted]`), { username: 'ada', password: CANARY }],
    ['a token as a URL holds it', new Error(`GET /?t=${encodeURIComponent(`${CANARY}+/=`)} [redacted]`), `${CANARY}+/=`],
    ['other members of an error', Object.assign(new Error('[redacted]'), { config: { headers: { authorization: CANARY } }, code: CANARY }), CANARY],
    ['members of a cause', new Error('[redacted]', { cause: Object.assign(new Error('x'), { request: CANARY }) }), CANARY],
    ['the name', Object.assign(new Error('x'), { name: CANARY }), CANARY],
    ['an aggregate', new AggregateError([new Error(CANARY)], '[redacted]'), CANARY],
    ['a certificate', new Error(`unknown serial ${CANARY}`), { subject: { CN: 'x' }, serialNumber: CANARY }]
  ]
  for (const [name, error, credential] of table) {
    const { request, lines } = listening()
    logVerifierError(request, 'oauth', error, credential)
    t.equal(lines.length, 1, `${name}: one line`)
    const printed = inspect(lines, { depth: null, showHidden: true })
    t.notMatch(printed, CANARY, `${name}: not the credential`)
    t.match(printed, /\[redacted\]/, `${name}: in its place`)
    t.match(lines[0], ['error', { scheme: 'oauth' }, 'a verifier could not tell; the request is refused'], name)
  }
})

t.test('what is told of an error', async (t) => {
  const { request, lines } = listening()
  const error = new RangeError('too far', { cause: new TypeError('why', { cause: 'because' }) })
  logVerifierError(request, 'oauth', error, 'secret')
  const [, line] = lines[0] ?? []
  t.strictSame(Object.keys(line ?? {}), ['scheme', 'err'])
  t.match(line, { scheme: 'oauth', err: { name: 'RangeError', message: 'too far', stack: error.stack } })
  t.match(line?.['err'], { cause: { name: 'TypeError', message: 'why', cause: { message: 'because' } } })
})

t.test('a breach of contract is told as one', async (t) => {
  const { request, lines } = listening()
  logVerifierError(request, 'oauth', new VerifierMisuse('the verifier answered boolean'), 'secret')
  t.equal(lines[0]?.[2], 'programming error in a verifier; the request is refused')
})

t.test('whatever is thrown can be told', async (t) => {
  const cyclic = new Error('x')
  cyclic.cause = cyclic
  const table: [name: string, error: unknown][] = [
    ['undefined', undefined], ['null', null], ['a number', 1], ['a symbol', Symbol('x')], ['an object', { a: 1 }], ['an array', [1]], ['a function', () => {}],
    ['an object without a prototype', Object.create(null)], ['a text that cannot be had', { toString () { throw new Error('x') } }],
    ['an Error without a stack', Object.assign(new Error('x'), { stack: undefined })],
    ['an Error whose message is a number', Object.assign(new Error('x'), { message: 1 })],
    ['an Error whose stack is an object', Object.assign(new Error('x'), { stack: {} })],
    ['a cause that cannot be a text', new Error('x', { cause: Object.create(null) })],
    ['a cause that is itself', cyclic]
  ]
  for (const [name, error] of table) {
    const { request, lines } = listening()
    t.doesNotThrow(() => { logVerifierError(request, 'oauth', error, 'secret') }, name)
    t.equal(lines.length, 1, `${name}: one line`)
  }
})

t.test('whatever was presented can be hidden', async (t) => {
  for (const credential of ['\uD800', 'a\uDFFFb', { password: '\uD800' }, '%', '$&', '\\', { toJSON () { throw new Error('x') } }, [CANARY]]) {
    const { request, lines } = listening()
    t.doesNotThrow(() => { logVerifierError(request, 'oauth', new Error('no database'), credential) }, inspect(credential))
    t.equal(lines.length, 1, `${inspect(credential)}: one line`)
  }
})

t.test('credentials that are no texts hide nothing', async (t) => {
  for (const credential of [undefined, null, '', 0, {}, { password: '' }, [], Symbol('x')]) {
    const { request, lines } = listening()
    logVerifierError(request, 'oauth', new Error('no database'), credential)
    t.match(lines[0]?.[1], { err: { message: 'no database' } }, typeof credential)
  }
})
