import t from 'tap'
import fc from 'fast-check'
import assert from 'node:assert'
import { validateHeaderValue } from 'node:http'
import { isFieldText, isToken, parseChallenges, parseCredentials, writeChallenge } from '../../lib/syntax.ts'
import { derive, hasRepeatedName, plain, type Derived } from '../support/challenge-grammar.ts'

/** Raise it for a long run: PROPERTY_RUNS=1000000. */
const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 1000) }

const write = (challenges: readonly Derived[]): string => challenges.map(({ scheme, params }) => writeChallenge(scheme, params)).join(', ')
/** JavaScript lists names made of digits first, so order is compared for the others only, by the vectors. */
const sorted = (challenges: readonly Derived[] | null): Derived[] | null => challenges === null
  ? null
  : challenges.map((challenge) => ({ ...challenge, params: [...challenge.params].sort() }))

const TCHARS = [..."!#$%&'*+-.^_`|~0129azAZ"]
const PRINTABLE = Array.from({ length: 0x5F }, (_, index) => String.fromCharCode(0x20 + index))
const token = fc.oneof(
  fc.string({ unit: fc.constantFrom(...TCHARS), minLength: 1, maxLength: 6 }),
  fc.constantFrom('realm', 'Realm', 'Bearer', '__proto__', 'constructor', '1', '10'))
const token68 = fc.tuple(fc.string({ unit: fc.constantFrom(...'-._~+/09azAZ'), minLength: 1, maxLength: 6 }), fc.constantFrom('', '=', '=='))
  .map((parts) => parts.join(''))
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...PRINTABLE), maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...'"\\,= ab'), maxLength: 12 }),
  fc.constantFrom('a", Basic realm="b', 'a\\', 'b, c', '\\"', ', ,', ' x ', ''))
const params = fc.uniqueArray(fc.tuple(token, text), { maxLength: 4, selector: ([name]) => name.toLowerCase() })
const challenge: fc.Arbitrary<Derived> = fc.record({ scheme: token, params })
const lowerCased = ({ scheme, params }: Derived): Derived =>
  ({ scheme, params: params.map(([name, value]) => [name.toLowerCase(), value]) })

/** Any way a sender may write it: free whitespace, token or quoted values, needless quoted-pairs, obs-text, token68, repeated names. */
const blank = fc.constantFrom('', '', ' ', '\t', ' \t ')
const inQuotes = fc.constantFrom('a', ',', '=', ' ', '\t', '\u00E9', '\\"', '\\\\', '\\b', '\\\u00FF')
const quoted = fc.array(inQuotes, { maxLength: 4 }).map((parts) => `"${parts.join('')}"`)
const join = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map((all) => all.join(''))
const listOf = (element: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(element, fc.array(join(blank, fc.constant(','), blank, element), { maxLength: 2 })).map(([first, more]) => first + more.join(''))
const spaces = fc.constantFrom(' ', '  ')
const loose = listOf(fc.oneof(token, join(token, spaces, token68),
  join(token, spaces, listOf(join(token, blank, fc.constant('='), blank, fc.oneof(token, quoted))))))
const scrap = fc.constantFrom(
  'a', 'B', '=', '==', ',', ' ', '\t', '"', '\\', '/', '"x"', 'realm', 'a=b', ', ', '\u00E9', '\u0100', '\n', '\0', '(', '\x7F')
/** What a sender may write, with one place changed: most of it is just outside the grammar. */
const damaged = fc.tuple(loose, fc.nat(), fc.nat(2), scrap).map(([field, place, removed, added]) => {
  const at = place % (field.length + 1)
  return field.slice(0, at) + added + field.slice(at + removed)
})
const soup = fc.array(scrap, { maxLength: 9 }).map((scraps) => scraps.join(''))

t.test('what is written is read back: the same challenges, and as many', async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(fc.array(challenge, { minLength: 1, maxLength: 4 }), (challenges) => {
    const lines = challenges.map(({ scheme, params }) => writeChallenge(scheme, params))
    for (const line of lines) validateHeaderValue('www-authenticate', line)
    const expected = sorted(challenges.map(lowerCased))
    assert.deepStrictEqual(sorted(plain(parseChallenges(lines))), expected)
    assert.deepStrictEqual(sorted(plain(parseChallenges(lines.join(',')))), expected)
    assert.strictEqual(parseChallenges(lines)?.length, challenges.length)
    for (const { params } of parseChallenges(lines) ?? []) assert.strictEqual(Object.getPrototypeOf(params), null)
  }), runs))
})

t.test('only quotes and backslashes get a backslash', async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(text, (value) => {
    const written = writeChallenge('X', [['realm', value]])
    const inside = written.slice('X realm="'.length, -1)
    assert.ok(!inside.replaceAll('\\\\', '').replaceAll('\\"', '').includes('\\'), written)
    assert.strictEqual(inside.length, value.length + (value.match(/["\\]/g)?.length ?? 0))
  }), runs))
})

t.test('what is read and written again stays as it is', async (t) => {
  let written = 0
  t.doesNotThrow(() => fc.assert(fc.property(loose, (field) => {
    const read = plain(parseChallenges(field))
    const writable = ({ token68, params }: Derived) => token68 === undefined && params.every(([, value]) => isFieldText(value))
    if (read === null || !read.every(writable)) return
    written++
    const once = write(read)
    assert.strictEqual(write(plain(parseChallenges(once)) ?? []), once)
    assert.deepStrictEqual(plain(parseChallenges(once)), read)
  }), runs))
  t.ok(written > runs.numRuns / 10, `${written} of ${runs.numRuns} could be written`)
})

t.test('the parser and the independent grammar agree', async (t) => {
  const seen = { read: 0, refused: 0, repeated: 0 }
  const agree = (field: string) => {
    const readings = derive(field)
    const [reading = null] = readings
    assert.ok(readings.length <= 1, `ambiguous: ${JSON.stringify(field)}`)
    const repeated = reading !== null && hasRepeatedName(reading)
    seen[reading === null ? 'refused' : repeated ? 'repeated' : 'read']++
    assert.deepStrictEqual(sorted(plain(parseChallenges(field))), repeated ? null : sorted(reading), JSON.stringify(field))
  }
  for (const arbitrary of [loose, damaged, soup]) t.doesNotThrow(() => fc.assert(fc.property(arbitrary, agree), runs))
  t.ok(seen.read > runs.numRuns / 2 && seen.refused > runs.numRuns / 2 && seen.repeated > 0, JSON.stringify(seen))
})

t.test('credentials are split as a plain reading of the grammar splits them', async (t) => {
  const field = fc.oneof(join(token, fc.constantFrom('', ' ', '   ', '\t', ' \t', ','), text), soup)
  t.doesNotThrow(() => fc.assert(fc.property(field, (field) => {
    const [head = ''] = field.split(' ', 1)
    const rest = field.slice(head.length)
    const expected = isToken(head) ? { scheme: head.toLowerCase(), rest: rest.replace(/^ +/, '') } : null
    assert.deepStrictEqual(parseCredentials(field), expected)
  }), runs))
})
