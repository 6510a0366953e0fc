import t from 'tap'
import { describeSecurity } from '../../../../lib/docs/asyncapi/words.ts'
import type { Security } from '../../../../lib/requirement/parse.ts'

t.test('what is asked is said in a sentence', async (t) => {
  const table: [security: Security, words: string][] = [
    [[], 'No credentials are asked for.'],
    [[{}], 'No credentials are asked for.'],
    [[{ a: ['x', 'y'] }], 'Credentials that are asked for: `a` (`x`, `y`).'],
    [[{ a: [], b: ['x'] }, { c: [] }], 'Credentials that are asked for: `a` and `b` (`x`), or `c`.'],
    [[{ a: [] }, {}], 'Credentials are optional, anonymous clients are let in. Those that count: `a`.']
  ]
  for (const [security, words] of table) t.equal(describeSecurity(security), words)
})
