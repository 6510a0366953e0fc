import t from 'tap'
import { readHeader } from '../../../lib/tokens/header.ts'
import { isJsonObject, parseJsonObject } from '../../../lib/tokens/json-object.ts'

const ALGORITHMS = new Set(['RS256'])
const read = (text: string) => readHeader(Buffer.from(text), ALGORITHMS)

t.test('a header is read for what chooses the key and tells the kind', async (t) => {
  const rows: [string, object][] = [
    ['{"alg":"RS256"}', { alg: 'RS256', kid: undefined, kind: 'plain' }],
    ['{"alg":"RS256","typ":"jwt","kid":""}', { alg: 'RS256', kid: '', kind: 'plain' }],
    ['{"alg":"RS256","typ":"AT+JWT","kid":"a"}', { alg: 'RS256', kid: 'a', kind: 'access' }],
    ['{"alg":"RS256","typ":"application/at+jwt"}', { alg: 'RS256', kid: undefined, kind: 'access' }],
    ['{"alg":"RS256","typ":"logout+jwt"}', { alg: 'RS256', kid: undefined, kind: 'other' }],
    ['{"alg":"RS256","typ":""}', { alg: 'RS256', kid: undefined, kind: 'other' }],
    ['{"alg":"RS256","jwk":{},"jku":1,"x5u":2,"x5c":3,"cty":"JWT"}', { alg: 'RS256', kid: undefined, kind: 'plain' }]
  ]
  for (const [text, expected] of rows) t.strictSame(read(text), expected, text)
})

t.test('a header that asks for more than is understood is refused here, before any key and any library', async (t) => {
  const rows = [
    '{"alg":"RS256","crit":["exp"],"exp":1}', '{"alg":"RS256","crit":[]}', '{"alg":"RS256","crit":null}', '{"alg":"RS256","b64":true}',
    '{"alg":"RS256","b64":null}', '{"alg":"none"}', '{"alg":"HS256"}', '{"alg":["RS256"]}', '{"alg":null}', '{}',
    '{"alg":"RS256","kid":1}', '{"alg":"RS256","kid":null}', '{"alg":"RS256","typ":null}', '{"alg":"RS256","typ":["JWT"]}',
    '{"alg":"RS256","alg":"RS256"}', '{"__proto__":{"alg":"RS256"}}'
  ]
  for (const text of rows) t.equal(read(text), null, text)
})

t.test('only an object in well-formed UTF-8 is an object', async (t) => {
  t.same(parseJsonObject(Buffer.from(' {"a":"é"}\n')), { a: 'é' })
  const rows = ['', '[]', '[{}]', '"{}"', 'null', '1', '{', '{}{}', "{'a':1}", '{"a":1,}', '\ufeff{}', '{"a":1,"a":1}']
  for (const text of rows) t.equal(parseJsonObject(Buffer.from(text)), null, JSON.stringify(text))
  t.equal(parseJsonObject(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), null, 'invalid UTF-8')
  t.notOk(isJsonObject([]))
})
