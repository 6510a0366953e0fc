import t from 'tap'
import { bytesOf, parseCompact } from '../../../lib/tokens/compact.ts'

const LIMIT = 1000

t.test('a part is taken only as it would be written', async (t) => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  // Unused bits must be zero: four of them after two characters, two of them after three (RFC 4648 §3.5).
  for (const [prefix, step] of [['A', 16], ['AA', 4], ['AAA', 1], ['AAAAA', 16]] as const) {
    for (const [index, last] of [...alphabet].entries()) {
      for (const place of [0, 1, 2]) {
        const token = ['YQ', 'YQ', 'YQ'].with(place, prefix + last).join('.')
        t.equal(parseCompact(token, LIMIT) !== null, index % step === 0, token)
      }
    }
  }
})

t.test('three parts, none empty, none with other characters', async (t) => {
  const good = ['YQ.YQ.YQ', 'YWE.YWFh.YQ', '-_-_.YQ.YQ']
  const bad = ['', 'YQ', 'YQ.YQ', 'YQ.YQ.', '.YQ.YQ', 'YQ..YQ', '...', 'YQ.YQ.YQ.YQ', 'YQ.YQ.YQ.YQ.YQ', 'Y.YQ.YQ', 'YQ.Y.YQ', 'YQ.YQ.YQAAA',
    'YQ==.YQ.YQ', 'YQ.YQ.YQ==', '+/+/.YQ.YQ', ' YQ.YQ.YQ', 'YQ.YQ.YQ ', 'YQ.YQ.Y\nQ', 'YQ.YQ.Y\0Q',
    'YQ.YQ.\u0159Q', '\ufeffYQ.YQ.YQ', '{"payload":"YQ"}']
  for (const token of good) t.equal(parseCompact(token, LIMIT)?.text, token)
  for (const token of bad) t.equal(parseCompact(token, LIMIT), null, JSON.stringify(token))
})

t.test('the limit counts every character', async (t) => {
  t.ok(parseCompact('YQ.YQ.YQ', 8))
  t.equal(parseCompact('YQ.YQ.YQ', 7), null)
})

t.test('the parts and what is signed', async (t) => {
  const text = 'eyJhIjoxfQ.eyJiIjoyfQ.-_8'
  const token = parseCompact(text, LIMIT)
  t.strictSame(token, { text, header: 'eyJhIjoxfQ', payload: 'eyJiIjoyfQ', input: 'eyJhIjoxfQ.eyJiIjoyfQ', signature: '-_8' })
  t.equal(Buffer.from(bytesOf('eyJhIjoxfQ')).toString(), '{"a":1}')
  t.equal(Buffer.from(bytesOf('-_8')).toString('hex'), 'fbff')
})
