import t from 'tap'
import { areScopes, covers } from '../../../lib/requirement/scopes.ts'

function * generated (...scopes: string[]): Generator<string> { yield * scopes }

t.test('what is held covers what is required by exact names', async (t) => {
  const table: [name: string, held: unknown, required: string[], covered: boolean][] = [
    ['nothing required, nothing held', undefined, [], true],
    ['nothing required, rubbish held', 1, [], true],
    ['nothing held', undefined, ['a'], false],
    ['null held', null, ['a'], false],
    ['a number held', 1, ['a'], false],
    ['true held', true, ['a'], false],
    ['an object held', { a: true }, ['a'], false],
    ['an array-like held', { 0: 'a', length: 1 }, ['a'], false],
    ['an array', ['a'], ['a'], true],
    ['an array in another order', ['b', 'a'], ['a', 'b'], true],
    ['an array that lacks one', ['a'], ['a', 'b'], false],
    ['more than required', ['a', 'b', 'c'], ['b'], true],
    ['a set', new Set(['a', 'b']), ['a', 'b'], true],
    ['a set that lacks one', new Set(['a']), ['a', 'b'], false],
    ['a text', 'a', ['a'], true],
    ['a text in another order', 'b a', ['a', 'b'], true],
    ['a text with doubled spaces', 'a  b', ['a', 'b'], true],
    ['a text with spaces around', ' a ', ['a'], true],
    ['a text with a tab', 'a\tb', ['b'], false],
    ['a text with a comma', 'a,b', ['b'], false],
    ['an empty text', '', ['a'], false],
    ['a part of a name', 'read', ['readwrite'], false],
    ['a name that begins so', 'readwrite', ['read'], false],
    ['a name that holds it', ['xread'], ['read'], false],
    ['another case', 'READ', ['read'], false],
    ['a longer array entry', ['a b'], ['a', 'b'], false],
    ['an array of numbers', [1], ['1'], false],
    ['a list in a list', [['a']], ['a'], false],
    ['a String object', Object('a b') as unknown, ['a b'], false],
    ['a generator', generated('a', 'b'), ['b', 'a'], true],
    ['a map', new Map([['a', 1]]), ['a'], false],
    ['the keys of a map', new Map([['a', 1]]).keys(), ['a'], true],
    ['names that objects have', new Set(), ['constructor'], false],
    ['names that arrays have', [], ['length'], false],
    ['names that are held', ['__proto__'], ['__proto__'], true]
  ]
  for (const [name, held, required, covered] of table) t.equal(covers(held, required), covered, name)
})

t.test('an iterable that can be read only once is read once', async (t) => {
  const held = generated('a', 'b')
  t.equal(covers(held, ['a']), true)
  t.equal(covers(held, ['b']), true)
  t.equal(covers(held, ['c']), false)
})

t.test('10,000 scopes are compared', async (t) => {
  const many = Array.from({ length: 10_000 }, (_, i) => `scope-${i}`)
  for (const held of [new Set(many), many.join(' '), generated(...many)]) {
    t.equal(covers(held, ['scope-9999', 'scope-0']), true)
    t.equal(covers(held, ['scope-10000']), false)
  }
})

t.test('what can be read as scopes', async (t) => {
  const table: [held: unknown, readable: boolean][] = [
    [undefined, true], ['', true], ['a b', true], [[], true], [['a'], true], [new Set(), true], [generated('a'), true],
    [null, false], [0, false], [true, false], [{}, false], [{ a: true }, false], [() => [], false], [Symbol('a'), false]
  ]
  for (const [held, readable] of table) t.equal(areScopes(held), readable, String(typeof held === 'object' ? JSON.stringify(held) : String(held)))
})

t.test('what fails to be read fails when it is judged, not later', async (t) => {
  t.throws(() => areScopes({ [Symbol.iterator] () { throw new Error('broken') } }), /broken/)
  t.throws(() => areScopes({ [Symbol.iterator]: 1 }), TypeError)
})
