import t from 'tap'
import swagger, { type SwaggerOptions } from '@fastify/swagger'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance, type FastifySchema } from 'fastify'
import fastifySecurity, { bearer, oauth2, type AsyncApiOptions, type FastifySecurityOptions } from 'fastify-openapi-security'
import { at, problemsOf } from '../../support/asyncapi.ts'

const schemes = { token: bearer({ verify: () => null }) }
const close = (socket: { close: () => void }) => { socket.close() }
const ASYNCAPI = 'https://api.example/asyncapi.json'
const OPENAPI = 'https://api.example/openapi.json'

interface OpenApi { paths: Record<string, Record<string, { externalDocs?: { url: string }, 'x-asyncapi'?: string }>> }

async function build (
  document: SwaggerOptions | null, options: Partial<FastifySecurityOptions> = {}, add: (app: FastifyInstance) => unknown = addRoutes
): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  if (document !== null) await app.register(swagger, document)
  await app.register(websocket)
  await app.register(fastifySecurity, { schemes, security: [{ token: [] }], ...options })
  await add(app)
  await app.ready()
  return app
}

function addRoutes (app: FastifyInstance): void {
  app.get('/v1/live/:room', { websocket: true }, close)
  app.get('/v1/http', async () => '')
  app.route({ method: 'GET', url: '/v1/both', handler: async () => '', wsHandler: close })
}

t.test('WebSocket operations of the OpenAPI document link to their channels, and these to them', async (t) => {
  for (const [servers, options] of [[undefined, {}], [[{ url: 'https://api.example/v1' }], { exposeHeadRoutes: true }]] as const) {
    const openapi = { info: { title: 'Pets', version: '1.2.3' }, ...(servers === undefined ? {} : { servers: [...servers] }) }
    const app = await build({ openapi, ...options } as SwaggerOptions, { websocket: { asyncapi: ASYNCAPI } })
    const document = app.security.asyncapi({ openapi: OPENAPI })
    t.strictSame(problemsOf(document), [], 'valid')
    const openapiDocument = app.swagger() as unknown as OpenApi
    const prefix = servers === undefined ? '/v1' : ''
    for (const [path, key] of [['/live/{room}', 'v1.live.room'], ['/both', 'v1.both']] as const) {
      const operation = openapiDocument.paths[prefix + path]?.['get']
      t.equal(operation?.['x-asyncapi'], `${ASYNCAPI}#/channels/${key}`)
      t.equal(operation?.externalDocs?.url, operation?.['x-asyncapi'])
      t.equal(at(document, operation?.['x-asyncapi'] ?? ''), document.channels[key], 'it is there')
      const back = document.channels[key]?.externalDocs?.url ?? ''
      t.ok(back.startsWith(`${OPENAPI}#/paths/`), back)
      t.equal(at(openapiDocument, back), operation, 'and back')
    }
    t.notOk('x-asyncapi' in (openapiDocument.paths[`${prefix}/http`]?.['get'] ?? {}), 'what is only HTTP has no channel')
  }
})

t.test('what the application writes itself stays', async (t) => {
  const app = await build({ openapi: {} }, { websocket: { asyncapi: ASYNCAPI } }, (app) => {
    app.get('/live', { websocket: true, schema: { externalDocs: { url: 'https://docs.example', description: 'Ours' }, 'x-asyncapi': 'ours' } as FastifySchema }, close)
  })
  t.match((app.swagger() as unknown as OpenApi).paths['/live']?.['get'], { externalDocs: { url: 'https://docs.example', description: 'Ours' }, 'x-asyncapi': 'ours' })
})

t.test('without the options there are no links', async (t) => {
  const app = await build({ openapi: {} })
  t.notMatch(JSON.stringify(app.swagger()), /asyncapi|externalDocs/)
  t.notMatch(JSON.stringify(app.security.asyncapi()), /externalDocs/)
})

t.test('what the OpenAPI document leaves out is not linked to', async (t) => {
  const app = await build({ openapi: {}, hideUntagged: true }, {}, (app) => {
    app.get('/tagged', { websocket: true, schema: { tags: ['a'] } }, close)
    app.get('/untagged', { websocket: true }, close)
  })
  const { channels } = app.security.asyncapi({ openapi: OPENAPI })
  t.equal(channels['tagged']?.externalDocs?.url, `${OPENAPI}#/paths/~1tagged/get`)
  t.notOk('externalDocs' in (channels['untagged'] ?? {}))
})

t.test('the URL of the AsyncAPI document is a whole one', async (t) => {
  for (const asyncapi of ['/asyncapi.json', 'https://me:pw@api.example/a', 'https://api.example/a#b', 7] as string[]) {
    await t.rejects(build(null, { websocket: { asyncapi } }), { code: 'FST_SECURITY_OPTIONS_INVALID', message: /websocket\.asyncapi/ }, asyncapi)
  }
})

t.test('titles and servers come from where they are known', async (t) => {
  const info = { title: 'Pets', version: '1.2.3', description: 'HTTP' }
  const v1 = { 'api.example-v1': { host: 'api.example', protocol: 'wss', pathname: '/v1' } }
  const table: [
    what: string, document: SwaggerOptions | null, options: Partial<FastifySecurityOptions>, asked: AsyncApiOptions,
    told: object, servers: object | undefined, address: string
  ][] = [
    ['nowhere', null, {}, {}, { title: 'WebSocket API', version: '0.0.0' }, undefined, '/v1/live/{room}'],
    ['the OpenAPI document', { openapi: { info, servers: [{ url: 'https://api.example/v1' }, { url: '/v1' }] } }, {}, {}, { title: 'Pets', version: '1.2.3' }, v1, '/live/{room}'],
    ['one with a relative server', { openapi: { info, servers: [{ url: '/v1' }] } }, { resource: 'https://pets.example/v1' }, {}, { title: 'Pets', version: '1.2.3' }, { 'pets.example': { host: 'pets.example', protocol: 'wss' } }, '/v1/live/{room}'],
    ['Swagger 2.0', { swagger: { info } }, {}, {}, { title: 'Pets', version: '1.2.3' }, undefined, '/v1/live/{room}'],
    ['another decorator', { openapi: { info }, decorator: 'docs' as 'swagger' }, {}, {}, { title: 'Pets', version: '1.2.3' }, undefined, '/v1/live/{room}'],
    ['a document of someone else\'s', { mode: 'static', specification: { document: { openapi: '3.1.0', info, paths: {} } } }, {}, {}, { title: 'Pets', version: '1.2.3' }, undefined, '/v1/live/{room}'],
    ['the resource', null, { resource: ['https://pets.example/v1', 'http://localhost:3000/v2'] }, {}, { title: 'WebSocket API', version: '0.0.0' }, {
      'pets.example': { host: 'pets.example', protocol: 'wss' }, 'localhost-3000': { host: 'localhost:3000', protocol: 'ws' }
    }, '/v1/live/{room}'],
    ['the call', { openapi: { info, servers: [{ url: 'https://other.example' }] } }, {}, { title: 'Live', version: '2.0.0', description: 'Ours', servers: ['wss://api.example/v1'] }, { title: 'Live', version: '2.0.0', description: 'Ours' }, v1, '/live/{room}'],
    ['a call for none', { openapi: { info, servers: [{ url: 'https://other.example' }] } }, {}, { servers: [] }, { title: 'Pets', version: '1.2.3' }, undefined, '/v1/live/{room}']
  ]
  for (const [what, document, options, asked, told, servers, address] of table) {
    const made = (await build(document, options)).security.asyncapi(asked)
    t.strictSame(problemsOf(made), [], what)
    t.strictSame(made.info, told, what)
    t.strictSame(made.servers, servers, what)
    t.equal(made.channels['v1.live.room']?.address, address, what)
  }
  const app = await build(null)
  t.throws(() => app.security.asyncapi({ servers: ['/v1'] }), { code: 'FST_SECURITY_ASYNCAPI_INVALID' })
})

t.test('a document of a child scope is found, and every scope gets the same', async (t) => {
  let child: FastifyInstance | undefined
  const app = await build(null, {}, async (app) => {
    await app.register(async (scope) => {
      child = scope
      await scope.register(swagger, { openapi: { info: { title: 'Child', version: '1.0.0' } } })
      addRoutes(scope)
    })
  })
  t.equal(app.security.asyncapi().info.title, 'Child')
  t.strictSame(child?.security.asyncapi(), app.security.asyncapi())
})

t.test('URLs of flows that are relative are made absolute, if it is known to what', async (t) => {
  const oauth = oauth2({ flows: { password: { tokenUrl: '/token', scopes: {} } }, verify: () => null })
  const table: [asked: AsyncApiOptions, flows: object][] = [
    [{}, {}],
    [{ servers: ['wss://api.example/v1'] }, { password: { tokenUrl: 'https://api.example/token', availableScopes: {} } }],
    [{ openapi: OPENAPI, servers: ['wss://ws.example'] }, { password: { tokenUrl: 'https://api.example/token', availableScopes: {} } }]
  ]
  const app = await build(null, { schemes: { oauth } as never, security: [{ oauth: [] }] as never })
  for (const [asked, flows] of table) {
    const made = app.security.asyncapi(asked)
    t.strictSame(problemsOf(made), [])
    t.strictSame(made.components.securitySchemes['oauth']?.['flows'], flows)
  }
})
