import t from 'tap'
import { bearer } from '../../../lib/schemes/bearer.ts'
import { oauth2 } from '../../../lib/schemes/oauth2.ts'
import { openIdConnect } from '../../../lib/schemes/openIdConnect.ts'
import type { Scheme } from '../../../lib/scheme.ts'
import { jwt } from '../../../lib/tokens/jwt.ts'
import { AMBIGUOUS, MALFORMED, sourceOf, told } from '../credentials/source.ts'

const verify = (): null => null
const flows = { clientCredentials: { tokenUrl: 'https://id.example/token', scopes: { read: 'Read' } } }
const openIdConnectUrl = 'https://id.example/.well-known/openid-configuration'

/** Everything that carries a bearer token. */
const MAKERS: readonly [name: string, make: (options: object) => Scheme][] = [
  ['http', (options) => bearer<object, string>({ verify, ...options })],
  ['oauth2', (options) => oauth2({ verify, flows, ...options })],
  ['openIdConnect', (options) => openIdConnect({ verify, openIdConnectUrl, ...options })]
]

t.test('what all schemes with a bearer token have in common', async (t) => {
  for (const [name, make] of MAKERS) {
    t.match(make({ description: 'Users', realm: 'users' }), {
      definition: { description: 'Users' },
      location: { in: 'authorization', scheme: 'bearer' },
      ambient: false,
      challenge: { scheme: 'Bearer', params: {}, oauth: true, registered: true },
      realm: 'users',
      verify
    }, name)
    const { challenge } = make({})
    t.ok(Object.isFrozen(challenge) && Object.isFrozen(challenge?.params), `${name}: the shared challenge is frozen`)
    const scheme = make({})
    t.equal(scheme.read(sourceOf([['Authorization', 'Bearer abc']])), 'abc', `${name}: read`)
    t.equal(scheme.read(sourceOf([])), undefined, `${name}: absent`)
    t.strictSame(told(scheme.read(sourceOf([['Authorization', 'Bearer a b']]))), MALFORMED, `${name}: malformed`)
    t.equal(scheme.read(sourceOf([]), { subprotocol: 'abc', carriers: new Set(['header', 'subprotocol']) }), 'abc', `${name}: in the handshake`)
    t.equal(scheme.read(sourceOf([], { query: { access_token: 'abc' } })), undefined, `${name}: the query is ignored`)
  }
})

t.test('the query counts if opted in', async (t) => {
  for (const [name, make] of MAKERS) {
    const scheme = make({ query: 'access_token' })
    t.equal(scheme.queryName, 'access_token', name)
    t.equal(scheme.read(sourceOf([], { query: { access_token: 'abc' } })), 'abc', `${name}: read`)
    t.strictSame(told(scheme.read(sourceOf([['Authorization', 'Bearer abc']], { query: { access_token: 'abc' } }))), AMBIGUOUS, `${name}: twice`)
    t.equal(make({}).queryName, undefined, `${name}: not opted in`)
    t.equal(make({ query: undefined }).queryName, undefined, `${name}: undefined is the default`)
  }
})

t.test('the options that all have in common', async (t) => {
  const table: [name: string, options: object, message: RegExp][] = [
    ['no verifier', { verify: undefined }, /`verify` is not a function/],
    ['a verifier that is a promise', { verify: Promise.resolve() }, /`verify` is not a function/],
    ['an empty query', { query: '' }, /`query` is not a parameter name/],
    ['a query that is true', { query: true }, /`query` is not a parameter name/]
  ]
  for (const [name, make] of MAKERS) {
    for (const [what, options, message] of table) {
      t.throws(() => make(options), { code: 'FST_SECURITY_SCHEME_INVALID', message }, `${name}: ${what}`)
      t.throws(() => make(options), { message: new RegExp(`^Security scheme ${name}: `) }, `${name}: ${what}: named`)
    }
  }
})

t.test('bearer in the document', async (t) => {
  t.strictSame(bearer({ verify }).definition, { type: 'http', scheme: 'bearer' })
  t.strictSame(bearer({ verify, bearerFormat: 'JWT' }).definition, { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
  t.strictSame(bearer({ verify }).scopes, [])
  t.strictSame(bearer({ verify, roles: ['admin', 'user'] }).scopes, ['admin', 'user'])
})

t.test('openIdConnect in the document', async (t) => {
  t.strictSame(openIdConnect({ verify, openIdConnectUrl }).definition, { type: 'openIdConnect', openIdConnectUrl })
  t.equal(openIdConnect({ verify, openIdConnectUrl }).scopes, null, 'only the provider knows')
  t.strictSame(openIdConnect({ verify, openIdConnectUrl, scopes: ['email'] }).scopes, ['email'])
  for (const wrong of [undefined, '', 'id.example', '/relative', 1, null]) {
    t.throws(() => openIdConnect({ verify, openIdConnectUrl: wrong } as never),
      { code: 'FST_SECURITY_SCHEME_INVALID', message: /openIdConnect: `openIdConnectUrl` is not a URL/ }, String(wrong))
  }
})

t.test('what is malformed is seen when it is read, whoever verifies: auditDocument() tries it only there', async (t) => {
  const judge = jwt({ issuer: 'https://id.example', audience: 'https://api.example', key: new Uint8Array(32).fill(1), algorithms: ['HS256'] })
  for (const [name, make] of MAKERS) {
    for (const [word, given] of [['jwt()', judge], ['another verifier', verify]] as const) {
      t.strictSame(told(make({ verify: given }).read(sourceOf([['Authorization', 'Bearer "garbled']]))), MALFORMED, `${name}, ${word}`)
    }
  }
})
