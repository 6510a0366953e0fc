import t from 'tap'
import { readAuthorization } from '../../../lib/credentials/authorization.ts'
import { refuse } from '../../../lib/scheme.ts'
import { AMBIGUOUS, sourceOf, told, withoutLines } from './source.ts'

t.test('the Authorization field is read by its scheme word', async (t) => {
  const table: [name: string, field: string, scheme: string, found: unknown][] = [
    ['a token', 'Bearer abc', 'bearer', 'abc'],
    ['the scheme in any case', 'bEaReR abc', 'bearer', 'abc'],
    ['the credential keeps its case', 'BEARER aBc', 'bearer', 'aBc'],
    ['several spaces', 'Bearer   abc', 'bearer', 'abc'],
    ['a tab is no space', 'Bearer\tabc', 'bearer', undefined],
    ['a space and a tab', 'Bearer \tabc', 'bearer', '\tabc'],
    ['trailing spaces are kept for the scheme to judge', 'Bearer abc ', 'bearer', 'abc '],
    ['the scheme alone', 'Bearer', 'bearer', ''],
    ['the scheme and a space', 'Bearer ', 'bearer', ''],
    ['parameters', 'Digest a="b", c=d', 'digest', 'a="b", c=d'],
    ['another scheme', 'Basic abc', 'bearer', undefined],
    ['a scheme that begins so', 'Bearers abc', 'bearer', undefined],
    ['a scheme that ends so', 'XBearer abc', 'bearer', undefined],
    ['the word elsewhere', 'X bearer abc', 'bearer', undefined],
    ['a comma behind the scheme', 'Bearer, abc', 'bearer', undefined],
    ['a space before', ' Bearer abc', 'bearer', undefined],
    ['empty', '', 'bearer', undefined],
    ['a space', ' ', 'bearer', undefined],
    ['no scheme', 'abc', 'bearer', undefined],
    ['two values joined', 'Bearer abc, Bearer def', 'bearer', 'abc, Bearer def']
  ]
  for (const [name, field, scheme, found] of table) {
    t.strictSame(told(readAuthorization(sourceOf([['Authorization', field]]), scheme)), found, name)
    t.strictSame(told(readAuthorization(withoutLines({ authorization: field }), scheme)), found, `${name}, without raw lines`)
  }
})

t.test('nothing there is absent', async (t) => {
  t.equal(readAuthorization(sourceOf([]), 'bearer'), undefined)
  t.equal(readAuthorization(withoutLines({}), 'bearer'), undefined)
  t.equal(readAuthorization(withoutLines({ authorization: undefined }), 'bearer'), undefined)
  t.equal(readAuthorization(sourceOf([['Proxy-Authorization', 'Bearer abc']]), 'bearer'), undefined, 'the proxy\'s is not ours (RFC 9110 §11.7)')
})

t.test('two lines are ambiguous, whatever they say', async (t) => {
  const table: [name: string, first: [string, string], second: [string, string]][] = [
    ['good, then evil', ['Authorization', 'Bearer good'], ['Authorization', 'Bearer evil']],
    ['twice the same', ['Authorization', 'Bearer good'], ['Authorization', 'Bearer good']],
    ['another scheme second', ['Authorization', 'Bearer good'], ['Authorization', 'Basic evil']],
    ['another scheme first', ['Authorization', 'Basic evil'], ['Authorization', 'Bearer good']],
    ['names in other letter case', ['authorization', 'Bearer good'], ['AUTHORIZATION', 'Bearer evil']],
    ['an empty one second', ['Authorization', 'Bearer good'], ['Authorization', '']]
  ]
  for (const [name, ...lines] of table) {
    t.strictSame(told(readAuthorization(sourceOf(lines), 'bearer')), AMBIGUOUS, name)
    t.strictSame(told(readAuthorization(sourceOf([['Host', 'x'], lines[0], ['Accept', '*/*'], lines[1]]), 'bearer')), AMBIGUOUS, `${name}, apart`)
  }
  t.strictSame(told(readAuthorization(withoutLines({ authorization: ['Bearer a', 'Bearer b'] }), 'bearer')), AMBIGUOUS, 'an array')
  t.strictSame(told(readAuthorization(withoutLines({ authorization: ['Bearer a'] }), 'bearer')), AMBIGUOUS, 'an array of one')
})

t.test('two lines that are not for the scheme are no fault of its own', async (t) => {
  const table: [name: string, lines: [string, string][], own: boolean][] = [
    ['both for it', [['Authorization', 'Bearer a'], ['Authorization', 'Bearer b']], true],
    ['the first for it', [['Authorization', 'BEARER a'], ['Authorization', 'Basic b']], true],
    ['the second for it', [['Authorization', 'Basic a'], ['authorization', 'bearer b']], true],
    ['neither', [['Authorization', 'Basic a'], ['Authorization', 'Basic b']], false],
    ['neither, and the word elsewhere', [['Authorization', 'Basic a'], ['X', 'Bearer b'], ['Authorization', 'Basic Bearer']], false]
  ]
  for (const [name, lines, own] of table) {
    const found = readAuthorization(sourceOf(lines), 'bearer')
    t.strictSame(told(found), AMBIGUOUS, `${name}: ambiguous`)
    t.equal(found === refuse('credentials_ambiguous'), own, name)
  }
})

t.test('the name as a value of another field is no second line', async (t) => {
  const lines: [string, string][] = [['Access-Control-Request-Headers', 'authorization'], ['Authorization', 'Bearer abc'], ['X', 'Authorization']]
  t.equal(readAuthorization(sourceOf(lines), 'bearer'), 'abc')
})
