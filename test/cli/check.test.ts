import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance, type FastifySchema, type HTTPMethods } from 'fastify'
import fastifySecurity, { apiKey, bearer, mutualTls, oauth2 } from 'fastify-openapi-security'
import t from 'tap'
import { check } from '../../lib/cli/check.ts'
import { drift, summarise } from '../../lib/cli/drift.ts'
import { inspect, report } from '../../lib/cli/report.ts'
import { finding } from '../../lib/testing/finding.ts'

const schemes = {
  oauth: oauth2({ flows: { clientCredentials: { tokenUrl: 'https://id.example/token', scopes: { read: 'Read' } } }, verify: () => null }),
  service: bearer({ roles: ['batch'], verify: () => null }),
  partner: apiKey({ in: 'header', name: 'X-API-Key', verify: () => null }),
  courier: mutualTls({ proxy: { header: 'Client-Cert', addresses: ['127.0.0.1'] }, verify: () => null })
}

interface Setting {
  readonly security?: readonly Record<string, string[]>[]
  readonly documented?: boolean
  readonly paths?: object
  /** What is done to the document once it is complete. */
  readonly trim?: (document: { paths: Record<string, Record<string, { responses: Record<string, unknown> }>> }) => void
}

type Add = (app: FastifyInstance) => void

async function make (add: Add, { security = [{ service: [] }], documented = true, paths = {}, trim }: Setting = {}) {
  const app = Fastify()
  await app.register(fastifySecurity, { schemes, security })
  if (documented) await app.register(swagger, { openapi: { openapi: '3.1.1', info: { title: 'Test', version: '1.0.0' }, paths: { ...paths } } })
  add(app)
  await app.ready()
  if (trim !== undefined) {
    const document: unknown = app.swagger()
    trim(document as Parameters<typeof trim>[0])
    Object.defineProperty(app, 'swagger', { value: () => document })
  }
  return app
}

async function found (...args: Parameters<typeof make>): Promise<string[]> {
  return check(inspect(await make(...args))).map(({ rule, method, url }) => [rule, method ?? [], url ?? []].flat().join(' '))
}

const handler = () => { throw new Error('a handler ran') }
const route = (method: HTTPMethods, url: string, schema: FastifySchema = {}): Add => (app) => {
  app.route({ method, url, schema, handler })
}
const scoped = (security: Record<string, string[]>[]): Add => (app) => {
  app.register(async (scope) => {
    scope.security.default(security)
    scope.put('/a', handler)
  })
}

t.test('writes that are public without saying so', async (t) => {
  const several: Add = (app) => { app.route({ method: ['GET', 'PUT', 'PATCH'], url: '/a', handler }) }
  const rows: readonly (readonly [name: string, add: Add, security: Record<string, string[]>[], found: string[]])[] = [
    ['by the plugin', route('POST', '/a'), [], ['public-write POST /a']],
    ['optional', route('DELETE', '/a'), [{ service: [] }, {}], ['public-write DELETE /a']],
    ['every method that is not safe', several, [], ['public-write PUT /a', 'public-write PATCH /a']],
    ['said aloud', route('POST', '/a', { security: [] }), [], []],
    ['optional, said aloud', route('POST', '/a', { security: [{}, { service: [] }] }), [], []],
    ['reading', route('GET', '/a'), [], []],
    ['protected', route('POST', '/a'), [{ service: [] }], []],
    ['by a scope', scoped([]), [{ service: [] }], ['public-write PUT /a']],
    ['protected by a scope', scoped([{ partner: [] }]), [], []]
  ]
  for (const [name, add, security, expected] of rows) t.strictSame(await found(add, { security }), expected, name)
})

t.test('a method that nobody knows may write', async (t) => {
  const app = Fastify()
  app.addHttpMethod('PURGE')
  await app.register(fastifySecurity, { schemes, security: [] })
  app.route({ method: 'PURGE', url: '/a', handler })
  await app.ready()
  t.match(check(inspect(app)), [{ rule: 'public-write', method: 'PURGE' }])
})

t.test('no document', async (t) => {
  t.strictSame(await found((app) => { app.get('/a', handler).get('/b', handler) }, { documented: false }), ['no-document'], 'one finding for all')
  t.strictSame(await found(route('GET', '/a'), { documented: false, security: [] }), [], 'nothing to say')
  t.strictSame(await found(route('GET', '/a'), { documented: false, security: [{}, { partner: [] }] }), ['no-document'], 'optional credentials')
})

t.test('routes that the document lacks', async (t) => {
  const purge: Add = (app) => { app.addHttpMethod('PURGE').route({ method: 'PURGE', url: '/a', handler }) }
  const drop = { trim: ({ paths }: { paths: Record<string, unknown> }) => { delete paths['/a'] } }
  t.strictSame(await found(route('GET', '/a'), drop), ['undocumented-route GET /a'], 'and not its HEAD')
  t.strictSame(await found(route('GET', '/a', { hide: true })), [], 'hidden')
  t.strictSame(await found(route('GET', '/a', { tags: ['X-HIDDEN'] })), [], 'hidden by a tag')
  t.strictSame(await found(route('HEAD', '/a')), ['undocumented-route HEAD /a'], 'a HEAD without a GET')
  t.strictSame(await found(purge, drop), [], 'documents have no place for it')
  t.strictSame(await found(route('GET', '/a/:id/*')), [], 'parameters and wildcards')
})

t.test('refusals that the document lacks', async (t) => {
  const without = (...statuses: string[]): Setting => ({
    trim: ({ paths }) => { for (const status of statuses) delete paths['/a']?.['get']?.responses[status] }
  })
  const told = async (schema: FastifySchema, setting: Setting): Promise<(string | undefined)[]> => {
    const findings = check(inspect(await make(route('GET', '/a', schema), setting)))
    return findings.map(({ message }) => /answers ([^,]*),/.exec(message)?.[1])
  }
  t.strictSame(await told({ security: [{ service: [] }] }, {}), [], 'all there')
  t.strictSame(await told({ security: [{ service: [] }] }, without('401')), ['401'])
  t.strictSame(await told({ security: [{ courier: [] }] }, without('403')), ['403'], 'certificates')
  t.strictSame(await told({ security: [{ oauth: ['read'] }] }, without('403')), ['403'], 'scopes')
  t.strictSame(await told({ security: [{ oauth: ['read'] }] }, without('401', '403')), ['401 and 403'])
  t.strictSame(await told({ security: [] }, without('200')), [], 'public')
  t.strictSame(await told({ security: [{ service: [] }] }, {
    trim: ({ paths }) => { Object.assign(paths['/a']?.['get'] ?? {}, { responses: { '4XX': {}, '5XX': {} } }) }
  }), [], 'ranges')
})

t.test('scopes that the document asks for and does not list', async (t) => {
  const elsewhere = (security: unknown) => ({ paths: { '/elsewhere': { get: { security, responses: { 200: { description: 'OK' } } } } } })
  t.strictSame(await found(route('GET', '/a'), elsewhere([{ oauth: ['read'] }])), [])
  t.strictSame(await found(route('GET', '/a'), elsewhere([{ oauth: ['read', 'wriet'] }])), ['undeclared-scope GET /elsewhere'])
  t.strictSame(await found(route('GET', '/a'), elsewhere([{ oauth: ['constructor'] }])), ['undeclared-scope GET /elsewhere'])
  t.strictSame(await found(route('GET', '/a'), elsewhere([{ service: ['batch'] }])), [], 'roles are listed nowhere')
  const atRoot: Setting = { trim: (document) => { Object.assign(document, { security: [{ oauth: ['wriet'] }] }) } }
  t.strictSame(await found(route('GET', '/a'), atRoot), ['undeclared-scope'], 'at the root')
})

t.test('drift is looked for without running a handler', async (t) => {
  const audited = inspect(await make((app) => {
    app.get('/a', { schema: { security: [{ oauth: ['read'] }] } }, handler)
    app.post('/b', { schema: { security: [] } }, handler)
  }))
  t.strictSame(await drift(audited, []), [], 'no drift')
  const hooked = inspect(await make((app) => {
    app.get('/a', handler)
    app.addHook('onSend', async (_request, reply) => { if (reply.statusCode === 401) reply.header('www-authenticate', 'Bearer realm="other"') })
  }))
  const differences = await drift(hooked, [])
  t.match(differences, [{ rule: 'drift', method: 'GET', url: '/a', message: /^with no credentials: expected WWW-Authenticate: .*more request/ }])
  t.equal(differences.length, 1, 'one way to differ is one finding')
})

t.test('drift is told without saying the place twice', async (t) => {
  const place = { method: 'GET', path: '/a', websocket: true, probe: 'no credentials' }
  const difference = { kind: 'let_in', expected: 'a refusal', actual: 'let in', mend: 'Mend it.' } as const
  const others = [{ ...place, probe: 'others' }, { ...place, websocket: false, probe: '' }].map((one) => finding(one, difference))
  t.strictSame(summarise([finding(place, difference), ...others]), [
    { rule: 'drift', method: 'GET', url: '/a', message: 'as a WebSocket handshake with no credentials: expected a refusal, got let in. Mend it. (So with 1 more request.)' },
    { rule: 'drift', method: 'GET', url: '/a', message: 'expected a refusal, got let in. Mend it.' }
  ])
})

t.test('a report', async (t) => {
  const made = report(inspect(await make((app) => {
    app.get('/b', { schema: { security: [{ oauth: ['read'] }, { service: ['batch'] }] } }, handler)
    app.get('/a', { schema: { hide: true, security: [] } }, handler)
  })), null)
  t.match(made, { title: 'Test', version: '1.0.0', findings: null })
  t.strictSame(made.routes.map(({ method, url, requirement, source, documented }) => [method, url, requirement, source, documented]), [
    ['GET', '/a', 'anyone', 'route', 'hidden'],
    ['HEAD', '/a', 'anyone', 'route', 'hidden'],
    ['GET', '/b', 'oauth with read, or service with batch', 'route', 'yes'],
    ['HEAD', '/b', 'oauth with read, or service with batch', 'route', 'no']
  ])
  t.match(made.schemes, [
    { name: 'oauth', type: 'oauth2', location: 'the Authorization field', scopes: [{ name: 'read', description: 'Read' }] },
    { name: 'service', type: 'http', scopes: [{ name: 'batch', description: null }] },
    { name: 'partner', type: 'apiKey', location: 'the header "x-api-key"' },
    { name: 'courier', type: 'mutualTLS', location: 'the client certificate' }
  ])
  const bare = report(inspect(await make(route('GET', '/a'), { documented: false })), [])
  t.match(bare, { title: null, version: null, findings: [] })
})
