import cors from '@fastify/cors'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance, type FastifySchema } from 'fastify'
import fastifySecurity, { apiKey, bearer } from 'fastify-openapi-security'
import t from 'tap'
import { BOOT_ERRORS } from '../../lib/errors.ts'
import { DOCUMENT } from './boot/document.ts'
import { OPTIONS } from './boot/options.ts'
import { ORDER } from './boot/order.ts'
import { CONNECTIONS } from './boot/connections.ts'
import { REQUIREMENTS } from './boot/requirements.ts'
import { handler, options, plug, startAndFail, type BootRow } from './boot/row.ts'
import { handshake } from '../support/drivers.ts'
import { judge } from '../support/oracles.ts'

const ROWS: readonly BootRow[] = [...REQUIREMENTS, ...OPTIONS, ...ORDER, ...DOCUMENT, ...CONNECTIONS]

t.test('every boot error has a row', async (t) => {
  t.strictSame([...new Set(ROWS.map(([, code]) => code))].sort(), Object.keys(BOOT_ERRORS).sort())
})

t.test('what is wrong stops the application, and the message names the place and the mend', async (t) => {
  for (const [shows, code, says, start] of ROWS) {
    const error = await startAndFail(start)
    const unsaid = says.filter((part) => error?.message.includes(part) !== true)
    t.strictSame({ code: error?.code ?? error?.message, unsaid }, { code, unsaid: [] }, `${shows}: ${error?.message ?? 'it starts'}`)
  }
})

t.test('what is right does not', async (t) => {
  const table: [shows: string, start: (app: FastifyInstance) => unknown][] = [
    ['security undefined on a route', async (app) => {
      await plug(app)
      app.get('/pets', { schema: { security: undefined } as unknown as FastifySchema }, handler) // plain JavaScript may write it
    }],
    ['options of undefined', (app) => plug(app, {
      realm: undefined,
      verifyTimeout: undefined,
      disclose: undefined,
      logLevel: undefined,
      websocket: { origins: undefined, subprotocol: undefined }
    })],
    ['a realm with everything that may be in one', (app) => plug(app, { realm: 'a"b\\c, d=e' })],
    ['one name in three places', (app) => plug(app, {
      schemes: Object.fromEntries((['header', 'query', 'cookie'] as const).map((place) => [place,
        apiKey({ in: place, name: 'key', verify: () => null })])),
      security: []
    })],
    ['cookies whose names differ in case', (app) => plug(app, {
      schemes: Object.fromEntries(['sid', 'SID'].map((name) => [name, apiKey({ in: 'cookie', name, verify: () => null })])), security: []
    })],
    ['no schemes on a public service', (app) => plug(app, { schemes: {}, security: [] })],
    ['names with dots, dashes and underscores', (app) => plug(app,
      { schemes: { 'a.b-c_D9': bearer({ verify: () => null }) }, security: [{ 'a.b-c_D9': [] }] })],
    ['CORS before', async (app) => {
      await app.register(cors)
      await plug(app)
    }],
    ['a hook and a decorator before', async (app) => {
      app.decorate('pets', 1)
      app.addHook('onRequest', async () => {})
      app.setNotFoundHandler(() => 'not found')
      await plug(app)
    }],
    ['a default before a route, after one that says for itself', async (app) => {
      await plug(app)
      app.get('/pets', { schema: { security: [] } }, handler)
      app.security.default([])
      app.get('/other', handler)
    }],
    ['a default twice', async (app) => {
      await plug(app)
      app.security.default([])
      app.security.default([{ key: [] }])
    }],
    ['a plugin in each of two children', (app) => {
      app.register(async (child) => { await plug(child) })
      app.register(async (child) => { await plug(child) })
    }],
    ['a cookie on an HTTP route without origins', async (app) => {
      await plug(app)
      app.get('/pets', { schema: { security: [{ session: [] }] } }, handler)
    }],
    ['a cookie on a WebSocket route with no origin allowed', async (app) => {
      await plug(app, { websocket: { origins: [] } })
      app.get('/live', { websocket: true, schema: { security: [{ session: [] }] } }, () => {})
    }],
    ['options from a function', async (app) => {
      await app.register(fastifySecurity, () => options())
      app.get('/pets', handler)
    }]
  ]
  for (const [shows, start] of table) t.equal((await startAndFail(start))?.message, undefined, shows)
})

t.test('a requirement that could not be taken leaves no route behind', async (t) => {
  const app = Fastify()
  await plug(app)
  t.throws(() => app.get('/open', { schema: { security: [{ oath: [] }] } }, handler))
  const response = await app.inject('/open').catch((error: unknown) => ({ statusCode: String(error) }))
  t.not(response.statusCode, 200)
  await app.close()
})

t.test('registered in a child it guards the child', async (t) => {
  const app = Fastify()
  app.get('/outside', handler)
  await app.register(async (child) => {
    await plug(child)
    child.get('/inside', handler)
    child.get('/open', { schema: { security: [] } }, handler)
    t.strictSame(child.security.routes().map(({ method, url }) => `${method} ${url}`),
      ['GET /v1/inside', 'HEAD /v1/inside', 'GET /v1/open', 'HEAD /v1/open'])
  }, { prefix: '/v1' })
  for (const [url, status] of [['/outside', 200], ['/v1/inside', 401], ['/v1/open', 200], ['/v1/nothing', 404]] as const) {
    const response = await app.inject(url)
    judge(response)
    t.equal(response.statusCode, status, url)
  }
  t.notOk(app.hasDecorator('security'), 'the outside has no app.security')
  await app.close()
})

/** A child with routes from before the plugin, and how often they ran. */
async function withEarlyRoutes (): Promise<{ app: FastifyInstance, runs: () => number }> {
  const app = Fastify()
  let ran = 0
  const count = async () => { ran++ }
  await app.register(websocket)
  await app.register(async (child) => {
    child.get('/early', count)
    child.options('/early/*', count)
    child.get('/early/live', { websocket: true }, () => { ran++ })
    await plug(child)
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, runs: () => ran }
}

t.test('registered in a child it refuses requests to routes that the child had before', async (t) => {
  const { app, runs } = await withEarlyRoutes()
  for (const method of ['GET', 'HEAD'] as const) {
    const response = await app.inject({ method, url: '/early' })
    judge({ ...response, method })
    t.strictSame([response.statusCode, response.headers['cache-control']], [503, 'no-store'], method)
  }
  const refused = await handshake(app, '/early/live', [])
  t.equal(refused.statusCode, 503, 'WebSocket')
  t.equal(runs(), 0)
  await app.close()
})

t.test('registered in a child it refuses requests to an OPTIONS route with a wildcard that the child had before (B07)', async (t) => {
  const { app, runs } = await withEarlyRoutes()
  t.equal((await app.inject({ method: 'OPTIONS', url: '/early/x' })).statusCode, 503)
  t.equal(runs(), 0)
  await app.close()
})

t.test('registered in a child it refuses simulated handshakes to routes that the child had before', async (t) => {
  const { app, runs } = await withEarlyRoutes()
  await t.rejects(app.injectWS('/early/live'), /503/)
  t.equal(runs(), 0)
  await app.close()
})
