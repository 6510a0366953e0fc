import t from 'tap'
import glue, { type FastifyOpenapiGlueOptions } from 'fastify-openapi-glue'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import fastifySecurity from 'fastify-openapi-security'
import { CASES, DOCUMENT, makeSchemes, requestOf, type OperationId } from './pets.ts'

type Handler = (request: FastifyRequest, reply: FastifyReply) => void

function handlerFor (operationId: string): Handler {
  return (request, reply) => { reply.header('x-operation', operationId).send({ auth: request.auth }) }
}

const OPERATIONS: readonly OperationId[] = ['listPets', 'addPet', 'showPet', 'removePet', 'showVet', 'greet', 'listMachines', 'showHealth']
const serviceHandlers = Object.fromEntries(OPERATIONS.map((operationId) => [operationId, handlerFor(operationId)]))

const { operationId: _, ...nameless } = DOCUMENT.paths['/health'].get
/** An operation that only its path tells. */
const NAMELESS = { ...DOCUMENT, paths: { ...DOCUMENT.paths, '/health': { get: nameless } } }

async function build (options: Partial<FastifyOpenapiGlueOptions>, document: object = DOCUMENT): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(fastifySecurity, { schemes: makeSchemes(), security: [{ staff: ['vet'] }], document })
  await app.register(glue, { specification: structuredClone(document), ...options })
  await app.ready()
  return app
}

const TABLE: readonly [what: string, options: Partial<FastifyOpenapiGlueOptions>, prefix: string, document?: object][] = [
  ['serviceHandlers', { serviceHandlers }, ''],
  ['serviceHandlers below the base path', { serviceHandlers, prefix: '/v1' }, '/v1'],
  ['serviceHandlers below another path', { serviceHandlers, prefix: '/api' }, '/api'],
  ['an operationResolver', { operationResolver: (operationId) => handlerFor(operationId), prefix: '/v1' }, '/v1'],
  ['an operationResolver that makes whole routes', {
    // What it answers is laid over a route's options.
    operationResolver: (operationId) => ({ handler: handlerFor(operationId), onRequest: async () => {} }) as never
  }, ''],
  ['an operation without operationId', {
    operationResolver: (operationId, _method, path) => handlerFor(path === '/health' ? 'showHealth' : operationId), prefix: '/v1'
  }, '/v1', NAMELESS]
]

t.test('routes of fastify-openapi-glue are guarded without securityHandlers', async (t) => {
  for (const [what, options, prefix, document] of TABLE) {
    const app = await build(options, document)
    for (const [operationId, method, path, headers, status] of CASES) {
      const live = await app.inject(requestOf(method, prefix + path, headers))
      const name = `${what}: ${method} ${path} with ${Object.keys(headers).join() || 'nothing'}`
      t.equal(live.statusCode, status, name)
      t.equal(live.headers['x-operation'], status === 200 ? operationId : undefined, name)
    }
    const sources = app.security.routes().filter(({ method }) => method !== 'HEAD')
    t.equal(sources.length, OPERATIONS.length, what)
    t.strictSame(sources.find(({ url }) => url === `${prefix}/pets/:petId/vet`)?.security, [{ staff: ['vet'] }], what)
  }
})

t.test('the guard stands before validation', async (t) => {
  const app = await build({ serviceHandlers })
  const send = async (headers: Record<string, string>) => app.inject({ method: 'POST', url: '/pets', headers, payload: { nothing: 'valid' } })
  t.equal((await send({})).statusCode, 401)
  const [, , , headers = {}] = CASES.find(([operationId, , , , status]) => operationId === 'addPet' && status === 200) ?? []
  t.equal((await send(headers)).statusCode, 400)
})

t.test('handlers see who calls', async (t) => {
  const app = await build({ serviceHandlers })
  const [, , , headers = {}] = CASES.find(([operationId, , , , status]) => operationId === 'removePet' && status === 200) ?? []
  t.strictSame((await app.inject({ method: 'DELETE', url: '/pets/7', headers })).json(),
    { auth: { oauth: { scopes: ['pets:write'] }, partner: { scopes: ['keeper'] } } })
  t.strictSame((await app.inject('/health')).json(), { auth: null })
})

t.test('the completed description says what is enforced', async (t) => {
  const app = await build({ serviceHandlers, prefix: '/v1' })
  const completed = app.security.openapi(DOCUMENT)
  t.strictSame(Object.keys(completed.paths['/pets/{petId}'].delete.responses).sort(), ['200', '400', '401', '403', '503'])
  t.strictSame(completed.paths['/pets/{petId}'].delete.security, DOCUMENT.paths['/pets/{petId}'].delete.security)
  t.strictSame(completed.paths['/health'].get.responses, DOCUMENT.paths['/health'].get.responses)
})

t.test('an operation that fastify-openapi-glue leaves out stops the application', async (t) => {
  const document = { ...DOCUMENT, paths: { ...DOCUMENT.paths, '/health': { get: { ...DOCUMENT.paths['/health'].get, 'x-no-fastify-config': true } } } }
  await t.rejects(build({ serviceHandlers }, document), { code: 'FST_SECURITY_OPERATIONS_WITHOUT_ROUTE', message: /GET \/health/ })
})
