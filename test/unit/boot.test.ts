import t from 'tap'
import cors from '@fastify/cors'
import Fastify, { type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { isOutermost, isPreflightRoute, parseRoutes, refuseEarlyRoutes, refuseSecondRegistration } from '../../lib/boot.ts'

const handler = async (): Promise<string> => ''

/** Routes as `METHOD url`, sorted; the HEAD twins of GET are left out. */
async function routesOf (declare: (app: FastifyInstance) => unknown): Promise<string[]> {
  const app = Fastify()
  await declare(app)
  await app.ready()
  const found = parseRoutes(app.printRoutes()).map(({ method, url }) => `${method} ${url}`)
  await app.close()
  return found.filter((route) => !route.startsWith('HEAD ')).sort()
}

t.test('the routes of a tree are found', async (t) => {
  const table: [name: string, declare: (app: FastifyInstance) => unknown, routes: string[]][] = [
    ['none', () => {}, []],
    ['the root', (app) => app.get('/', handler), ['GET /']],
    ['a path', (app) => app.get('/a/b/c', handler), ['GET /a/b/c']],
    ['paths with a common part', (app) => { app.get('/team', handler); app.get('/test', handler); app.post('/test/more', handler) },
      ['GET /team', 'GET /test', 'POST /test/more']],
    ['the root and others', (app) => { app.get('/', handler); app.get('/a', handler); app.get('/a/', handler) }, ['GET /', 'GET /a', 'GET /a/']],
    ['siblings below siblings', (app) => { for (const url of ['/a', '/a/x', '/a/x/1', '/a/y', '/b/x', '/c']) app.get(url, handler) },
      ['GET /a', 'GET /a/x', 'GET /a/x/1', 'GET /a/y', 'GET /b/x', 'GET /c']],
    ['a parameter', (app) => app.get('/pets/:id', handler), ['GET /pets/:id']],
    ['parameters side by side', (app) => app.get('/at/:hour(^\\d{2})h:minute(^\\d{2})m', handler), ['GET /at/:hour(^\\d{2})h:minute(^\\d{2})m']],
    ['a parameter between static parts', (app) => { app.get('/a/:b/c', handler); app.get('/a/:b/d/:e', handler) }, ['GET /a/:b/c', 'GET /a/:b/d/:e']],
    ['a pattern with parentheses', (app) => app.get('/p/:id(^(?:a|b)+$)', handler), ['GET /p/:id(^(?:a|b)+$)']],
    ['a pattern that looks like methods', (app) => app.get('/p/:id(^(a|b) \\(GET\\)$)', handler), ['GET /p/:id(^(a|b) \\(GET\\)$)']],
    ['a path that looks like methods', (app) => { app.post('/a (GET)', handler); app.get('/b (PUT, PATCH) {"host":"x"}', handler) },
      ['GET /b (PUT, PATCH) {"host":"x"}', 'POST /a (GET)']],
    ['an optional parameter', (app) => app.get('/opt/:x?', handler), ['GET /opt', 'GET /opt/:x']],
    ['a wildcard', (app) => app.get('/files/*', handler), ['GET /files/*']],
    ['the wildcard of everything', (app) => app.get('*', handler), ['GET *']],
    ['many methods', (app) => app.route({ method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], url: '/m', handler }),
      ['DELETE /m', 'GET /m', 'OPTIONS /m', 'PATCH /m', 'POST /m', 'PUT /m']],
    ['a method with a hyphen', (app) => { app.addHttpMethod('M-SEARCH'); app.route({ method: 'M-SEARCH', url: '/m', handler }) }, ['M-SEARCH /m']],
    ['a constraint', (app) => app.get('/v', { constraints: { host: 'a.example' } }, handler), ['GET /v']],
    ['a pattern for a constraint', (app) => app.get('/v', { constraints: { host: /^(.*)\.example \(GET\)$/ } }, handler), ['GET /v']],
    ['letters beyond ASCII', (app) => app.get('/über/ключ', handler), ['GET /über/ключ']],
    ['a doubled colon', (app) => app.get('/a::b', handler), ['GET /a:b']],
    ['doubled slashes', (app) => app.get('/a//b', handler), ['GET /a//b']],
    ['lines in a path', (app) => { app.get('/a/│   b', handler); app.get('/a/└── c', handler) }, ['GET /a/│   b', 'GET /a/└── c']],
    ['prefixes, nested', async (app) => {
      await app.register(async (outer) => {
        outer.get('/', handler)
        outer.get('/x', handler)
        await outer.register(async (inner) => { inner.delete('/:id', handler) }, { prefix: '/inner/:tenant' })
      }, { prefix: '/outer' })
    }, ['DELETE /outer/inner/:tenant/:id', 'GET /outer', 'GET /outer/', 'GET /outer/x']]
  ]
  for (const [name, declare, routes] of table) t.strictSame(await routesOf(declare), routes, name)
})

t.test('routes of one path that differ in constraints are found', async (t) => {
  t.strictSame(await routesOf((app) => {
    app.get('/v', { constraints: { host: 'a.example' } }, handler)
    app.post('/v', { constraints: { host: 'b.example', version: '1.2.0' } }, handler)
    app.delete('/v', handler)
    app.get('/v/below', handler)
  }), ['DELETE /v', 'GET /v', 'GET /v/below', 'POST /v'])
  t.strictSame(await routesOf((app) => {
    app.options('*', handler)
    app.get('*', { constraints: { host: 'a.example' } }, handler)
  }), ['GET *', 'OPTIONS *'], 'also below the one that CORS adds')
})

t.test('a path with a line end is not lost', async (t) => {
  t.equal((await routesOf((app) => app.get('/line\nend', handler))).length, 1)
})

t.test('routes before the plugin are refused', async (t) => {
  const table: [name: string, declare: (app: FastifyInstance) => unknown, message: RegExp | null][] = [
    ['none', () => {}, null],
    ['one', (app) => app.get('/early', handler), /would stay unguarded: GET \/early, HEAD \/early\. Register and await/],
    ['only CORS', (app) => app.register(cors), null],
    ['CORS and one', async (app) => { await app.register(cors); app.post('/early', handler) }, /unguarded: POST \/early\. /],
    ['a wildcard below a path, by its whole name', (app) => app.post('/files/*', handler), /unguarded: POST \/files\/\*\. /],
    ['a wildcard of another method', (app) => app.post('*', handler), /unguarded: POST \*\. /],
    ['one of another host below CORS', async (app) => {
      await app.register(cors)
      app.get('*', { constraints: { host: 'a.example' } }, handler)
    }, /unguarded: GET \*/],
    ['ten', (app) => { for (let i = 0; i < 10; i++) app.post(`/r${i}`, handler) }, /POST \/r9\. Register/],
    ['twelve', (app) => { for (let i = 0; i < 12; i++) app.post(`/r${i}`, handler) }, / and 2 more\. Register/]
  ]
  for (const [name, declare, message] of table) {
    const app = Fastify()
    await declare(app)
    await app.after()
    if (message === null) t.doesNotThrow(() => { refuseEarlyRoutes(app) }, name)
    else t.throws(() => { refuseEarlyRoutes(app) }, { code: 'FST_SECURITY_ROUTE_TOO_EARLY', message }, name)
    await app.close()
  }
})

t.test('the route that CORS adds is known, whatever looks like it is not', async (t) => {
  const table: [name: string, declare: (app: FastifyInstance) => unknown, preflight: string[]][] = [
    ['CORS', (app) => app.register(cors), ['OPTIONS *']],
    ['CORS in a part', (app) => app.register(async (part) => { await part.register(cors) }, { prefix: '/v1' }), ['OPTIONS /v1*']],
    ['no CORS', (app) => app.options('*', { schema: { hide: true } as never }, handler), []],
    ['another method', async (app) => { await app.register(cors); app.post('*', { schema: { hide: true } as never }, handler) }, ['OPTIONS *']],
    ['another wildcard', async (app) => { await app.register(cors); app.options('/files/*', { schema: { hide: true } as never }, handler) }, ['OPTIONS *']],
    ['one that says something of security', async (app) => {
      await app.register(cors)
      app.options('*', { constraints: { host: 'a.example' }, schema: { hide: true, security: [] } as never }, handler)
    }, ['OPTIONS *']],
    ['one without a schema', async (app) => {
      await app.register(cors)
      app.options('*', { constraints: { host: 'a.example' } }, handler)
    }, ['OPTIONS *']]
  ]
  for (const [name, declare, preflight] of table) {
    const app = Fastify()
    const found: string[] = []
    app.addHook('onRoute', function (route) { if (isPreflightRoute(this, route)) found.push(`${String(route.method)} ${route.url}`) })
    await declare(app)
    await app.ready()
    t.strictSame(found, preflight, name)
    await app.close()
  }
})

t.test('the outermost instance is known', async (t) => {
  const app = Fastify()
  t.equal(isOutermost(app), true)
  app.decorate('printMore', () => '')
  t.equal(isOutermost(app), true, 'decorated')
  await app.register(async (child) => {
    t.equal(isOutermost(child), false, 'a child')
    await child.register(async (grandchild) => { t.equal(isOutermost(grandchild), false, 'a grandchild') })
  })
  await app.register(fp(async (same) => { t.equal(isOutermost(same), true, 'a plugin that is not encapsulated') }))
  await app.close()
})

t.test('a second registration is refused, beside and below but not above', async (t) => {
  const app = Fastify()
  t.doesNotThrow(() => { refuseSecondRegistration(app) }, 'the first')
  await app.register(async (child) => {
    child.decorate('security', {} as never)
    t.throws(() => { refuseSecondRegistration(child) }, { code: 'FST_SECURITY_ALREADY_REGISTERED' }, 'the same scope')
    await child.register(async (grandchild) => {
      t.throws(() => { refuseSecondRegistration(grandchild) }, { code: 'FST_SECURITY_ALREADY_REGISTERED' }, 'below')
    })
  })
  t.doesNotThrow(() => { refuseSecondRegistration(app) }, 'above')
  await app.register(async (sibling) => { t.doesNotThrow(() => { refuseSecondRegistration(sibling) }, 'beside') })
  await app.close()
})
