import t from 'tap'
import Fastify, { type FastifyInstance } from 'fastify'
import swagger from '@fastify/swagger'
import fastifySecurity from '../../../lib/index.ts'
import { build, challenges, documentOf, ok, options, response, SCOPELESS } from './app.ts'

const read = [{ oauth: ['pets:read'] }]

/** Freezes everything below, too. */
function freeze<T> (value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) Object.values(Object.freeze(value)).forEach(freeze)
  return value
}

async function buildWire (documented: 'never' | 'first' | 'last'): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  const register = () => app.register(swagger, { openapi: {}, exposeHeadRoutes: true })
  if (documented === 'first') await register()
  await app.register(fastifySecurity, options)
  if (documented === 'last') await register()
  const body = { type: 'object', properties: { message: { type: 'string' } } }
  const schema = { security: [{ oauth: [] }], response: { 200: body, 401: body, 403: { ...body, additionalProperties: true } } }
  app.get('/any/:status', { schema: { security: [{ oauth: [] }] } }, async (request, reply) =>
    reply.code(Number((request.params as { status: string }).status)).send({ message: 'theirs', extra: { deep: [1, null] } }))
  app.get('/typed/:status', { schema }, async (request, reply) =>
    reply.code(Number((request.params as { status: string }).status) as 200).send({ message: 'theirs', extra: true })) // one of those declared
  app.get('/text', { schema: { security: [] } }, async (_request, reply) => reply.code(401).header('www-authenticate', 'Custom').send('no'))
  await app.ready()
  return app
}

t.test('what is sent does not depend on whether it is documented', async (t) => {
  const [plain, ...documented] = await Promise.all([buildWire('never'), buildWire('first'), buildWire('last')])
  for (const app of documented) app.swagger()
  const authorization = `Bearer ${SCOPELESS}`
  for (const headers of [{}, { authorization }]) {
    for (const url of ['/any/200', '/any/401', '/any/403', '/typed/200', '/typed/401', '/typed/403', '/text', '/missing']) {
      for (const method of ['GET', 'HEAD'] as const) {
        const [expected, ...others] = await Promise.all([plain, ...documented].map(async (app) => {
          const { statusCode, headers: sent, rawPayload } = await app?.inject({ url, method, headers }) ?? t.fail('no application')
          return { statusCode, headers: { ...sent, date: '' }, body: rawPayload.toString('latin1') }
        }))
        for (const other of others) t.strictSame(other, expected, `${method} ${url}`)
      }
    }
  }
  t.equal((await plain.inject({ url: '/any/403', headers: { authorization } })).body, '{"message":"theirs","extra":{"deep":[1,null]}}')
  t.equal((await plain.inject({ url: '/typed/401', headers: { authorization } })).body, '{"message":"theirs"}')
})

t.test('what is documented is what Fastify was given, and requests see it', async (t) => {
  const schema = { summary: 'A', operationId: 'a', security: read, response: { 200: { type: 'object', additionalProperties: true } } }
  const before = JSON.stringify(schema)
  const app = await build('swagger last', { exposeHeadRoutes: true }, async (app) => {
    app.get('/pets', { schema }, ok)
    app.get('/seen', { schema: { ...schema, operationId: 'b', security: [] } }, async (request) => ({ seen: request.routeOptions.schema?.security }))
  })
  app.swagger()
  t.equal(JSON.stringify(schema), before)
  t.strictSame((await app.inject('/seen')).json(), { seen: [] })
})

t.test('deep-frozen schemas work', async (t) => {
  const schema = freeze({
    security: read,
    params: { type: 'object', properties: { id: { type: 'string' } } },
    querystring: { type: 'object', properties: { page: { type: 'integer' } } },
    response: { 200: { type: 'object', properties: { ok: { type: 'boolean' } } }, 401: { type: 'object', properties: { message: { type: 'string' } } } }
  })
  for (const order of ['swagger first', 'swagger last'] as const) {
    const document = documentOf(await build(order, {}, async (app) => {
      app.get('/pets/:id', { schema }, ok)
      app.post('/pets/:id', freeze({ schema: { ...schema, body: { type: 'object' } } }), ok)
    }))
    for (const method of ['get', 'post']) {
      const documented = response(document, document.paths['/pets/{id}']?.[method], 401)
      t.match(documented, { headers: { 'WWW-Authenticate': {} }, content: { 'application/json': {}, 'application/problem+json': {} } }, `${order} ${method}`)
    }
  }
})

t.test('routes that share a schema object do not influence each other', async (t) => {
  const shared = { response: { 401: { description: 'Log in first.', type: 'object', properties: {} } } }
  const document = documentOf(await build('swagger last', {}, async (app) => {
    app.get('/root', { schema: shared }, ok)
    await app.register(async (scope) => {
      scope.security.default([{ staff: [] }])
      scope.get('/staff', { schema: shared }, ok)
    })
    await app.register(async (scope) => {
      scope.security.default([])
      scope.get('/open', { schema: shared }, ok)
    })
  }))
  const examples = ['/root', '/staff', '/open'].map((path) =>
    Object.values(challenges(response(document, document.paths[path]?.['get'], 401)))[0])
  t.strictSame(examples, ['Bearer realm="api"', 'Basic realm="api", charset="UTF-8"', undefined])
  t.strictSame(Object.keys(shared), ['response'])
  t.strictSame(shared.response, { 401: { description: 'Log in first.', type: 'object', properties: {} } })
})

t.test('who changes the document changes nothing else', async (t) => {
  const app = await build()
  const document = documentOf(app)
  const challenge = String((await app.inject('/pets/1')).headers['www-authenticate'])
  for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item))) operation.security = []
  document.components.securitySchemes = {}
  for (const one of Object.values(document.components.responses)) delete one.headers
  const live = await app.inject('/pets/1')
  t.equal(live.statusCode, 401)
  t.equal(String(live.headers['www-authenticate']), challenge)
  t.strictSame(app.security.routes().find(({ url }) => url === '/inherits')?.security, [{ oauth: [] }])
})
