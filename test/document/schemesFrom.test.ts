import t from 'tap'
import Fastify from 'fastify'
import fastifySecurity, { apiKey, basic, bearer, http, mutualTls, oauth2, openIdConnect, type FastifySecurityOptions, type Scheme } from 'fastify-openapi-security'
import { schemesFrom } from 'fastify-openapi-security/document'

type Json = Record<string, unknown>

const verify = (): null => null
const url = 'https://id.example/'
const flows = { authorizationCode: { authorizationUrl: url, tokenUrl: url, scopes: { read: 'Read', write: 'Change' } } }

/** A document that declares schemes, frozen to its last member. */
function documentOf (securitySchemes: unknown, more: Json = {}): object {
  return freeze({ openapi: '3.1.0', info: { title: 'Pets', version: '1.0.0' }, paths: {}, components: { securitySchemes }, ...more })
}

function freeze<T> (value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) freeze(member)
  return Object.freeze(value)
}

/** The scheme that is made of one declaration. */
function schemeOf (declared: Json, more: Json = {}): Scheme<object, string> | undefined {
  return schemesFrom(documentOf({ one: declared }, more) as unknown as Json, { one: verify }).one
}

/** Everything of a scheme that is no function. */
function plain (scheme: Scheme<object, string> | undefined): unknown {
  return JSON.parse(JSON.stringify(scheme))
}

t.test('each scheme is the one that its factory would have made', async (t) => {
  const description = '**Ours.**'
  const table: [what: string, declared: Json, scheme: Scheme<object, string>][] = [
    ['key in a header', { type: 'apiKey', in: 'header', name: 'X-API-Key', description }, apiKey({ in: 'header', name: 'X-API-Key', description, verify })],
    ['key in the query', { type: 'apiKey', in: 'query', name: 'key' }, apiKey({ in: 'query', name: 'key', verify })],
    ['key in a cookie', { type: 'apiKey', in: 'cookie', name: 'sid' }, apiKey({ in: 'cookie', name: 'sid', verify })],
    ['key as a whole Authorization field', { type: 'apiKey', in: 'header', name: 'Authorization' }, apiKey({ in: 'header', name: 'Authorization', verify })],
    ['bearer', { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description }, bearer({ bearerFormat: 'JWT', description, verify })],
    ['Bearer', { type: 'http', scheme: 'Bearer' }, bearer({ verify })],
    ['BEARER', { type: 'http', scheme: 'BEARER' }, bearer({ verify })],
    ['Basic', { type: 'http', scheme: 'Basic', description }, basic({ description, verify })],
    ['oauth2', { type: 'oauth2', flows, description }, oauth2({ flows, description, verify })],
    ['openIdConnect', { type: 'openIdConnect', openIdConnectUrl: url, description }, openIdConnect({ openIdConnectUrl: url, description, verify })],
    ['mutualTLS', { type: 'mutualTLS', description }, mutualTls({ description, verify })],
    ['fields of no meaning to the type', { type: 'http', scheme: 'basic', in: 'header', name: 'X' }, basic({ verify })]
  ]
  for (const [what, declared, scheme] of table) {
    const made = schemeOf(declared)
    t.strictSame(plain(made), plain(scheme), what)
    t.equal(made?.verify, verify, `${what}: the verifier`)
  }
})

t.test('a device flow, metadata and deprecation are understood by all their names', async (t) => {
  const device = { deviceAuthorizationUrl: url, tokenUrl: url, scopes: { tv: 'Watch' } }
  const newest = { type: 'oauth2', flows: { deviceAuthorization: device }, oauth2MetadataUrl: url, deprecated: true }
  const { deviceAuthorizationUrl, ...rest } = device
  const older = {
    type: 'oauth2',
    flows: { 'x-oai-deviceAuthorization': { 'x-oai-deviceAuthorizationUrl': url, ...rest }, 'x-other': { anything: true } },
    'x-oauth2MetadataUrl': url,
    'x-oai-deprecated': true
  }
  for (const [declared, openapi] of [[newest, '3.2.0'], [older, '3.1.1'], [older, '3.0.4']] as const) {
    const made = schemeOf(declared, { openapi })
    t.strictSame({ ...made?.definition }, newest, openapi)
    t.strictSame(made?.scopes, ['tv'], openapi)
  }
  const both = schemeOf({ type: 'apiKey', in: 'query', name: 'key', deprecated: false, 'x-oai-deprecated': true })
  t.equal(both?.definition['deprecated'], false, 'the own name counts')
  t.equal(schemeOf({ type: 'http', scheme: 'basic', 'x-internal': 1 })?.definition['x-internal'], 1, 'extensions stay')
})

t.test('what this plugin writes into OpenAPI 3.0 is read back', async (t) => {
  const app = Fastify()
  const schemes = {
    machine: mutualTls({ roles: ['plant'], proxy: { header: 'Client-Cert', addresses: ['127.0.0.1'] }, verify }),
    key: apiKey({ in: 'header', name: 'X-Key', roles: ['admin'], verify })
  }
  await app.register(fastifySecurity, { schemes, security: [{ machine: ['plant'] }, { key: ['admin'] }] })
  await app.ready()
  const written = app.security.openapi({ openapi: '3.0.3', info: { title: 'Pets', version: '1' }, paths: {} })
  const read = schemesFrom<Json, Record<string, typeof verify>>(written, { machine: verify, key: verify })
  t.equal(read['machine']?.definition.type, 'mutualTLS')
  t.strictSame([read['machine']?.scopes, read['key']?.scopes], [['plant'], ['admin']])
  await app.close()
})

t.test('references are followed', async (t) => {
  const declared = {
    one: { $ref: '#/components/securitySchemes/other.one', description: 'Here.' },
    'other.one': { $ref: '#/components/securitySchemes/real', description: 'There.' },
    real: { type: 'http', scheme: 'basic', description: 'In truth.' }
  }
  const verifiers = { one: verify, 'other.one': verify, real: verify }
  for (const [openapi, ...descriptions] of [['3.0.3', 'In truth.', 'In truth.'], ['3.1.0', 'Here.', 'There.']] as const) {
    const made = schemesFrom(documentOf(declared, { openapi }), verifiers)
    t.strictSame([made.one, made['other.one'], made.real].map(({ definition }) => definition.description), [...descriptions, 'In truth.'], openapi)
  }
})

t.test('roles are those that the document asks for', async (t) => {
  const operation = (security: unknown, more: Json = {}): Json => ({ security, ...more })
  const made = schemesFrom(documentOf({
    key: { type: 'apiKey', in: 'header', name: 'X-Key' },
    user: { type: 'http', scheme: 'bearer' },
    staff: { type: 'http', scheme: 'basic' },
    oauth: { type: 'oauth2', flows },
    login: { type: 'openIdConnect', openIdConnectUrl: url },
    unused: { type: 'mutualTLS' }
  }, {
    security: [{ user: ['root'] }],
    paths: {
      '/a': { get: operation([{ key: ['reader', 'admin'] }, { key: ['admin', 'boss'], user: [] }]), post: operation([]), parameters: [] },
      '/b': { put: operation([{ staff: [] }], { 'x-required-roles': [{ staff: ['clerk'] }] }), additionalOperations: { COPY: operation([{ user: ['copier'] }]) } },
      '/c': { get: operation([{ oauth: ['magic'] }, { login: ['openid'] }]), 'x-note': [{ key: ['none'] }] },
      '/d': { get: operation('nonsense'), patch: operation([null, { key: 'text' }, { key: [1] }]) }
    }
  }), { key: verify, user: verify, staff: verify, oauth: verify, login: verify, unused: verify })
  t.strictSame(Object.fromEntries(Object.entries(made).map(([name, { scopes }]) => [name, scopes])), {
    key: ['reader', 'admin', 'boss'], user: ['root', 'copier'], staff: ['clerk'], oauth: ['read', 'write'], login: null, unused: []
  })
})

t.test('a whole scheme stands for what a document cannot say', async (t) => {
  const hawk = http({ scheme: 'Hawk', roles: ['admin'], parse: (text) => text, verify })
  const table: [what: string, declared: Json, scheme: Scheme<object, string>][] = [
    ['a word of its own', { type: 'http', scheme: 'hawk' }, hawk],
    ['in another case', { type: 'http', scheme: 'HAWK' }, hawk],
    ['behind a proxy', { type: 'mutualTLS' }, mutualTls({ proxy: { header: 'Client-Cert', addresses: ['127.0.0.1'] }, verify })],
    ['another challenge', { type: 'apiKey', in: 'header', name: 'X-KEY' }, apiKey({ in: 'header', name: 'x-key', challenge: 'Key', verify })],
    ['a token in the query', { type: 'http', scheme: 'Bearer' }, bearer({ query: 'access_token', verify })],
    ['other flows', { type: 'oauth2', flows }, oauth2({ flows: { clientCredentials: { tokenUrl: url, scopes: {} } }, verify })],
    ['declared scopes', { type: 'openIdConnect', openIdConnectUrl: url }, openIdConnect({ openIdConnectUrl: url, scopes: ['openid'], verify })],
    ['a reference', { $ref: '#/components/securitySchemes/one.two' }, hawk]
  ]
  for (const [what, declared, scheme] of table) {
    const securitySchemes = '$ref' in declared ? { one: declared, 'one.two': { type: 'http', scheme: 'hawk' } } : { one: declared }
    const given = Object.fromEntries(Object.keys(securitySchemes).map((name) => [name, scheme]))
    t.equal(schemesFrom(documentOf(securitySchemes), given)['one'], scheme, what)
  }
})

t.test('what cannot be enforced stops the application', async (t) => {
  const key = { type: 'apiKey', in: 'header', name: 'X-Key' }
  const reference = (name: string): Json => ({ $ref: `#/components/securitySchemes/${name}` })
  const table: [what: string, securitySchemes: unknown, verifiers: Json, message: RegExp][] = [
    ['no verifier', { key, staff: key }, { staff: verify }, /securitySchemes\.key .*no verifier.*\{ 'key': verify \}/],
    ['a verifier that is inherited', { toString: key }, {}, /securitySchemes\.toString .*no verifier/],
    ['neither verifier nor scheme', { key }, { key: 'secret' }, /neither a verifier nor a scheme/],
    ['half a scheme', { key }, { key: { definition: key } }, /neither a verifier nor a scheme/],
    ['a verifier too many', { key, other: key }, { key: verify, other: verify, kye: verify }, /securitySchemes\.kye .*among key, other.*mend the name/],
    ['a verifier for nothing', undefined, { key: verify }, /among none/],
    ['no object', { key: 'X-Key' }, { key: verify }, /not an object/],
    ['no objects at all', [key], { 0: verify }, /securitySchemes of the document: it is not an object/],
    ['no type', { key: {} }, { key: verify }, /type is missing.*apiKey, http basic/],
    ['a type of Swagger 2.0', { key: { type: 'basic' } }, { key: verify }, /type is "basic"/],
    ['a type that every object has', { key: { type: 'constructor' } }, { key: verify }, /type is "constructor"/],
    ['no scheme word', { key: { type: 'http' } }, { key: verify }, /type is "http", not one of/],
    ['a word that needs more', { key: { type: 'http', scheme: 'Digest' } }, { key: verify }, /"http digest".*http\(\{ scheme: 'Digest'/],
    ['a key in no place', { key: { type: 'apiKey', name: 'key' } }, { key: verify }, /securitySchemes\.key .*`in`.*Mend the document/],
    ['a key in the path', { key: { ...key, in: 'path' } }, { key: verify }, /`in`/],
    ['a key without name', { key: { type: 'apiKey', in: 'header' } }, { key: verify }, /`name`/],
    ['a name that no field can have', { key: { ...key, name: 'X Key' } }, { key: verify }, /`name`/],
    ['no flows', { key: { type: 'oauth2' } }, { key: verify }, /`flows`/],
    ['flows of no known name', { key: { type: 'oauth2', flows: { accessCode: {} } } }, { key: verify }, /"accessCode"/],
    ['flows that only an extension knows', { key: { type: 'oauth2', flows: { 'x-flow': {} } } }, { key: verify }, /`flows`/],
    ['a flow without its URL', { key: { type: 'oauth2', flows: { implicit: { scopes: {} } } } }, { key: verify }, /`authorizationUrl`/],
    ['a flow without scopes', { key: { type: 'oauth2', flows: { password: { tokenUrl: url } } } }, { key: verify }, /`scopes`/],
    ['scopes as a list', { key: { type: 'oauth2', flows: { password: { tokenUrl: url, scopes: ['read'] } } } }, { key: verify }, /flow "password" are an array/],
    ['a flow that is nothing', { key: { type: 'oauth2', flows: { password: null } } }, { key: verify }, /flow "password"/],
    ['no discovery', { key: { type: 'openIdConnect' } }, { key: verify }, /`openIdConnectUrl`/],
    ['a description that is no text', { key: { ...key, description: { en: 'Key' } } }, { key: verify }, /`description` is not a text/],
    ['a reference to nothing', { key: reference('other') }, { key: verify }, /"other", which it refers to, is not an object/],
    ['a reference to what every object has', { key: reference('constructor') }, { key: verify }, /"constructor"/],
    ['a reference to another document', { key: { $ref: 'common.yaml#/key' } }, { key: verify }, /Bundle/],
    ['a reference to another part', { key: { $ref: '#/components/schemas/key' } }, { key: verify }, /Bundle/],
    ['references in a circle', { a: reference('b'), b: reference('c'), c: reference('b') }, { a: verify, b: verify, c: verify }, /leads back/],
    ['a scheme of another type', { key }, { key: basic({ verify }) }, /"http basic".*"apiKey header x-key"/],
    ['a key in another place', { key }, { key: apiKey({ in: 'query', name: 'X-Key', verify }) }, /"apiKey query X-Key"/],
    ['a key of another name', { key }, { key: apiKey({ in: 'header', name: 'X-Kye', verify }) }, /"apiKey header x-kye"/],
    ['a cookie in another case', { key: { ...key, in: 'cookie' } }, { key: apiKey({ in: 'cookie', name: 'x-key', verify }) }, /agree/],
    ['another word', { key: { type: 'http', scheme: 'digest' } }, { key: http({ scheme: 'Hawk', parse: (text) => text, verify }) }, /"http hawk".*"http digest"/],
    ['another provider', { key: { type: 'openIdConnect', openIdConnectUrl: url } }, { key: openIdConnect({ openIdConnectUrl: `${url}x`, verify }) }, /agree/]
  ]
  for (const [what, securitySchemes, verifiers, message] of table) {
    t.throws(() => schemesFrom(documentOf(securitySchemes), verifiers as Record<string, typeof verify>), { code: 'FST_SECURITY_DOCUMENT_SCHEME_INVALID', message }, what)
  }
  t.throws(() => schemesFrom(documentOf({ key: { ...key, name: 'X Key' } }), { key: verify }), { cause: { code: 'FST_SECURITY_SCHEME_INVALID' } })
})

t.test('what is no OpenAPI document is refused', async (t) => {
  const table: [what: string, document: unknown, message: RegExp][] = [
    ['Swagger 2.0', { swagger: '2.0', securityDefinitions: {} }, /Swagger 2\.0/],
    ['OpenAPI 4', { openapi: '4.0.0' }, /OpenAPI 4/],
    ['no version', {}, /OpenAPI undefined/],
    ['nothing', null, /not an object/],
    ['a list', [], /not an object/],
    ['a text', '{}', /not an object/]
  ]
  for (const [what, document, message] of table) {
    t.throws(() => schemesFrom(document as object, {}), { code: 'FST_SECURITY_DOCUMENT_UNSUPPORTED', message }, what)
  }
  for (const document of [{ openapi: '3.0.3' }, { openapi: '3.2.0', components: {} }, { openapi: '3.1.0', components: null }]) t.strictSame(schemesFrom(document, {}), {})
})

t.test('nobody who changes the document later changes what is enforced', async (t) => {
  const declared = { type: 'oauth2', flows: structuredClone(flows) }
  const { one } = schemesFrom({ openapi: '3.1.0', components: { securitySchemes: { one: declared } } } as object, { one: verify })
  Object.assign(declared.flows.authorizationCode.scopes, { admin: 'Everything' })
  t.strictSame(one.definition['flows'], flows)
  t.strictSame(one.scopes, ['read', 'write'])
})

t.test('a scope that no flow declares stops the application, because of the document', async (t) => {
  const document = documentOf({ oauth: { type: 'oauth2', flows } }, { paths: { '/': { get: { security: [{ oauth: ['magic'] }] } } } })
  const app = Fastify()
  const options: FastifySecurityOptions = { schemes: schemesFrom(document, { oauth: verify }), document, security: [{ oauth: [] }] }
  await app.register(fastifySecurity, options)
  t.throws(() => app.get('/', async () => 'in'), { code: 'FST_SECURITY_SCOPE_UNDECLARED', message: /"magic" of scheme "oauth"/ })
  await app.close()
})

t.test('each kind of verifier gets what its scheme carries', async (t) => {
  const got: unknown[] = []
  const note = (credential: unknown): { credential: unknown } => { got.push(credential); return { credential } }
  const document = documentOf({
    key: { type: 'apiKey', in: 'header', name: 'X-Key' },
    param: { type: 'apiKey', in: 'query', name: 'key' },
    session: { type: 'apiKey', in: 'cookie', name: 'sid' },
    user: { type: 'http', scheme: 'Bearer' },
    staff: { type: 'http', scheme: 'BASIC' },
    oauth: { type: 'oauth2', flows }
  })
  const app = Fastify()
  const schemes = schemesFrom(document, { key: note, param: note, session: note, user: note, staff: note, oauth: note })
  await app.register(fastifySecurity, { schemes, security: Object.keys(schemes).map((name) => ({ [name]: [] })) })
  app.get('/', async (request) => Object.keys(request.auth ?? {}))
  const table: [name: string, request: { url?: string, headers?: Record<string, string> }, credential: unknown][] = [
    ['key', { headers: { 'x-key': 'k' } }, 'k'],
    ['param', { url: '/?key=q' }, 'q'],
    ['session', { headers: { cookie: 'sid=s' } }, 's'],
    ['user', { headers: { authorization: 'Bearer t' } }, 't'],
    ['staff', { headers: { authorization: `Basic ${Buffer.from('ada:secret').toString('base64')}` } }, { username: 'ada', password: 'secret' }]
  ]
  for (const [name, request, credential] of table) {
    const response = await app.inject({ url: '/', ...request })
    t.strictSame([response.statusCode, response.json(), got.at(-1)], [200, [name], credential], name)
  }
  t.equal((await app.inject('/')).statusCode, 401)
  await app.close()
})
