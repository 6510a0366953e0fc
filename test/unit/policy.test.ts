import t from 'tap'
import { compile, nameLocation, type Policy } from '../../lib/policy.ts'
import { parseSecurity } from '../../lib/requirement/parse.ts'
import type { Location, Scheme, Schemes } from '../../lib/scheme.ts'
import { apiKey } from '../../lib/schemes/apiKey.ts'
import { basic } from '../../lib/schemes/basic.ts'
import { bearer } from '../../lib/schemes/bearer.ts'
import { mutualTls } from '../../lib/schemes/mutualTls.ts'
import { openIdConnect } from '../../lib/schemes/openIdConnect.ts'

const verify = (): null => null
const SCHEMES: Schemes = {
  token: bearer({ verify, roles: ['read', 'write'] }),
  login: openIdConnect({ verify, openIdConnectUrl: 'https://id.example/.well-known/openid-configuration' }),
  staff: basic({ verify, roles: ['boss'] }),
  key: apiKey({ in: 'header', name: 'X-Key', verify }),
  raw: apiKey({ in: 'header', name: 'Authorization', verify }),
  session: apiKey({ in: 'cookie', name: 'sid', verify }),
  machine: mutualTls({ verify })
}
const PLACE = 'Route GET /pets'

const compiled = (security: readonly object[]): ReturnType<typeof compile> => compile(parseSecurity(security, PLACE), SCHEMES, PLACE)

t.test('a declaration becomes slots and alternatives', async (t) => {
  const policy = compiled([{ key: [], token: ['write', 'read'] }, { token: [] }, { session: [], key: [] }]) as Policy
  t.strictSame(policy.slots.map(({ name }) => name), ['key', 'token', 'session'], 'each scheme once, in declared order')
  t.ok(policy.slots.every(({ name, scheme }) => scheme === SCHEMES[name]))
  t.strictSame(policy.alternatives, [
    { slots: [0, 1], scopes: [[], ['write', 'read']], requiredScopes: ['write', 'read'] },
    { slots: [1], scopes: [[]], requiredScopes: [] },
    { slots: [2, 0], scopes: [[], []], requiredScopes: [] }
  ])
  t.equal(policy.optional, false)
})

t.test('the scopes of an alternative are named once, in declared order', async (t) => {
  const [alternative] = (compiled([{ login: ['b', 'a'], key: [] }]) as Policy).alternatives
  t.strictSame(alternative?.requiredScopes, ['b', 'a'])
  const two: Schemes = { a: apiKey({ in: 'header', name: 'A', verify, roles: ['x', 'y'] }), b: apiKey({ in: 'header', name: 'B', verify, roles: ['y', 'x'] }) }
  t.strictSame((compile(parseSecurity([{ a: ['y'], b: ['x', 'y'] }], PLACE), two, PLACE) as Policy).alternatives[0]?.requiredScopes, ['y', 'x'])
})

t.test('public is a word, optional is a flag', async (t) => {
  t.equal(compiled([]), 'public')
  t.equal(compiled([{}]), 'public')
  t.equal(compiled([{}, {}]), 'public')
  for (const security of [[{}, { key: [] }], [{ key: [] }, {}], [{ key: [] }, {}, {}, { token: [] }]]) {
    const policy = compiled(security) as Policy
    t.equal(policy.optional, true, JSON.stringify(security))
    t.equal(policy.alternatives.length, security.filter((requirement) => Object.keys(requirement).length > 0).length, 'without {}')
  }
})

t.test('what cannot be enforced stops the application and names the place', async (t) => {
  const table: [name: string, security: object[], code: string, message: RegExp][] = [
    ['an unknown scheme', [{ tokn: [] }], 'SCHEME_UNKNOWN', /Route GET \/pets: `security` names the scheme "tokn".*token, login, staff/],
    ['an unknown scheme in an AND', [{ token: [], tokn: [] }], 'SCHEME_UNKNOWN', /"tokn"/],
    ['an unknown scheme in a late alternative', [{ token: [] }, {}, { tokn: [] }], 'SCHEME_UNKNOWN', /"tokn"/],
    ['another letter case', [{ Token: [] }], 'SCHEME_UNKNOWN', /"Token"/],
    ['a URI', [{ '#/components/securitySchemes/token': [] }], 'SCHEME_UNKNOWN', /"#\/components/],
    ['a name that objects have', [{ toString: [] }], 'SCHEME_UNKNOWN', /"toString"/],
    ['the prototype', [JSON.parse('{"__proto__":[]}') as object], 'SCHEME_UNKNOWN', /"__proto__"/],
    ['an undeclared scope', [{ token: ['admin'] }], 'SCOPE_UNDECLARED', /asks for "admin" of scheme "token".*read, write/],
    ['a scope in another letter case', [{ token: ['Read'] }], 'SCOPE_UNDECLARED', /"Read"/],
    ['a part of a scope', [{ token: ['rea'] }], 'SCOPE_UNDECLARED', /"rea"/],
    ['a scope of a scheme without any', [{ key: ['read'] }], 'SCOPE_UNDECLARED', /"read" of scheme "key".*it declares none/],
    ['the second scope', [{ token: ['read', 'admin'] }], 'SCOPE_UNDECLARED', /"admin"/],
    ['two schemes in one field', [{ token: [], staff: [] }], 'REQUIREMENT_UNSATISFIABLE', /token and staff both read the Authorization field/],
    ['two bearer tokens', [{ token: [], login: [] }], 'REQUIREMENT_UNSATISFIABLE', /token and login/],
    ['a key in the Authorization field', [{ staff: [], key: [], raw: [] }], 'REQUIREMENT_UNSATISFIABLE', /staff and raw/]
  ]
  for (const [name, security, code, message] of table) t.throws(() => compiled(security), { code: `FST_SECURITY_${code}`, message }, name)
})

t.test('what can be enforced is not stopped', async (t) => {
  const table: [name: string, security: object[]][] = [
    ['two schemes in one field as alternatives', [{ token: [] }, { staff: [] }, { raw: [] }]],
    ['schemes in different places', [{ token: ['read'], key: [], session: [], machine: [] }]],
    ['any scope that only the provider knows', [{ login: ['anything:at.all'] }]],
    ['roles', [{ staff: ['boss'] }]]
  ]
  for (const [name, security] of table) t.doesNotThrow(() => compiled(security), name)
})

t.test('what applications get to see of a policy cannot be changed, nor does a change of what they declared change it', async (t) => {
  const scopes = ['read']
  const policy = compiled([{ token: scopes, key: [] }, {}]) as Policy
  const { security, alternatives } = policy
  const parts = [policy, security, ...security, ...security.flatMap((requirement) => Object.values(requirement)), ...alternatives]
  t.ok([...parts, ...alternatives.map(({ requiredScopes }) => requiredScopes)].every(Object.isFrozen))
  scopes.push('write')
  t.strictSame(alternatives[0]?.scopes, [['read'], []])
})

t.test('schemes with strange names are found by their own names only', async (t) => {
  const scheme: Scheme = apiKey({ in: 'header', name: 'X', verify })
  const schemes = Object.fromEntries([['__proto__', scheme], ['constructor', scheme]])
  const policy = compile(parseSecurity([JSON.parse('{"__proto__":[],"constructor":[]}')], PLACE), schemes, PLACE) as Policy
  t.strictSame(policy.slots.map(({ name }) => name), ['__proto__', 'constructor'])
})

t.test('places in words', async (t) => {
  const table: [location: Location, words: string][] = [
    [{ in: 'authorization', scheme: 'bearer' }, 'the Authorization field'],
    [{ in: 'certificate' }, 'the client certificate'],
    [{ in: 'header', name: 'x-key' }, 'the header "x-key"'],
    [{ in: 'query', name: 'key' }, 'the query "key"'],
    [{ in: 'cookie', name: 'sid' }, 'the cookie "sid"']
  ]
  for (const [location, words] of table) t.equal(nameLocation(location), words)
})
