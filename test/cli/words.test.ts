import t from 'tap'
import { admitsAnonymous, inWords, isPublic } from '../../lib/cli/words.ts'
import type { Security } from '../../lib/requirement/parse.ts'

const rows: readonly (readonly [security: Security, words: string, access: 'public' | 'optional' | 'protected'])[] = [
  [[], 'anyone', 'public'],
  [[{}], 'anyone', 'public'],
  [[{}, {}], 'anyone', 'public'],
  [[{ partner: [] }], 'partner', 'protected'],
  [[{ oauth: ['pets:read'] }], 'oauth with pets:read', 'protected'],
  [[{ oauth: ['pets:read', 'pets:write'] }, { partner: [] }], 'oauth with pets:read and pets:write, or partner', 'protected'],
  [[{ a: [], b: [] }], 'a and b', 'protected'],
  [[{ a: [], b: [], c: [] }, { d: [] }], 'a and b and c, or d', 'protected'],
  [[{ oauth: ['pets:write'], till: [] }, { staff: ['manager'] }], 'oauth (pets:write) and till, or staff with manager', 'protected'],
  [[{ oauth: ['x', 'y'], staff: ['manager'] }], 'oauth (x and y) and staff (manager)', 'protected'],
  [[{ oauth: [] }, {}], 'anyone, or oauth', 'optional'],
  [[{}, { a: [] }, { b: ['x'] }], 'anyone, or a, or b with x', 'optional']
]

t.test('a requirement in words', async (t) => {
  for (const [security, words, access] of rows) {
    t.equal(inWords(security), words, words)
    t.equal(isPublic(security), access === 'public', `${words}: public`)
    t.equal(admitsAnonymous(security), access !== 'protected', `${words}: lets anonymous callers in`)
  }
})
