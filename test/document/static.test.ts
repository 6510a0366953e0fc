import t from 'tap'
import swagger from '@fastify/swagger'
import { Validator } from '@seriousme/openapi-schema-validator'
import Fastify, { type FastifyInstance, type HTTPMethods } from 'fastify'
import fastifySecurity from 'fastify-openapi-security'
import { auditDocument } from 'fastify-openapi-security/testing'
import { parse } from 'yaml'
import { bodies, challenges, documentOf, equals, operations, response, send } from '../behaviour/documents/app.ts'
import { CASES, DOCUMENT, makeSchemes, oauth, requestOf } from './pets.ts'

const ROUTES: readonly [operationId: string, method: HTTPMethods, url: string][] = [
  ['listPets', 'GET', '/pets'],
  ['addPet', 'POST', '/pets'],
  ['showPet', 'GET', '/pets/:id'],
  ['removePet', 'DELETE', '/pets/:petId(^\\d+$)'],
  ['showVet', 'GET', '/pets/:id/vet'],
  ['greet', 'GET', '/greeting'],
  ['listMachines', 'GET', '/machines'],
  ['showHealth', 'GET', '/health']
]

interface Built {
  readonly by: 'path' | 'operationId'
  readonly prefix: string
}

/** Routes by hand, and the document as it came from its author. */
async function build ({ by, prefix }: Built): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(fastifySecurity, { schemes: makeSchemes(), security: [{ staff: ['vet'] }], document: DOCUMENT, realm: 'pets' })
  await app.register(swagger, { mode: 'static', specification: { document: structuredClone(DOCUMENT) as never } }) // its types know no readonly
  await app.register(async (scope) => {
    for (const [operationId, method, url] of ROUTES) {
      const schema = by === 'operationId' ? { operationId } : {}
      scope.route({ method, url, schema, handler: async (request, reply) => reply.header('x-operation', operationId).send({ auth: request.auth }) })
    }
  }, { prefix })
  await app.ready()
  return app
}

const KINDS: readonly Built[] = [
  { by: 'path', prefix: '/v1' },
  { by: 'path', prefix: '' },
  { by: 'operationId', prefix: '/v1' },
  { by: 'operationId', prefix: '/elsewhere' }
]

t.test('routes by hand get what the document says of their operations', async (t) => {
  for (const kind of KINDS) {
    const app = await build(kind)
    for (const [operationId, method, path, headers, status] of CASES) {
      const live = await app.inject(requestOf(method, kind.prefix + path, headers))
      const name = `${kind.by} below "${kind.prefix}": ${method} ${path} with ${Object.keys(headers).join() || 'nothing'}`
      t.equal(live.statusCode, status, name)
      t.equal(live.headers['x-operation'], status === 200 ? operationId : undefined, name)
    }
  }
})

t.test('scopes and roles that are short are all named', async (t) => {
  const app = await build({ by: 'path', prefix: '/v1' })
  const short = await app.inject(requestOf('POST', '/v1/pets', oauth('pets:write')))
  t.strictSame(short.json<{ required_scopes: string[] }>().required_scopes, ['pets:read', 'pets:write'])
  t.match(short.headers['www-authenticate'], /^Bearer realm="pets", error="insufficient_scope", scope="pets:read pets:write"/)
})

t.test('routes that the document does not know get the default', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(fastifySecurity, { schemes: makeSchemes(), security: [{ staff: ['vet'] }], document: { openapi: '3.1.0', paths: {} } })
  app.get('/undocumented', async () => 'in')
  const live = await app.inject('/undocumented')
  t.equal(live.statusCode, 401)
  t.match(live.headers['www-authenticate'], /^Basic/)
})

t.test('the static document is finished as it is enforced', async (t) => {
  for (const kind of KINDS.filter(({ prefix }) => prefix !== '/elsewhere')) {
    const app = await build(kind)
    const document = documentOf(app)
    const name = `${kind.by} below "${kind.prefix}"`
    const result = await new Validator().validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>)
    t.ok(result.valid, `${name}: ${JSON.stringify(result.errors)}`)
    t.strictSame(parse(app.swagger({ yaml: true })), JSON.parse(JSON.stringify(document)), `${name}: YAML`)
    t.strictSame(app.security.openapi(DOCUMENT), document, `${name}: asked for directly`)
    t.match(document, { security: [{ oauth: [] }], components: { securitySchemes: { oauth: { description: 'Whoever keeps pets.' } } } }, name)
    for (const [method, path, operation] of operations(document)) {
      if (method === 'PARAMETERS') continue
      const declared = Reflect.get(DOCUMENT.paths, path) as Record<string, { security?: unknown, summary?: string } | undefined>
      t.strictSame(operation.security, declared[method.toLowerCase()]?.security ?? DOCUMENT.security, `${name}: ${method} ${path}`)
      t.match(operation, { summary: declared[method.toLowerCase()]?.summary, responses: { 200: { description: 'Well.' } } }, `${name}: the rest stays`)
    }
    t.equal(document.paths['/pets']?.['post']?.responses['401']?.description, 'Log in first.', name)
  }
})

t.test('every refusal on the wire stands in the static document', async (t) => {
  const app = await build({ by: 'path', prefix: '/v1' })
  const document = documentOf(app)
  let compared = 0
  for (const [operationId, method, path, headers, status] of CASES) {
    if (status === 200 || method === 'HEAD') continue
    const [, , operation] = operations(document).find(([, , operation]) => operation.operationId === operationId) ?? []
    const documented = response(document, operation, status)
    const live = await send(app, method, `/v1${path}`, Object.entries(headers).flat())
    const name = `${method} ${path} with ${Object.keys(headers).join() || 'nothing'}`
    t.equal(live.statusCode, status, name)
    equals(t, document, documented, live, name)
    t.ok(Object.keys({ ...challenges(documented), ...bodies(document, documented) }).length > 0, name)
    compared++
  }
  t.equal(compared, CASES.filter(([, method, , , status]) => status !== 200 && method !== 'HEAD').length)
})

t.test('servers of a path or an operation hold instead of those of the document', async (t) => {
  const get = (security: object[], more = {}) => ({ get: { security, responses: { 200: { description: 'Well.' } }, ...more } })
  const document = {
    openapi: '3.1.0',
    info: { title: 'Pets', version: '1.0.0' },
    servers: [{ url: 'https://api.example/v1' }],
    paths: {
      '/usual': get([{ partner: [] }]),
      '/own': get([{ staff: [] }], { servers: [{ url: 'https://api.example/v2' }] }),
      '/path': { servers: [{ url: 'https://api.example/v3' }], ...get([{ staff: [] }]) },
      // Below its server it is where another path is without one.
      '/v1/usual': get([])
    }
  }
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(fastifySecurity, { schemes: makeSchemes(), security: [{ machine: [] }], document })
  for (const url of ['/v1/usual', '/v2/own', '/v3/path', '/v1/v1/usual']) app.get(url, async () => 'in')
  app.get('/v1/own', { schema: { security: [] } }, async () => 'in')
  await app.ready()
  for (const [url, status, challenge] of [
    ['/v1/usual', 401, /^ApiKey/], ['/v2/own', 401, /^Basic/], ['/v3/path', 401, /^Basic/], ['/v1/v1/usual', 200, undefined], ['/v1/own', 200, undefined]
  ] as const) {
    const { statusCode, headers } = await app.inject(url)
    t.equal(statusCode, status, url)
    if (challenge === undefined) t.notOk(headers['www-authenticate'], url)
    else t.match(headers['www-authenticate'], challenge, url)
  }
  const { paths } = app.security.openapi(document)
  t.strictSame(paths['/own'].get.security, [{ staff: [] }], 'not that of the route below /v1')
  t.match(paths['/own'].get.responses, { 401: {} })
  t.match(paths['/path'].get.responses, { 401: {} })
  t.match(paths['/usual'].get.responses, { 401: {} })
  t.strictSame(paths['/v1/usual'].get.responses, { 200: { description: 'Well.' } })
  const { findings } = await auditDocument(app, { document: app.security.openapi(document) })
  t.strictSame(findings.map(({ kind, path }) => `${kind} ${path}`), ['route_without_operation /v1/own'])
})

t.test('neither document is changed', async (t) => {
  const before = JSON.stringify(DOCUMENT)
  const app = await build({ by: 'path', prefix: '/v1' })
  app.swagger()
  t.equal(JSON.stringify(DOCUMENT), before)
})
