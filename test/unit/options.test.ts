import t from 'tap'
import { readOptions, type FastifySecurityOptions } from '../../lib/options.ts'
import { apiKey } from '../../lib/schemes/apiKey.ts'
import { basic } from '../../lib/schemes/basic.ts'
import { bearer } from '../../lib/schemes/bearer.ts'
import { mutualTls } from '../../lib/schemes/mutualTls.ts'

const verify = (): null => null
const header = (name: string) => apiKey({ in: 'header', name, verify })
const schemes = { token: bearer({ verify }), key: header('X-Key') }
const LEAST: FastifySecurityOptions = { schemes, security: [{ token: [] }] }

t.test('what is not said has a default', async (t) => {
  t.match(readOptions(LEAST), {
    schemes,
    security: [{ token: [] }],
    realm: 'api',
    verifyTimeout: 5000,
    disclose: 'default',
    logLevel: 'info',
    origins: null,
    subprotocol: 'base64url.bearer.authorization.k8s.io.',
    resources: [],
    queryNames: new Set()
  })
  const unsaid = Object.fromEntries(['realm', 'verifyTimeout', 'disclose', 'logLevel', 'websocket', 'resource'].map((name) => [name, undefined]))
  t.strictSame(readOptions({ ...LEAST, ...unsaid }), readOptions(LEAST), 'undefined is not said')
  t.strictSame(readOptions({ ...LEAST, websocket: {} }), readOptions(LEAST), 'nor is an empty object')
})

t.test('what is said is read', async (t) => {
  t.match(readOptions({
    ...LEAST,
    security: [],
    realm: 'my "pets"',
    verifyTimeout: 1,
    disclose: 'all',
    logLevel: 'silent',
    websocket: { origins: ['https://app.example', 'http://localhost:3000'], subprotocol: 'bearer.' }
  }), {
    security: [],
    realm: 'my "pets"',
    verifyTimeout: 1,
    disclose: 'all',
    logLevel: 'silent',
    origins: new Set(['https://app.example', 'http://localhost:3000']),
    subprotocol: 'bearer.'
  })
  t.equal(readOptions({ ...LEAST, websocket: { subprotocol: false } }).subprotocol, null)
  t.equal(readOptions({ ...LEAST, websocket: { origins: [] } }).origins?.size, 0, 'no origin at all is not "any origin"')
  for (const logLevel of ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const) t.equal(readOptions({ ...LEAST, logLevel }).logLevel, logLevel)
  t.doesNotThrow(() => readOptions({ ...LEAST, prefix: '/v1', logSerializers: {} } as never), 'what Fastify\'s register takes')
})

t.test('query parameters that hold credentials are known', async (t) => {
  const query = { a: bearer({ verify, query: 'access_token' }), b: apiKey({ in: 'query', name: 'key', verify }), c: header('X'), d: basic({ verify }) }
  t.strictSame(readOptions({ schemes: query, security: [] }).queryNames, new Set(['access_token', 'key']))
})

t.test('later changes have no effect', async (t) => {
  const mine = { ...schemes }
  const security = [{ token: [] as string[] }]
  const origins = ['https://app.example']
  const settings = readOptions({ schemes: mine, security, websocket: { origins } })
  Object.assign(mine, { late: header('X-Late') })
  security[0]?.token.push('late')
  origins.push('https://evil.example')
  t.strictSame(Object.keys(settings.schemes), ['token', 'key'])
  t.strictSame(settings.security, [{ token: [] }])
  t.strictSame(settings.origins, new Set(['https://app.example']))
  t.ok(Object.isFrozen(settings) && Object.isFrozen(settings.schemes))
})

t.test('what cannot be stops the application', async (t) => {
  const table: [name: string, options: unknown, code: string, message: RegExp][] = [
    ['no options', undefined, 'OPTIONS_INVALID', /option object/],
    ['null', null, 'OPTIONS_INVALID', /option object/],
    ['no schemes', { security: [] }, 'OPTIONS_INVALID', /option schemes/],
    ['schemes that are a list', { ...LEAST, schemes: [] }, 'OPTIONS_INVALID', /option schemes/],
    ['a scheme that is no scheme', { ...LEAST, schemes: { a: {} } }, 'OPTIONS_INVALID', /option schemes\.a\.definition/],
    ['a scheme that is an OpenAPI object', { ...LEAST, schemes: { a: { type: 'http', scheme: 'bearer' } } }, 'OPTIONS_INVALID', /option schemes\.a/],
    ['a scheme that was not called', { ...LEAST, schemes: { a: bearer } }, 'OPTIONS_INVALID', /option schemes\.a/],
    ['a scheme without a verifier', { ...LEAST, schemes: { a: { ...header('X'), verify: undefined } } }, 'OPTIONS_INVALID', /option schemes\.a\.verify/],
    ['a scheme without a reader', { ...LEAST, schemes: { a: { ...header('X'), read: 'x' } } }, 'OPTIONS_INVALID', /option schemes\.a\.read/],
    ['no security', { schemes }, 'OPTIONS_INVALID', /option security/],
    ['security that is undefined', { schemes, security: undefined }, 'REQUIREMENT_INVALID', /The option security/],
    ['security that is null', { schemes, security: null }, 'REQUIREMENT_INVALID', /The option security/],
    ['security that is an object', { schemes, security: { token: [] } }, 'REQUIREMENT_INVALID', /The option security/],
    ['an option that does not exist', { ...LEAST, scheme: {} }, 'OPTIONS_INVALID', /option scheme:/],
    ['an option in another letter case', { ...LEAST, Realm: 'x' }, 'OPTIONS_INVALID', /option Realm/],
    ['an empty realm', { ...LEAST, realm: '' }, 'OPTIONS_INVALID', /option realm/],
    ['a realm that is a number', { ...LEAST, realm: 1 }, 'OPTIONS_INVALID', /option realm/],
    ['a realm with a line end', { ...LEAST, realm: 'a\r\nSet-Cookie: a=b' }, 'TEXT_INVALID', /The option realm/],
    ['a realm beyond ASCII', { ...LEAST, realm: 'Büro' }, 'TEXT_INVALID', /The option realm/],
    ['a realm with DEL', { ...LEAST, realm: 'a\u007F' }, 'TEXT_INVALID', /The option realm/],
    ['a time limit of nothing', { ...LEAST, verifyTimeout: 0 }, 'OPTIONS_INVALID', /option verifyTimeout/],
    ['a negative time limit', { ...LEAST, verifyTimeout: -1 }, 'OPTIONS_INVALID', /option verifyTimeout/],
    ['a fractional time limit', { ...LEAST, verifyTimeout: 0.5 }, 'OPTIONS_INVALID', /option verifyTimeout/],
    ['no time limit', { ...LEAST, verifyTimeout: Infinity }, 'OPTIONS_INVALID', /option verifyTimeout/],
    ['NaN', { ...LEAST, verifyTimeout: NaN }, 'OPTIONS_INVALID', /option verifyTimeout/],
    ['a time limit beyond timers', { ...LEAST, verifyTimeout: 2 ** 31 }, 'OPTIONS_INVALID', /option verifyTimeout/],
    ['a time limit as a text', { ...LEAST, verifyTimeout: '5s' }, 'OPTIONS_INVALID', /option verifyTimeout/],
    ['another disclosure', { ...LEAST, disclose: true }, 'OPTIONS_INVALID', /option disclose/],
    ['another log level', { ...LEAST, logLevel: 'verbose' }, 'OPTIONS_INVALID', /option logLevel/],
    ['a WebSocket option that does not exist', { ...LEAST, websocket: { origin: [] } }, 'OPTIONS_INVALID', /option websocket\.origin/],
    ['one origin as a text', { ...LEAST, websocket: { origins: 'https://app.example' } }, 'OPTIONS_INVALID', /option websocket\.origins/],
    ...['https://app.example/', 'https://app.example/path', 'app.example', '*', 'null', '', 'https://*.example', 'HTTPS://app.example',
      'https://App.example', 'https://app.example:443', 'https://u:p@app.example', 'file://', 'https://']
      .map((origin): [string, unknown, string, RegExp] =>
        [`the origin ${origin}`, { ...LEAST, websocket: { origins: ['https://app.example', origin] } }, 'OPTIONS_INVALID', /option websocket\.origins: ".*" is not an origin/]),
    ['a subprotocol with a space', { ...LEAST, websocket: { subprotocol: 'a b' } }, 'OPTIONS_INVALID', /option websocket\.subprotocol/],
    ['an empty subprotocol', { ...LEAST, websocket: { subprotocol: '' } }, 'OPTIONS_INVALID', /option websocket\.subprotocol/],
    ['a subprotocol that is true', { ...LEAST, websocket: { subprotocol: true } }, 'OPTIONS_INVALID', /option websocket\.subprotocol/],
    ['a scheme name with a slash', { ...LEAST, schemes: { 'a/b': header('X') } }, 'SCHEME_INVALID', /"a\/b": the name does not match/],
    ['an empty scheme name', { ...LEAST, schemes: { '': header('X') } }, 'SCHEME_INVALID', /"": the name does not match/],
    ['a scheme name beyond ASCII', { ...LEAST, schemes: { schlüssel: header('X') } }, 'SCHEME_INVALID', /the name does not match/],
    ['a scheme name that objects have', { ...LEAST, schemes: { toString: header('X') } }, 'SCHEME_INVALID', /the name is one that every object has/],
    ['the prototype for a scheme name', { ...LEAST, schemes: Object.fromEntries([['__proto__', header('X')]]) }, 'SCHEME_INVALID', /the name is one that every object has/],
    ['a scheme with an empty realm', { ...LEAST, schemes: { a: { ...header('X'), realm: '' } } }, 'TEXT_INVALID', /The realm of security scheme "a"/],
    ['a scheme with a realm beyond ASCII', { ...LEAST, schemes: { a: { ...header('X'), realm: 'é' } } }, 'TEXT_INVALID', /The realm of security scheme "a"/],
    ['a scheme with a realm that is a number', { ...LEAST, schemes: { a: { ...header('X'), realm: 1 } } }, 'TEXT_INVALID', /The realm of security scheme "a"/],
    ['two keys in one header', { ...LEAST, schemes: { a: header('X-Key'), b: header('x-KEY') } }, 'SCHEMES_CONFLICT', /"a" and "b" both read the header "x-key"/],
    ['two keys behind schemes that share', { ...LEAST, schemes: { t: bearer({ verify }), m: mutualTls({ verify }), a: header('X'), b: header('x') } }, 'SCHEMES_CONFLICT', /the header "x"/],
    ['a key and a token in one parameter', { ...LEAST, schemes: { t: bearer({ query: 'k', verify }), a: apiKey({ in: 'query', name: 'k', verify }) } }, 'SCHEMES_CONFLICT', /the query "k"/],
    ['two keys in one cookie', { ...LEAST, schemes: { a: apiKey({ in: 'cookie', name: 'sid', verify }), b: apiKey({ in: 'cookie', name: 'sid', verify }) } }, 'SCHEMES_CONFLICT', /the cookie "sid"/],
    ['two keys in the whole Authorization field', { ...LEAST, schemes: { a: header('Authorization'), b: header('authorization') } }, 'SCHEMES_CONFLICT', /the Authorization field/],
    ['two keys in one parameter', { ...LEAST, schemes: { a: apiKey({ in: 'query', name: 'k', verify }), b: apiKey({ in: 'query', name: 'k', verify }) } }, 'SCHEMES_CONFLICT', /the query "k"/]
  ]
  for (const [name, options, code, message] of table) t.throws(() => readOptions(options as never), { code: `FST_SECURITY_${code}`, message }, name)
})

t.test('schemes that share no place do not conflict', async (t) => {
  const table: [name: string, schemes: FastifySecurityOptions['schemes']][] = [
    ['one name in three places', { a: header('k'), b: apiKey({ in: 'cookie', name: 'k', verify }), c: apiKey({ in: 'query', name: 'k', verify }) }],
    ['cookies that differ in letter case', { a: apiKey({ in: 'cookie', name: 'sid', verify }), b: apiKey({ in: 'cookie', name: 'SID', verify }) }],
    ['the Authorization field', { a: bearer({ verify }), b: basic({ verify }), c: bearer({ verify, realm: 'x' }), d: header('Authorization') }],
    ['two kinds of certificate', { a: mutualTls({ verify }), b: mutualTls({ verify }) }],
    ['two tokens in one parameter, as in one field', { a: bearer({ verify, query: 'access_token' }), b: bearer({ verify, query: 'access_token', realm: 'x' }) }],
    ['no schemes', {}]
  ]
  for (const [name, schemes] of table) t.doesNotThrow(() => readOptions({ schemes, security: [] }), name)
})

t.test('errors name options, not values that may be secret', async (t) => {
  t.throws(() => readOptions({ ...LEAST, realm: { secret: 'canary' } } as never), { message: /^(?!.*canary)/ })
})
