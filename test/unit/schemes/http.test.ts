import t from 'tap'
import { http } from '../../../lib/schemes/http.ts'
import { AMBIGUOUS, MALFORMED, sourceOf, told } from '../credentials/source.ts'

const parse = (text: string): string | null => /^[a-z]+$/.test(text) ? text : null
const verify = (): null => null
const OPTIONS = { scheme: 'Device', parse, verify }

t.test('a scheme of one\'s own', async (t) => {
  const scheme = http({ ...OPTIONS, roles: ['sensor'], params: { nonce: 'a b', Algorithm: '"x"\\' }, description: 'Devices', realm: 'floor' })
  t.match(scheme, {
    definition: { type: 'http', scheme: 'device', description: 'Devices' },
    scopes: ['sensor'],
    location: { in: 'authorization', scheme: 'device' },
    ambient: false,
    challenge: { scheme: 'Device', params: { nonce: 'a b', Algorithm: '"x"\\' }, oauth: false, registered: false },
    realm: 'floor',
    verify
  })
  t.match(http(OPTIONS), { definition: { type: 'http', scheme: 'device' }, scopes: [], challenge: { params: {}, registered: false }, realm: undefined })
  t.equal(http({ ...OPTIONS, registered: true }).challenge?.registered, true)
})

t.test('the field is read and parsed', async (t) => {
  const scheme = http(OPTIONS)
  const table: [field: string, found: unknown][] = [
    ['Device abc', 'abc'], ['DEVICE abc', 'abc'], ['device   abc', 'abc'], ['Device', MALFORMED], ['Device ABC', MALFORMED],
    ['Device abc ', MALFORMED], ['Devices abc', undefined], ['Bearer abc', undefined]
  ]
  for (const [field, found] of table) t.strictSame(told(scheme.read(sourceOf([['Authorization', field]]))), found, field)
  t.equal(scheme.read(sourceOf([])), undefined)
  t.strictSame(told(scheme.read(sourceOf([['Authorization', 'Device a'], ['Authorization', 'Device a']]))), AMBIGUOUS)
})

t.test('a parsed credential that is falsy is a credential', async (t) => {
  for (const credential of [0, '', false]) {
    t.equal(http({ scheme: 'X', parse: () => credential, verify: () => null }).read(sourceOf([['Authorization', 'X a']])), credential, String(credential))
  }
})

t.test('what cannot be a scheme stops the application', async (t) => {
  const table: [name: string, options: unknown, code: string, message: RegExp][] = [
    ['no scheme', { ...OPTIONS, scheme: undefined }, 'SCHEME_INVALID', /`scheme` is not a token/],
    ['an empty scheme', { ...OPTIONS, scheme: '' }, 'SCHEME_INVALID', /`scheme` is not a token/],
    ['a scheme with a space', { ...OPTIONS, scheme: 'My Device' }, 'SCHEME_INVALID', /My Device: `scheme` is not a token/],
    ['a scheme with a comma', { ...OPTIONS, scheme: 'X,' }, 'SCHEME_INVALID', /`scheme` is not a token/],
    ['a scheme that is a list', { ...OPTIONS, scheme: ['X'] }, 'SCHEME_INVALID', /`scheme` is not a token/],
    ['no parser', { ...OPTIONS, parse: undefined }, 'SCHEME_INVALID', /Device: `parse` is not a function/],
    ['a parser that is a pattern', { ...OPTIONS, parse: /x/ }, 'SCHEME_INVALID', /`parse` is not a function/],
    ['no verifier', { ...OPTIONS, verify: undefined }, 'SCHEME_INVALID', /`verify` is not a function/],
    ['a parameter that is no token', { ...OPTIONS, params: { 'a b': 'x' } }, 'SCHEME_INVALID', /challenge parameter "a b" cannot be set/],
    ['an empty parameter name', { ...OPTIONS, params: { '': 'x' } }, 'SCHEME_INVALID', /challenge parameter "" cannot be set/],
    ['the realm', { ...OPTIONS, params: { realm: 'x' } }, 'SCHEME_INVALID', /challenge parameter "realm" cannot be set/],
    ['the realm in another letter case', { ...OPTIONS, params: { ReAlM: 'x' } }, 'SCHEME_INVALID', /"ReAlM" cannot be set/],
    ['a value with a line end', { ...OPTIONS, params: { a: 'x\r\ny' } }, 'TEXT_INVALID', /Challenge parameter "a" of scheme Device cannot be written/],
    ['a value beyond ASCII', { ...OPTIONS, params: { a: 'é' } }, 'TEXT_INVALID', /Challenge parameter "a"/],
    ['a value that is a number', { ...OPTIONS, params: { a: 1 } }, 'TEXT_INVALID', /Challenge parameter "a"/],
    ['parameters that differ in letter case only, capitals first', { ...OPTIONS, params: { A: 'x', a: 'y' } }, 'SCHEME_INVALID', /challenge parameter "a"/],
    ['parameters that differ in letter case only', { ...OPTIONS, params: { a: 'x', A: 'y' } }, 'SCHEME_INVALID', /challenge parameter "A"/]
  ]
  for (const [name, options, code, message] of table) t.throws(() => http(options as never), { code: `FST_SECURITY_${code}`, message }, name)
})
