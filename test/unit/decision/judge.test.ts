import t from 'tap'
import { readVerdict, VerifierMisuse } from '../../../lib/decision/judge.ts'
import { refuse } from '../../../lib/scheme.ts'

const NOW = 1_700_000_000
const now = (): number => NOW * 1000

t.test('nothing is a refusal', async (t) => {
  for (const verdict of [null, undefined, false]) t.equal(readVerdict(verdict, now), refuse('credentials_invalid'), String(verdict))
})

t.test('a refusal is itself', async (t) => {
  t.equal(readVerdict(refuse('token_revoked'), now), refuse('token_revoked'))
})

t.test('credentials are themselves', async (t) => {
  class Account { name = 'Ada' }
  for (const verdict of [{}, { name: 'Ada' }, new Account(), Object.create(null) as object, Object.freeze({ scopes: [] }), new Map()]) {
    t.equal(readVerdict(verdict, now), verdict)
  }
})

t.test('anything else is a programming error and lets nobody in', async (t) => {
  const table: [name: string, verdict: unknown, message: RegExp][] = [
    ['true', true, /answered boolean/], ['a text', 'ada', /answered string/], ['an empty text', '', /answered string/], ['1', 1, /answered number/],
    ['0', 0, /answered number/], ['NaN', NaN, /answered number/], ['a big number', 1n, /answered bigint/], ['a symbol', Symbol('x'), /answered symbol/],
    ['a function', () => {}, /answered function/], ['an Error', new Error('secret'), /answered an Error/], ['a kind of Error', new TypeError('secret'), /answered an Error/],
    ['a list', [], /answered an array/], ['a list of one', [{}], /answered an array/],
    ['scopes that are a number', { scopes: 1 }, /`scopes` are number/], ['scopes that are null', { scopes: null }, /`scopes` are object/],
    ['scopes that are an object', { scopes: {} }, /`scopes` are object/], ['scopes that are true', { scopes: true }, /`scopes` are boolean/],
    ['an end that is a text', { expiresAt: '2030-01-01' }, /`expiresAt` is neither/], ['an end that is null', { expiresAt: null }, /`expiresAt` is neither/],
    ['an end that is NaN', { expiresAt: NaN }, /`expiresAt` is neither/], ['an invalid Date', { expiresAt: new Date(NaN) }, /`expiresAt` is neither/],
    ['an end that is true', { expiresAt: true }, /`expiresAt` is neither/]
  ]
  for (const [name, verdict, message] of table) {
    t.throws(() => readVerdict(verdict, now), message, name)
    t.throws(() => readVerdict(verdict, now), { name: 'TypeError', message: /^(?!.*secret)/ }, `${name}: not what it holds`)
    t.throws(() => readVerdict(verdict, now), /it may answer a credentials object, null, undefined, false or refuse\(reason\)|`/, `${name}: the mend`)
    try { readVerdict(verdict, now) } catch (error) { t.ok(error instanceof VerifierMisuse, `${name}: kind`) }
  }
})

t.test('credentials end exactly when they say', async (t) => {
  const table: [name: string, expiresAt: unknown, ended: boolean][] = [
    ['a second before', NOW - 1, true], ['now', NOW, true], ['a fraction later', NOW + 0.001, false], ['a second later', NOW + 1, false],
    ['a Date before', new Date((NOW - 1) * 1000), true], ['a Date now', new Date(NOW * 1000), true], ['a Date a millisecond later', new Date(NOW * 1000 + 1), false],
    ['long ago', 0, true], ['before time', -1, true], ['never', Infinity, false], ['never was', -Infinity, true]
  ]
  for (const [name, expiresAt, ended] of table) {
    const verdict = { expiresAt }
    t.equal(readVerdict(verdict, now), ended ? refuse('token_expired') : verdict, name)
  }
})
