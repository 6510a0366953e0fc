import t from 'tap'
import { hasDuplicateMember } from '../../../lib/tokens/duplicate-members.ts'

t.test('a member given twice in one object is found, however it is written', async (t) => {
  const rows: [string, boolean][] = [
    ['{}', false],
    ['[]', false],
    ['"a"', false],
    ['{"a":1}', false],
    ['{"a":1,"b":2}', false],
    ['{"a":1,"a":1}', true],
    ['{"a":1,"b":2,"a":3}', true],
    ['{"a":1,"A":2}', false],
    ['{"":1,"":2}', true],
    ['{"exp":1,"\\u0065xp":2}', true],
    ['{"\\u0065xp":1,"e\\u0078p":2}', true],
    ['{"\\u0065xp":1}', false],
    ['{"\\\\u0065xp":1,"exp":2}', false],
    ['{"a\\"":1,"a":2}', false],
    ['{"a\\"":1,"a\\u0022":2}', true],
    ['{"a\\\\":1,"a":2}', false],
    ['{"\\/":1,"/":2}', true],
    ['{ "a" : 1 , "a" : 2 }', true],
    ['{"a"\n\t\r :1,"a":2}', true],
    ['{"a":"a","b":"a"}', false],
    ['{"a":"b","b":"\\"b\\":"}', false],
    ['{"a":["a","a"],"b":1}', false],
    ['{"a":{"a":{"a":1}}}', false],
    ['{"a":{"b":1},"c":{"b":1}}', false],
    ['{"a":{"b":1,"b":2}}', true],
    ['[{"a":1},{"a":1}]', false],
    ['[{"a":1},{"a":1,"a":2}]', true],
    ['{"a":{"x":1},"a":2}', true],
    ['{"a":"{","b":"}","a":1}', true],
    ['{"__proto__":1,"__proto__":2}', true],
    ['{"\u00e9":1,"\\u00e9":2}', true],
    ['{"\\ud83d\\ude00":1,"\ud83d\ude00":2}', true]
  ]
  for (const [json, expected] of rows) {
    JSON.parse(json)
    t.equal(hasDuplicateMember(json), expected, json)
  }
})

t.test('deep and long texts are read to the end', async (t) => {
  const deep = 20000
  t.equal(hasDuplicateMember(`${'{"a":'.repeat(deep)}{"b":1,"b":2}${'}'.repeat(deep)}`), true)
  t.equal(hasDuplicateMember(`${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`), false)
  t.equal(hasDuplicateMember(`{"a":"${'\\"'.repeat(deep)}","a":1}`), true)
  t.equal(hasDuplicateMember(`{${Array.from({ length: deep }, (_, index) => `"${index}":1`).join()}}`), false)
})
