import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance, type FastifySchema } from 'fastify'
import fastifySecurity from 'fastify-openapi-security'
import t, { type Test } from 'tap'
import { handler, options } from './boot/row.ts'

const responses = { 200: { description: 'Pets.' } }
const read = [{ oauth: ['read'] }]
const key = [{ key: [] }]
const info = { title: 'Pets', version: '1' }

/** Of each route: what it asks and where that was written. */
async function sources (t: Test, document: object, add: (app: FastifyInstance) => unknown): Promise<Record<string, unknown>> {
  const app = Fastify() as FastifyInstance // plain HTTP
  t.teardown(() => app.close())
  await app.register(websocket)
  await app.register(fastifySecurity, options({ document }))
  await add(app)
  await app.ready()
  return Object.fromEntries(app.security.routes().map(({ method, url, security, source }) => [`${method} ${url}`, [source, security]]))
}

t.test('a route that says nothing gets what its operation says', async (t) => {
  const document = {
    openapi: '3.1.0',
    info,
    servers: [{ url: 'https://api.example/v1' }],
    security: key,
    components: { pathItems: { shared: { get: { security: read, responses } } } },
    paths: {
      '/pets': { get: { security: read, responses }, post: { responses } },
      '/pets/{id}': { get: { operationId: 'getPet', security: [], responses }, head: { security: key, responses } },
      '/files/{path}': { get: { security: read, responses } },
      '/elsewhere/{id}': { put: { operationId: 'movePet', security: read, responses } },
      '/live': { get: { security: read, responses } },
      '/toys/': { get: { security: read, responses } },
      '/shared': { $ref: '#/components/pathItems/shared' },
      '/capital': { GET: { security: read, responses } },
      '/served': { servers: [{ url: 'https://{host}.example/{base}/', variables: { host: { default: 'a' }, base: { default: 'v9' } } }], get: { security: read, responses } }
    }
  }
  t.strictSame(await sources(t, document, async (app) => {
    for (const url of ['/shared', '/capital', '/v9/served']) app.get(url, { exposeHeadRoute: false }, handler)
    app.get('/pets', handler)
    app.get('/v1/files/*', handler)
    app.get('/pets/:id(^\\d+$)', handler)
    app.post('/v1/pets', { schema: { security: key } }, handler)
    app.get('/others', handler)
    app.put('/moved/:id', { schema: { operationId: 'movePet' } as FastifySchema }, handler)
    await app.register(async (scope) => {
      scope.security.default([{ staff: [] }])
      scope.get('/live', { websocket: true }, (socket) => { socket.close() })
      scope.get('/mine', handler)
    })
    await app.register(async (scope) => { scope.get('/', { exposeHeadRoute: false }, handler) }, { prefix: '/toys' })
  }), {
    'GET /shared': ['route', read],
    'GET /capital': ['route', read],
    'GET /v9/served': ['route', read],
    'GET /pets': ['route', read],
    'HEAD /pets': ['route', read],
    'GET /v1/files/*': ['route', read],
    'HEAD /v1/files/*': ['route', read],
    'GET /pets/:id(^\\d+$)': ['route', []],
    'HEAD /pets/:id(^\\d+$)': ['route', key],
    'POST /v1/pets': ['route', key],
    'GET /others': ['plugin', [{ oauth: [] }]],
    'HEAD /others': ['plugin', [{ oauth: [] }]],
    'PUT /moved/:id': ['route', read],
    'GET /live': ['route', read],
    'HEAD /live': ['route', read],
    'GET /mine': ['scope', [{ staff: [] }]],
    'HEAD /mine': ['scope', [{ staff: [] }]],
    'GET /toys': ['route', read],
    'GET /toys/': ['route', read]
  })
})

t.test('routes whose parameters differ only in pattern and name are told apart', async (t) => {
  const paths = { '/pets/{id}': { get: { security: read, responses } }, '/pets/{name}': { get: { security: key, responses } } }
  const document = { openapi: '3.1.0', info, paths }
  const add = (first: string, second: string) => (app: FastifyInstance) => {
    app.get(`/pets/:${first}(^\\d+$)`, { exposeHeadRoute: false }, handler)
    app.get(`/pets/:${second}`, { exposeHeadRoute: false }, handler)
  }
  t.strictSame(await sources(t, document, add('id', 'name')), { 'GET /pets/:id(^\\d+$)': ['route', read], 'GET /pets/:name': ['route', key] })
  await t.rejects(sources(t, document, add('a', 'b')), { code: 'FST_SECURITY_OPERATIONS_WITHOUT_ROUTE' }, 'there is no telling')
})

t.test('what the document leaves open does not become public', async (t) => {
  const document = { openapi: '3.0.4', info, paths: { '/pets': { get: { responses } } } }
  t.strictSame(await sources(t, document, (app) => { app.get('/pets', { exposeHeadRoute: false }, handler) }), { 'GET /pets': ['plugin', [{ oauth: [] }]] })
})

t.test('roles beside the requirements of OpenAPI 3.0 count', async (t) => {
  const operation = { security: [{ admin: [] }, { key: [] }], 'x-required-roles': [{ admin: ['owner'] }, {}], responses }
  const document = { openapi: '3.0.4', info, paths: { '/pets': { get: operation } } }
  const roles = options({ document })
  const app = Fastify()
  t.teardown(() => app.close())
  const { apiKey } = await import('fastify-openapi-security')
  const admin = apiKey({ in: 'header', name: 'X-Admin', roles: ['owner'], verify: () => null })
  await app.register(fastifySecurity, { ...roles, schemes: { ...roles.schemes, admin } as never })
  app.get('/pets', { exposeHeadRoute: false }, handler)
  await app.ready()
  t.strictSame(app.security.routes().map(({ security }) => security), [[{ admin: ['owner'] }, { key: [] }]])
})

t.test('the document stays as it is, and what is changed later has no effect', async (t) => {
  const document = { openapi: '3.1.0', info, paths: { '/pets': { get: { security: [{ oauth: ['read'] }], responses } } } }
  const before = JSON.stringify(document)
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(fastifySecurity, options({ document }))
  document.paths['/pets'].get.security.length = 0
  app.get('/pets', handler)
  await app.ready()
  t.equal((await app.inject('/pets')).statusCode, 401)
  document.paths['/pets'].get.security.push({ oauth: ['read'] })
  t.equal(JSON.stringify(document), before)
})
