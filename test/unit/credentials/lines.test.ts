import t from 'tap'
import { isRepeated } from '../../../lib/credentials/lines.ts'

t.test('a field on more than one line is repeated', async (t) => {
  const table: [name: string, lines: string[] | undefined, repeated: boolean][] = [
    ['no lines known', undefined, false],
    ['no lines', [], false],
    ['another', ['Host', 'x'], false],
    ['one', ['X-Key', 'a'], false],
    ['two', ['X-Key', 'a', 'X-Key', 'b'], true],
    ['two in other letter case', ['x-key', 'a', 'X-KEY', 'a'], true],
    ['three', ['X-Key', 'a', 'Host', 'x', 'X-Key', 'b', 'X-Key', 'c'], true],
    ['the name as a value', ['X-Key', 'x-key', 'Other', 'x-key'], false],
    ['a longer name', ['X-Key', 'a', 'X-Key-2', 'b'], false],
    ['an underscore', ['X-Key', 'a', 'x_key', 'b'], false],
    ['a line cut off', ['X-Key', 'a', 'X-Key'], true]
  ]
  for (const [name, rawHeaders, repeated] of table) t.equal(isRepeated({ headers: {}, query: {}, raw: { rawHeaders } }, 'x-key'), repeated, name)
})
