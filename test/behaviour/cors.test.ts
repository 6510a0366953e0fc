import cors, { type FastifyCorsOptions } from '@fastify/cors'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance, type HTTPMethods } from 'fastify'
import t from 'tap'
import { handshake, ORIGIN } from '../support/drivers.ts'
import { judge } from '../support/oracles.ts'
import { plug } from './boot/row.ts'

const PREFLIGHT = { origin: ORIGIN, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization,x-api-key' }
const handler = async () => 'ran'

/** When CORS is registered, seen from the plugin. */
const ORDERS = ['before', 'after'] as const

async function makeApp (order: typeof ORDERS[number], options: FastifyCorsOptions = {}): Promise<FastifyInstance> {
  const app = Fastify() as FastifyInstance // plain HTTP
  await app.register(websocket)
  if (order === 'before') await app.register(cors, { origin: [ORIGIN], ...options })
  await plug(app)
  if (order === 'after') await app.register(cors, { origin: [ORIGIN], ...options })
  app.get('/guarded', handler)
  app.post('/guarded', { schema: { security: [{ oauth: ['read'] }, { key: [] }] } }, handler)
  app.get('/optional', { schema: { security: [{}, { oauth: [] }, { session: [] }, { key: [] }] } }, handler)
  app.get('/public', { schema: { security: [] } }, handler)
  app.get('/wild/*', handler)
  app.get('/live', { websocket: true }, () => {})
  app.options('/own', { config: { cors: false } }, handler)
  app.options('/own/*', { config: { cors: false } }, handler)
  return app
}

for (const order of ORDERS) {
  t.test(`CORS registered ${order} the plugin`, async (t) => {
    const app = await makeApp(order, { exposedHeaders: ['ETag'] })
    await app.listen({ host: '127.0.0.1', port: 0 })

    t.test('a preflight is answered on every route, without credentials and with bad ones (F-01, F-02)', async (t) => {
      for (const url of ['/guarded', '/optional', '/public', '/wild/x', '/live', '/nothing']) {
        for (const credentials of [{}, { authorization: 'Bearer canary-null' }]) {
          const response = await app.inject({ method: 'OPTIONS', url, headers: { ...PREFLIGHT, ...credentials } })
          judge(response)
          t.strictSame(
            [response.statusCode, response.headers['access-control-allow-origin'], response.headers['access-control-allow-headers'],
              response.headers['www-authenticate']],
            [204, ORIGIN, 'authorization,x-api-key', undefined], url)
        }
      }
    })

    t.test('a refusal can be read by the page, its challenges too (F-03, F-04)', async (t) => {
      const table: [method: HTTPMethods, headers: Record<string, string | string[]>, status: number][] = [
        ['GET', {}, 401], ['GET', { authorization: 'Bearer canary-null' }, 401], ['POST', { authorization: 'Bearer canary-ok' }, 403],
        ['GET', { authorization: ['Bearer canary-ok', 'Bearer canary-ok'] }, 400], ['GET', { authorization: 'Bearer canary-throw' }, 503],
        ['GET', { authorization: 'Bearer canary-too_many_attempts' }, 429]
      ]
      for (const [method, headers, status] of table) {
        const response = await app.inject({ method, url: '/guarded', headers: { origin: ORIGIN, ...headers } as Record<string, string> })
        judge(response)
        const exposed = String(response.headers['access-control-expose-headers']).split(', ')
        t.strictSame(
          [response.statusCode, response.headers['access-control-allow-origin'], exposed.includes('ETag'),
            exposed.includes('WWW-Authenticate'), response.headers['vary']],
          [status, ORIGIN, true, response.headers['www-authenticate'] !== undefined, 'Origin'], `${method} ${status}`)
      }
    })

    t.test('Retry-After is exposed when it is sent (F-04)', async (t) => {
      const response = await app.inject({ url: '/guarded', headers: { origin: ORIGIN, authorization: 'Bearer canary-throw' } })
      t.match(String(response.headers['access-control-expose-headers']), /\bRetry-After\b/)
    })

    t.test('another origin is told nothing', async (t) => {
      const response = await app.inject({ url: '/guarded', headers: { origin: 'https://evil.example' } })
      judge(response)
      t.strictSame([response.statusCode, response.headers['access-control-allow-origin'],
        response.headers['access-control-expose-headers']], [401, undefined, 'ETag'])
    })

    t.test('Vary is added to, not replaced (C-07, C-08)', async (t) => {
      const response = await app.inject({ url: '/optional', headers: { origin: ORIGIN } })
      t.strictSame([response.statusCode, String(response.headers['vary']).split(', ').sort()],
        [200, ['Authorization', 'Cookie', 'Origin', 'x-api-key']])
    })

    t.test('a refused handshake has what a refused request has', async (t) => {
      const { statusCode, headers } = await handshake(app, '/live', [`Origin: ${ORIGIN}`])
      t.strictSame([statusCode, headers['access-control-allow-origin'], headers['access-control-expose-headers']],
        [401, [ORIGIN], ['ETag, WWW-Authenticate']])
    })

    t.test('CORS\'s own route is public, one\'s own OPTIONS routes are not (B07, X-25)', async (t) => {
      t.strictSame(app.security.routes().filter(({ method }) => method === 'OPTIONS').map(({
        url,
        security
      }) => `${url} ${JSON.stringify(security)}`).sort(),
      [...(order === 'after' ? ['* []'] : []), '/own [{"oauth":[]}]', '/own/* [{"oauth":[]}]'])
      for (const url of ['/own', '/own/x']) {
        t.equal((await app.inject({ method: 'OPTIONS', url })).statusCode, 401, `OPTIONS ${url}`)
        t.equal((await app.inject({ method: 'OPTIONS', url, headers: PREFLIGHT })).statusCode, 401,
          `OPTIONS ${url}, a preflight that CORS leaves alone`)
        t.equal((await app.inject({ method: 'OPTIONS', url, headers: { authorization: 'Bearer canary-ok' } })).statusCode, 200,
          `OPTIONS ${url} with a token`)
      }
    })

    await t.test('it closes', async () => { await app.close() })
  })
}

t.test('a list of exposed fields that is a wildcard, or has ours already, is left as it is', async (t) => {
  for (const [exposedHeaders, expected] of [['*', '*'], ['www-authenticate', 'www-authenticate'],
    ['ETag, WWW-Authenticate', 'ETag, WWW-Authenticate']] as const) {
    const app = await makeApp('before', { exposedHeaders })
    t.equal((await app.inject({ url: '/guarded', headers: { origin: ORIGIN } })).headers['access-control-expose-headers'], expected,
      JSON.stringify(exposedHeaders))
    await app.close()
  }
})

t.test('without CORS nothing about it is said, and OPTIONS is a method like others (O-03)', async (t) => {
  const app = Fastify()
  await plug(app)
  app.options('/one', handler)
  app.options('/*', handler)
  for (const url of ['/one', '/x']) {
    for (const headers of [{}, PREFLIGHT]) {
      const response = await app.inject({ method: 'OPTIONS', url, headers })
      judge(response)
      t.strictSame([response.statusCode, response.headers['access-control-expose-headers']], [401, undefined], url)
    }
  }
  await app.close()
})

t.test('under a prefix, and with a CORS that answers preflights by its route', async (t) => {
  for (const order of ORDERS) {
    const app = Fastify()
    if (order === 'after') await plug(app)
    await app.register(async (child) => {
      if (order === 'before') await plug(child)
      await child.register(cors, { origin: [ORIGIN], preflightContinue: true })
      child.get('/guarded', handler)
    }, { prefix: '/v1' })
    const preflight = await app.inject({ method: 'OPTIONS', url: '/v1/guarded', headers: PREFLIGHT })
    t.strictSame([preflight.statusCode, preflight.headers['access-control-allow-origin']], [200, ORIGIN], order)
    t.equal((await app.inject({ url: '/v1/guarded', headers: { origin: ORIGIN } })).statusCode, 401, order)
    await app.close()
  }
})
