import t from 'tap'
import fc from 'fast-check'
import assert from 'node:assert'
import { readFileSync } from 'node:fs'
import { parseChallenges } from 'fastify-openapi-security/client'
import { parseChallenges as parseStrictly } from '../../lib/syntax.ts'
import { plain, type Derived } from '../support/challenge-grammar.ts'

interface Vector { name: string, field: string | string[] | null, challenges: Derived[] | null }

function vectors (name: string): Vector[] {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')) as Vector[] // untyped; the shape is the file's
}

t.test('what senders may write is read as the vectors say', async (t) => {
  const strict = vectors('challenges.json').filter(({ challenges }) => challenges !== null)
  t.ok(strict.length > 20)
  for (const { name, field, challenges } of strict) t.strictSame(plain(parseChallenges(field)), challenges, name)
})

t.test('what senders may not write is read as far as it can be made out', async (t) => {
  for (const { name, field, challenges } of vectors('tolerant-challenges.json')) t.strictSame(plain(parseChallenges(field)), challenges, name)
  for (const { name, field } of vectors('challenges.json')) t.ok(Array.isArray(parseChallenges(field)), `${name}: does not throw`)
})

t.test('anything at all is read without an error', async (t) => {
  const table: unknown[] = [undefined, null, 1, true, {}, ['Basic realm="a"', null], '\uD800', '\0']
  for (const value of table) t.doesNotThrow(() => parseChallenges(value as string), JSON.stringify(value)) // from JavaScript
  t.strictSame(parseChallenges(undefined), [])
  t.equal(Object.getPrototypeOf(parseChallenges('X a=b')[0]?.params), null, 'no name is special')
})

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 2000) }
const scrap = fc.constantFrom('a', 'B', '=', '==', ',', ', ', ' ', '\t', '"', '\\', '/', '"x"', 'a=b', '\u00E9', '\u0142', '\n', ';')
const parameter = fc.tuple(
  fc.constantFrom('a', 'b', 'Realm'), fc.constantFrom('=', ' =', '=\t'), fc.constantFrom('x', '"x"', '""', '"a, B c=d"', '"\\"\\x"', '"\u00E9"'))
  .map((parts) => parts.join(''))
const listOf = (element: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(fc.tuple(element, fc.constantFrom(',', ', ', '\t,')), { minLength: 1, maxLength: 3 }).map((all) => all.flat().slice(0, -1).join(''))
const sent = listOf(fc.oneof(
  fc.constantFrom('Bearer', 'X-y', 'Negotiate YII=', 'NTLM  a/b+c=='),
  fc.tuple(fc.constantFrom('Bearer ', 'Basic  '), listOf(parameter)).map((parts) => parts.join(''))))
/** With one place changed. */
const damaged = fc.tuple(sent, fc.nat(), fc.nat(2), scrap).map(([field, place, removed, added]) => {
  const at = place % (field.length + 1)
  return field.slice(0, at) + added + field.slice(at + removed)
})
const field = fc.oneof(sent, damaged, fc.array(scrap, { maxLength: 12 }).map((scraps) => scraps.join('')))

t.test('it reads what the strict parser reads, and finds the same', async (t) => {
  let read = 0
  t.doesNotThrow(() => fc.assert(fc.property(field, (field) => {
    const expected = parseStrictly(field)
    const found = parseChallenges(field)
    if (expected === null) return
    read++
    assert.deepStrictEqual(found, expected)
  }), runs))
  t.ok(read > runs.numRuns / 4, `${read} of ${runs.numRuns} were readable`)
})

t.test('commas and white space that mean nothing change nothing', async (t) => {
  const params = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('"x"', '"y, z=\\""', 'x', 'y/z')), { maxLength: 3, selector: ([name]) => name })
  const challenges = fc.array(fc.tuple(fc.constantFrom('Bearer', 'Basic', 'X-y'), params), { maxLength: 3 })
  const noise = fc.constantFrom(',', ', ', ' ,\t, ', ',,,')
  t.doesNotThrow(() => fc.assert(fc.property(challenges, noise, noise, (challenges, outer, inner) => {
    const write = (between: string, within: string): string =>
      challenges.map(([scheme, params]) => [scheme, params.map(([name, value]) => `${name}=${value}`).join(within)].join(' ')).join(between)
    assert.deepStrictEqual(parseChallenges(outer + write(outer, inner) + outer), parseChallenges(write(', ', ', ')))
    assert.strictEqual(parseChallenges(write(', ', ', ')).length, challenges.length)
  }), runs))
})

// A quadratic reader would need some 10^12 steps for each of these and run into the runner's time limit.
t.test('a million characters of the worst kind are read to the end', async (t) => {
  const n = 1_000_000
  const table: [name: string, field: string, challenges: number][] = [
    ['quoted-pairs', `X a="${'\\"'.repeat(n / 2)}"`, 1],
    ['quoted-pairs that do not end', `X a="${'\\"'.repeat(n / 2)}`, 1],
    ['quoted-strings that do not end', `X ${'a="x'.repeat(n / 4)}`, 1],
    ['quotes', '"'.repeat(n + 1), 0],
    ['token68', `X ${'a'.repeat(n)}`, 1],
    ['token68 before a quote', `X ${'a'.repeat(n)}"`, 1],
    ['padding before a letter', `X a${'='.repeat(n)}x`, 1],
    ['spaces in a token68', `X a${' '.repeat(n)}x`, 1],
    ['words that are no token68', `X ${'a '.repeat(n / 2)}`, 1],
    ['spaces between words', `X a${' '.repeat(n / 2)}b${' '.repeat(n / 2)}c`, 1],
    ['spaces around an equals sign', `X a${' '.repeat(n / 2)}=${' '.repeat(n / 2)}b`, 1],
    ['commas', `X${' ,'.repeat(n / 2)}`, 1],
    ['rubbish', '@'.repeat(n), 0],
    ['schemes', Array(n / 2).fill('X').join(), n / 2],
    ['schemes with words', Array(n / 4).fill('X a b').join(), n / 4],
    ['challenges', Array(n / 8).fill('X a="b"').join(), n / 8],
    ['parameters', `X ${Array.from({ length: n / 10 }, (_, index) => `a${index}=b`).join()}`, 1]
  ]
  for (const [name, field, challenges] of table) t.equal(parseChallenges(field).length, challenges, name)
})
