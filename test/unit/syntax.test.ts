import t from 'tap'
import { readFileSync } from 'node:fs'
import {
  isFieldText, isRealm, isScopeToken, isToken, isToken68, parseChallenges, parseCredentials, writeChallenge
} from '../../lib/syntax.ts'
import { derive, hasRepeatedName, plain, type Derived } from '../support/challenge-grammar.ts'

interface Vector { name: string, source: string, field: string | string[], challenges: Derived[] | null }

// JSON.parse is untyped; the shape is that of the file beside it.
const VECTORS = JSON.parse(readFileSync(new URL('../vectors/challenges.json', import.meta.url), 'utf8')) as Vector[]

t.test('challenges are read as the vectors say', async (t) => {
  for (const { name, source, field, challenges } of VECTORS) t.strictSame(plain(parseChallenges(field)), challenges, `${source}: ${name}`)
  t.ok(VECTORS.filter(({ challenges }) => challenges === null).length > 40, 'vectors that must not parse')
})

t.test('the independent grammar reads the vectors in the same way, or in none', async (t) => {
  for (const { name, source, field, challenges } of VECTORS) {
    const readings = derive(typeof field === 'string' ? field : field.join(', ')).filter((reading) => !hasRepeatedName(reading))
    t.strictSame(readings, challenges === null ? [] : [challenges], `${source}: ${name}`)
  }
})

t.test('read values cannot reach a prototype', async (t) => {
  const [read] = parseChallenges('X __proto__="polluted"') ?? []
  t.equal(Object.getPrototypeOf(read?.params), null)
  t.equal(Object.hasOwn(read?.params ?? {}, '__proto__'), true)
  t.equal(Reflect.get({}, 'polluted'), undefined)
})

t.test('a name made of digits loses its place but not its value', async (t) => {
  t.strictSame(plain(parseChallenges('X b=c, 1=2')), [{ scheme: 'X', params: [['1', '2'], ['b', 'c']] }])
})

t.test('challenges are written', async (t) => {
  const table: [scheme: string, params: [string, string][], written: string][] = [
    ['Negotiate', [], 'Negotiate'],
    ['Bearer', [['realm', 'api']], 'Bearer realm="api"'],
    ['Bearer', [['realm', 'a"b\\c, d=e']], 'Bearer realm="a\\"b\\\\c, d=e"'],
    ['Bearer', [['realm', 'a", Basic realm="b']], 'Bearer realm="a\\", Basic realm=\\"b"'],
    ['Basic', [['realm', ''], ['Charset', 'UTF-8']], 'Basic realm="", Charset="UTF-8"'],
    ['ApiKey', [['realm', 'r'], ['in', 'header'], ['name', 'X-API-Key']], 'ApiKey realm="r", in="header", name="X-API-Key"'],
    ['X', [['__proto__', 'a'], ['constructor', 'b']], 'X __proto__="a", constructor="b"']
  ]
  for (const [scheme, params, written] of table) t.equal(writeChallenge(scheme, params), written)
  t.equal(writeChallenge('Bearer', new Map([['realm', 'api']])), 'Bearer realm="api"', 'from any iterable')
})

t.test('what cannot be written is refused', async (t) => {
  const table: [message: RegExp, scheme: unknown, ...params: [unknown, unknown][]][] = [
    [/scheme "" is not a token/, ''],
    [/scheme "Bea rer" is not a token/, 'Bea rer'],
    [/scheme "Bearer," is not a token/, 'Bearer,'],
    [/scheme "B\\u00e9|scheme "Bé" is not a token/, 'B\u00E9'],
    [/is not a token/, ['Bearer']],
    [/name "" of Bearer is not a token/, 'Bearer', ['', 'x']],
    [/name "re alm" of Bearer is not a token/, 'Bearer', ['re alm', 'x']],
    [/name "a=b" of Bearer is not a token/, 'Bearer', ['a=b', 'x']],
    [/name "a\\n" of Bearer is not a token/, 'Bearer', ['a\n', 'x']],
    [/realm of Bearer is repeated/, 'Bearer', ['realm', 'a'], ['realm', 'b']],
    [/REALM of Bearer is repeated/, 'Bearer', ['realm', 'a'], ['scope', 'b'], ['REALM', 'a']],
    ...['\n', '\r\n X: y', '\0', '\t', '\x1F', '\x7F', '\x80', '\u00E9', '\u0142', '\u{1F600}', '\uD800', undefined, null, 1, ['a']]
      .map((value): [RegExp, string, [string, unknown]] => [/realm of Bearer has characters other than/, 'Bearer', ['realm', value]])
  ]
  for (const [message, scheme, ...params] of table) {
    // Cast: JavaScript callers send anything.
    const call = () => writeChallenge(scheme as string, params as [string, string][])
    t.throws(call, { name: 'TypeError', message }, `${JSON.stringify(scheme)} ${JSON.stringify(params)}`)
  }
})

t.test('an Authorization value is split at its scheme', async (t) => {
  const table: [field: string, scheme: string | null, rest?: string][] = [
    ['Bearer abc', 'bearer', 'abc'],
    ['bEaReR abc', 'bearer', 'abc'],
    ['Bearer   abc', 'bearer', 'abc'],
    ['Bearer', 'bearer', ''],
    ['Bearer ', 'bearer', ''],
    ['Bearer    ', 'bearer', ''],
    ['Bearer a b', 'bearer', 'a b'],
    ['Bearer abc ', 'bearer', 'abc '],
    ['Bearer \tabc', 'bearer', '\tabc'],
    ['Digest a="b, c", d=e', 'digest', 'a="b, c", d=e'],
    ["!#$%&'*+-.^_`|~09azAZ x", "!#$%&'*+-.^_`|~09azaz", 'x'],
    ['__proto__ x', '__proto__', 'x'],
    ['', null],
    [' ', null],
    [' Bearer abc', null],
    ['\tBearer abc', null],
    ['Bearer\tabc', null],
    ['Bearer\t', null],
    ['Bearer\t abc', null],
    ['Bearer,abc', null],
    ['Bearer=abc', null],
    ['Bearer:abc', null],
    ['"Bearer" abc', null],
    ['Bearer\u00A0abc', null],
    ['Bearer\0', null],
    ['\u212A abc', null]
  ]
  for (const [field, scheme, rest] of table) {
    t.strictSame(parseCredentials(field), scheme === null ? null : { scheme, rest }, JSON.stringify(field))
  }
})

t.test('the predicates agree with the character lists of the RFCs, one character at a time', async (t) => {
  const alphanumeric = (c: string) => /^[0-9A-Za-z]$/.test(c)
  const table: [name: string, predicate: (text: unknown) => boolean, empty: boolean, allowed: (c: string, code: number) => boolean][] = [
    ['isToken', isToken, false, (c) => alphanumeric(c) || "!#$%&'*+-.^_`|~".includes(c)],
    ['isToken68', isToken68, false, (c) => alphanumeric(c) || '-._~+/'.includes(c)],
    ['isFieldText', isFieldText, true, (_, code) => code >= 0x20 && code <= 0x7E],
    ['isRealm', isRealm, false, (_, code) => code >= 0x20 && code <= 0x7E],
    ['isScopeToken', isScopeToken, false, (c, code) => code >= 0x21 && code <= 0x7E && c !== '"' && c !== '\\']
  ]
  for (const [name, predicate, empty, allowed] of table) {
    const wrong: number[] = []
    for (let code = 0; code <= 0xFFFF; code++) {
      const c = String.fromCharCode(code)
      const padding = predicate === isToken68 && c === '='
      const places = [c, `a${c}`, `${c}a`, `a${c}a`].map(predicate)
      const expected = padding ? [false, true, false, false] : places.map(() => allowed(c, code))
      if (places.join() !== expected.join()) wrong.push(code)
    }
    t.strictSame(wrong, [], name)
    t.equal(predicate(''), empty, `${name}: empty`)
    for (const value of [undefined, null, 1, true, ['a'], {}]) t.equal(predicate(value), false, `${name}: ${JSON.stringify(value)}`)
  }
  t.strictSame(['YQ==', 'a=', 'a=======', '=', '==a', 'a=b'].map(isToken68), [true, true, true, false, false, false], 'padding of token68')
})

// A quadratic reader would need some 10^12 steps for each of these and run into the runner's time limit.
t.test('a million characters of the worst kind are read to the end', async (t) => {
  const n = 1_000_000
  const table: [name: string, field: string, challenges: number | null][] = [
    ['quoted-pairs', `X a="${'\\"'.repeat(n / 2)}"`, 1],
    ['quoted-pairs that do not end', `X a="${'\\"'.repeat(n / 2)}`, null],
    ['quoted-string that does not end', `X a="${'x'.repeat(n)}`, null],
    ['quoted-strings that do not end', `X ${'a="x'.repeat(n / 4)}`, null],
    ['token68', `X ${'a'.repeat(n)}`, 1],
    ['token68 before a quote', `X ${'a'.repeat(n)}"`, null],
    ['padding before a letter', `X a${'='.repeat(n)}x`, null],
    ['spaces in a token68', `X a${' '.repeat(n)}x`, null],
    ['spaces before a quote', `X${' '.repeat(n)}"`, null],
    ['spaces after an equals sign', `X a=${' '.repeat(n)}`, null],
    ['spaces around an equals sign', `X a${' '.repeat(n / 2)}=${' '.repeat(n / 2)}b`, 1],
    ['spaces around a comma', `X a=b${' '.repeat(n / 2)},${' '.repeat(n / 2)};`, null],
    ['trailing spaces', `X a=b${' '.repeat(n)}`, null],
    ['commas', `X${' ,'.repeat(n / 2)}`, null],
    ['schemes', Array(n / 2).fill('X').join(), n / 2],
    ['challenges', Array(n / 8).fill('X a="b"').join(), n / 8],
    ['parameters', `X ${Array.from({ length: n / 10 }, (_, index) => `a${index}=b`).join()}`, 1],
    ['parameters before a scheme', `X ${Array.from({ length: n / 10 }, (_, index) => `a${index}=b`).join()},Y`, 2]
  ]
  for (const [name, field, challenges] of table) t.equal(parseChallenges(field)?.length ?? null, challenges, name)
  t.equal(parseCredentials(`X${' '.repeat(n)}y`)?.rest, 'y', 'credentials: spaces')
  t.equal(parseCredentials('x'.repeat(n))?.rest, '', 'credentials: scheme')
  t.equal(isToken68(`${'a'.repeat(n)}${'='.repeat(n)}"`), false, 'token68')
  t.equal(isScopeToken(`${'a'.repeat(n)}"`), false, 'scope')
})
