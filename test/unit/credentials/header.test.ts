import t from 'tap'
import { readHeader } from '../../../lib/credentials/header.ts'
import { AMBIGUOUS, MALFORMED, sourceOf, told, withoutLines } from './source.ts'

t.test('a header field is read', async (t) => {
  const table: [name: string, lines: [string, string][], found: unknown][] = [
    ['one', [['X-API-Key', 'abc']], 'abc'],
    ['in any letter case', [['x-aPi-kEy', 'abc']], 'abc'],
    ['the value is as sent', [['X-API-Key', ' a b,c="d" ']], ' a b,c="d" '],
    ['none', [['Host', 'x']], undefined],
    ['an empty one', [['X-API-Key', '']], MALFORMED],
    ['another with underscores', [['x_api_key', 'abc']], undefined],
    ['a longer name', [['X-API-Key-2', 'abc']], undefined],
    ['the name as a value', [['X', 'x-api-key'], ['X-API-Key', 'abc'], ['Y', 'X-API-Key']], 'abc'],
    ['two', [['X-API-Key', 'good'], ['X-API-Key', 'evil']], AMBIGUOUS],
    ['twice the same', [['X-API-Key', 'good'], ['x-api-key', 'good']], AMBIGUOUS],
    ['two, the second empty', [['X-API-Key', 'good'], ['X-API-Key', '']], AMBIGUOUS],
    ['two, both empty', [['X-API-Key', ''], ['X-API-Key', '']], AMBIGUOUS]
  ]
  for (const [name, lines, found] of table) t.strictSame(told(readHeader(sourceOf(lines), 'x-api-key')), found, name)
})

t.test('without raw lines the headers are believed', async (t) => {
  const table: [name: string, value: string | string[] | undefined, found: unknown][] = [
    ['a text', 'abc', 'abc'], ['an empty text', '', MALFORMED], ['undefined', undefined, undefined],
    ['an array', ['a', 'b'], AMBIGUOUS], ['an array of one', ['a'], AMBIGUOUS], ['an empty array', [], AMBIGUOUS]
  ]
  for (const [name, value, found] of table) t.strictSame(told(readHeader(withoutLines({ 'x-api-key': value }), 'x-api-key')), found, name)
})

t.test('names that objects have are not found', async (t) => {
  for (const name of ['__proto__', 'constructor', 'tostring', 'hasownproperty', 'valueOf', 'toString']) {
    t.equal(readHeader(sourceOf([]), name), undefined, name)
    t.equal(readHeader(withoutLines({}), name), undefined, `${name}, without raw lines`)
  }
  t.equal(readHeader(sourceOf([['constructor', 'abc']]), 'constructor'), 'abc', 'a field of that name is')
  const none = Object.assign(Object.create(null), { 'x-api-key': 'abc' }) as Record<string, string>
  t.equal(readHeader(withoutLines(none), 'x-api-key'), 'abc', 'headers without a prototype')
})
