import t from 'tap'
import { readQuery } from '../../../lib/credentials/query.ts'
import { AMBIGUOUS, MALFORMED, told, withoutLines } from './source.ts'

const read = (query: unknown, name = 'key'): unknown => told(readQuery(withoutLines({}, query), name))

t.test('a query parameter is read as the application\'s parser left it', async (t) => {
  const table: [name: string, query: unknown, found: unknown][] = [
    ['a text', { key: 'abc' }, 'abc'],
    ['a decoded text', { key: 'a b&c=d' }, 'a b&c=d'],
    ['none', {}, undefined],
    ['undefined', { key: undefined }, undefined],
    ['another letter case', { KEY: 'abc' }, undefined],
    ['an empty text', { key: '' }, MALFORMED],
    ['repeated', { key: ['a', 'b'] }, AMBIGUOUS],
    ['repeated and equal', { key: ['a', 'a'] }, AMBIGUOUS],
    ['an array of one', { key: ['a'] }, AMBIGUOUS],
    ['an empty array', { key: [] }, AMBIGUOUS],
    ['key[]=', { 'key[]': 'a' }, undefined],
    ['an object of a nesting parser', { key: { toString: () => 'abc' } }, MALFORMED],
    ['a String object', { key: Object('abc') as unknown }, MALFORMED],
    ['a number of a coercing parser', { key: 1 }, MALFORMED],
    ['null', { key: null }, MALFORMED],
    ['true', { key: true }, MALFORMED]
  ]
  for (const [name, query, found] of table) t.strictSame(read(query), found, name)
})

t.test('a query that is no object is empty', async (t) => {
  for (const query of [undefined, null, 'key=abc', 1, true, () => {}]) t.equal(read(query), undefined, String(query))
})

t.test('names that objects have are not found', async (t) => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    t.equal(read({}, name), undefined, name)
    t.equal(read(Object.create(null), name), undefined, `${name}, no prototype`)
    t.equal(read(Object.defineProperty({}, name, { value: 'abc', enumerable: true }), name), 'abc', `${name}, its own`)
  }
  t.equal(read(Object.create({ key: 'inherited' })), undefined, 'inherited')
})
