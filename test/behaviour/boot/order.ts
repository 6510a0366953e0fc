import cors from '@fastify/cors'
import swagger from '@fastify/swagger'
import fastifySecurity from 'fastify-openapi-security'
import { handler, options, plug, type BootRow } from './row.ts'

const EARLY = 'FST_SECURITY_ROUTE_TOO_EARLY'
const MEND = 'await the plugin before any route'

export const ORDER: readonly BootRow[] = [
  ['a route before the plugin', EARLY, ['GET /early', MEND], async (app) => {
    app.get('/early', handler)
    await plug(app)
  }],
  ['a route before the plugin, though it declares security', EARLY, ['GET /early', MEND], async (app) => {
    app.get('/early', { schema: { security: [{ oauth: [] }] } }, handler)
    await plug(app)
  }],
  ['a route behind a plugin that was not awaited', EARLY, ['GET /early', MEND], (app) => {
    app.register(fastifySecurity, options())
    app.get('/early', handler)
  }],
  ['a route of a child that was registered before', EARLY, ['GET /child/early', MEND], async (app) => {
    app.register(async (child) => { child.get('/early', handler) }, { prefix: '/child' })
    await plug(app)
  }],
  ['routes of every kind', EARLY, ['POST /users/:id', 'GET /users/:id/pets', 'HEAD /users/:id/pets', 'GET /v', 'M-SEARCH /find'],
    async (app) => {
      app.addHttpMethod('M-SEARCH')
      app.post('/users/:id', handler)
      app.get('/users/:id/pets', handler)
      app.get('/v', { constraints: { version: '1.0.0' } }, handler)
      app.route({ method: 'M-SEARCH', url: '/find', handler })
      await plug(app)
    }],
  ['a wildcard, named by its whole path', EARLY, ['GET /files/*', MEND], async (app) => {
    app.get('/files/*', handler)
    await plug(app)
  }],
  ['more routes than are named', EARLY, ['and 18 more'], async (app) => {
    for (let i = 10; i < 24; i++) app.get(`/early/${i}`, handler)
    await plug(app)
  }],
  ['the root route', EARLY, ['GET /', MEND], async (app) => {
    app.get('/', handler)
    await plug(app)
  }],
  ['a WebSocket route', EARLY, ['GET /live', MEND], async (app) => {
    await app.after()
    app.get('/live', { websocket: true }, () => {})
    await plug(app)
  }],
  ['an OPTIONS route of one\'s own with a wildcard, which is not CORS\'s (B07)', EARLY, ['OPTIONS /files/*', MEND], async (app) => {
    app.options('/files/*', handler)
    await plug(app)
  }],
  ['a route beside CORS', EARLY, ['GET /early', MEND], async (app) => {
    await app.register(cors)
    app.get('/early', handler)
    await plug(app)
  }],
  ['registered twice', 'FST_SECURITY_ALREADY_REGISTERED', ['Register it once', 'app.security.default()'], async (app) => {
    await plug(app)
    await plug(app)
  }],
  ['registered again in a child', 'FST_SECURITY_ALREADY_REGISTERED', ['Register it once'], async (app) => {
    await plug(app)
    app.register(async (child) => { await plug(child) })
  }],
  ['registered again in a grandchild', 'FST_SECURITY_ALREADY_REGISTERED', ['Register it once'], async (app) => {
    app.register(async (child) => {
      await plug(child)
      child.register(async (grandchild) => { await plug(grandchild) })
    })
  }],
  ['a default after a route of its scope', 'FST_SECURITY_DEFAULT_TOO_LATE', ['Route GET /pets', 'Call it before'], async (app) => {
    await plug(app)
    app.get('/pets', handler)
    app.security.default([])
  }],
  ['a default after a route of a child that inherited it', 'FST_SECURITY_DEFAULT_TOO_LATE', ['Route GET /child/pets', 'Call it before'],
    async (app) => {
      await plug(app)
      await app.register(async (child) => { child.get('/pets', handler) }, { prefix: '/child' })
      app.security.default([])
    }],
  ['a default after a route of a child, though the child has none of its own', 'FST_SECURITY_DEFAULT_TOO_LATE', ['Route GET /a/b/pets'],
    async (app) => {
      await plug(app)
      app.register(async (child) => {
        await child.register(async (grandchild) => { grandchild.get('/pets', handler) }, { prefix: '/b' })
        child.security.default([])
      }, { prefix: '/a' })
    }],
  // Only @fastify/swagger knows its options, so this shows when the document is made.
  ['a document that has no place for security', 'FST_SECURITY_DOCUMENT_UNSUPPORTED', ['Swagger 2.0', '`openapi`'], async (app) => {
    await app.register(swagger, { swagger: { info: { title: 'old', version: '1' } } })
    await plug(app)
    app.get('/pets', handler)
    await app.ready()
    app.swagger()
  }]
]
