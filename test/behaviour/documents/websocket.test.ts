import t from 'tap'
import swagger from '@fastify/swagger'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import fastifySecurity, { bearer } from 'fastify-openapi-security'
import type { Json } from '../../../lib/docs/openapi.ts'
import { build, documentOf, ok, ORDERS, response, type Operation } from './app.ts'

const read = [{ oauth: ['pets:read'] }]
const close = (socket: { close: () => void }) => { socket.close() }

t.test('a WebSocket route is a get that switches protocols', async (t) => {
  for (const order of ORDERS.filter((order) => order !== 'swagger in a child')) {
    const document = documentOf(await build(order, {}, async (app) => {
      app.get('/declared', { websocket: true, schema: { summary: 'Prices', security: read } }, close)
      app.get('/inherits', { websocket: true }, close)
      app.get('/public', { websocket: true, schema: { security: [] } }, close)
      app.get('/words', { websocket: true, schema: { response: { 101: { description: 'Prices follow.', type: 'null' } } } }, close)
    }))
    const of = (path: string): Operation | undefined => document.paths[path]?.['get']
    t.strictSame(Object.keys(of('/declared')?.responses ?? {}), ['101', '400', '401', '403', '503'], order)
    t.match(of('/declared'), { summary: 'Prices', security: read })
    t.match(of('/inherits'), { security: [{ oauth: [] }], responses: { 101: {}, 401: {}, 403: {} } })
    t.strictSame(of('/public'), { security: [], responses: { 101: { $ref: '#/components/responses/SwitchingProtocols' } } })
    t.match(response(document, of('/words'), 101), { description: 'Prices follow.', headers: { 'Sec-WebSocket-Accept': { required: true } } })
    t.match(response(document, of('/declared'), 101)?.headers, { Upgrade: {}, Connection: {}, 'Sec-WebSocket-Protocol': {} })
    t.strictSame(Object.keys(document.paths['/declared'] ?? {}), ['get'], `${order}: no HEAD`)
  }
})

t.test('a route with both handlers has the responses of both', async (t) => {
  const document = documentOf(await build('swagger last', { exposeHeadRoutes: true }, async (app) => {
    const schema = { security: read, response: { 200: { description: 'The list.', type: 'object' } } }
    app.route({ method: 'GET', url: '/both', schema, handler: ok, wsHandler: close })
    app.get('/live', { websocket: true, schema: { operationId: 'live' } }, close)
  }))
  t.strictSame(Object.keys(document.paths['/both']?.['get']?.responses ?? {}), ['101', '200', '400', '401', '403', '503'])
  t.strictSame(Object.keys(document.paths['/both']?.['head']?.responses ?? {}), ['200', '400', '401', '403', '503'])
  t.strictSame(Object.keys(document.paths['/live'] ?? {}), ['get'], 'HEAD of what only upgrades is 404')
})

t.test('without a policy on origins no 403 is documented for them', async (t) => {
  const document = documentOf(await build('swagger last', {}, async (app) => {
    app.get('/live', { websocket: true }, close)
    app.get('/http', ok)
  }))
  t.ok(document.paths['/live']?.['get']?.responses['403'])
  t.notOk(document.paths['/http']?.['get']?.responses['403'])
})

t.test('a WebSocket route that the application hides stays hidden', async (t) => {
  for (const order of ['swagger last', 'websocket first'] as const) {
    const document = documentOf(await build(order, {}, async (app) => {
      app.get('/hidden', { websocket: true, schema: { hide: true } }, close)
      app.get('/tagged', { websocket: true, schema: { tags: ['X-HIDDEN'] } }, close)
    }))
    t.strictSame(Object.keys(document.paths), [], order)
  }
})

t.test('routes that share the schema of a WebSocket route are not hidden with it', async (t) => {
  for (const order of ['swagger last', 'websocket first'] as const) {
    const schema = { security: read }
    const document = documentOf(await build(order, { exposeHeadRoutes: true }, async (app) => {
      app.get('/before', { schema }, ok)
      app.get('/live', { websocket: true, schema }, close)
      app.get('/after', { schema }, ok)
    }))
    t.strictSame(Object.entries(document.paths).map(([path, item]) => [path, ...Object.keys(item)]),
      [['/before', 'get', 'head'], ['/live', 'get'], ['/after', 'get', 'head']], order)
  }
})

t.test('frozen schemas of WebSocket routes work', async (t) => {
  const schema = Object.freeze({ security: Object.freeze([Object.freeze({ oauth: Object.freeze(['pets:read']) })]) })
  for (const order of ['swagger last', 'websocket first'] as const) {
    const document = documentOf(await build(order, {}, async (app) => {
      app.get('/live', { websocket: true, schema }, close)
      app.get('/http', { schema }, ok)
    }))
    t.match(document.paths, { '/live': { get: { security: read } }, '/http': { get: { security: read } } }, order)
  }
})

t.test('carriers in the query, limits and refusals by close are documented', async (t) => {
  const options = { websocket: { ticket: true, query: true, refuse: 'close', limits: { total: 5 } } } as const
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Pets', version: '1.0.0' } } })
  await app.register(websocket)
  await app.register(fastifySecurity, { schemes: { token: bearer({ verify: () => null }) }, security: [{ token: [] }], ...options })
  app.get('/live', { websocket: true }, () => {})
  app.get('/pets', async () => [])
  await app.ready()
  const made = app.swagger() as unknown as { paths: Record<string, { get: Json }>, components: Json } // of this application
  const { paths, components } = made
  const names = (operation: Json | undefined) =>
    ((operation?.['parameters'] ?? []) as { $ref: string }[]).map(({ $ref }) => $ref.split('/').at(-1))
  t.strictSame(names(paths['/live']?.get), ['WebSocketProtocol', 'WebSocketToken', 'WebSocketTicket'])
  t.strictSame(names(paths['/pets']?.get), [])
  t.match(paths['/live']?.get, { responses: { 101: {}, 401: {}, 429: {} } })
  t.notOk('429' in ((paths['/pets']?.get['responses'] ?? {}) as object), 'limits are for connections')
  t.match(components, { responses: { SwitchingProtocols: { description: /3000 for 401/ } } })
})
