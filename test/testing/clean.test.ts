import t from 'tap'
import type { FastifyInstance } from 'fastify'
import { apiKey, bearer, http } from '../../lib/index.ts'
import { auditDocument, type AuditOptions } from '../../lib/testing.ts'
import { asked, make, ok } from './app.ts'

const ROWS: readonly (readonly [name: string, app: () => Promise<FastifyInstance>, options?: AuditOptions])[] = [
  ['nothing but the default', () => make((app) => app.get('/', ok))],
  ['no operation at all', () => make(() => {})],
  ['every method', () => make((app) => {
    for (const method of ['get', 'post', 'put', 'patch', 'delete', 'options'] as const) app[method]('/', ok)
  })],
  ['a route for HEAD alone', () => make((app) => app.head('/', ok))],
  ['a public route', () => make((app) => app.get('/', asked(), ok))],
  ['a public route that refuses in its own way and says so', () => make((app) => app.post('/login', {
    schema: { security: [], response: { 401: { type: 'object', properties: { reason: { type: 'string' } } } } }
  }, async (_request, reply) => reply.code(401).send({ reason: 'no such user' })))],
  ['scopes', () => make((app) => app.get('/', asked({ oauth: ['read', 'write'] }), ok))],
  ['roles', () => make((app) => app.get('/', asked({ key: ['admin'] }, { staff: ['boss'] }), ok))],
  ['roles in OpenAPI 3.0', () => make((app) => app.get('/', asked({ key: ['admin'] }, { oauth: ['read'] }), ok), { openapi: { openapi: '3.0.3' } })],
  ['OpenAPI 3.2', () => make((app) => app.get('/', asked({ key: ['admin'] }, { oauth: ['read'] }), ok), { openapi: { openapi: '3.2.0' } })],
  ['all of several', () => make((app) => app.get('/', asked({ oauth: ['read'], key: ['admin'], session: [], param: [] }), ok))],
  ['any of several', () => make((app) => app.get('/', asked({ oauth: ['read'] }, { staff: [] }, { key: [] }, { session: [] }, { param: [] }), ok))],
  ['optional', () => make((app) => app.get('/', asked({}, { oauth: ['read'] }), ok))],
  ['an optional cookie', () => make((app) => app.get('/', asked({ session: [] }, {}), ok))],
  ['a certificate', () => make((app) => app.get('/', asked({ machine: [] }), ok))],
  ['a certificate and a key', () => make((app) => app.get('/', asked({ machine: [], key: [] }), ok))],
  ['a grammar of its own', () => make((app) => app.get('/', asked({ device: [] }), ok))],
  ['a scheme that fails to read', () => make((app) => app.get('/', asked({ broken: [] }), ok))],
  ['path parameters', () => make((app) => {
    app.get('/a/:id', ok)
    app.get('/b/:id(^\\d+$)', ok)
    app.get('/c/*', ok)
    app.get('/d/:a-:b', ok)
    app.get('/e/:at/f::g', ok)
    const params = { type: 'object', properties: { day: { type: 'string', format: 'date' }, size: { type: 'string', enum: ['s', 'm'] } } }
    app.get('/h/:day(^\\d{4}-\\d{2}-\\d{2}$)/:size(^[sm]$)', { schema: { params } }, ok)
  })],
  ['values given for path parameters', () => make((app) => app.get('/:name(^[a-z]{3}-[a-z]$)', ok)), { parameters: { name: 'abc-d' } }],
  ['a prefix in the servers', () => make((app) => app.get('/v1/pets/:id', ok), { openapi: { servers: [{ url: 'https://api.example/v1' }] } })],
  ['constraints', () => make((app) => {
    app.route({ method: 'GET', url: '/host', constraints: { host: 'api.example' }, handler: ok })
    app.route({ method: 'GET', url: '/version', constraints: { version: '1.2.0' }, handler: ok })
  })],
  ['two versions of one route', () => make((app) => {
    app.route({ method: 'GET', url: '/pets/:id', constraints: { version: '1.0.0' }, ...asked(), handler: ok })
    app.route({ method: 'GET', url: '/pets/:pet', constraints: { version: '2.0.0' }, ...asked({ oauth: ['read'] }), handler: ok })
    app.route({ method: 'GET', url: '/cats/:id', constraints: { version: '1.0.0' }, ...asked(), handler: ok })
    app.route({ method: 'GET', url: '/cats/:id', constraints: { version: '2.0.0' }, ...asked({ key: [] }), handler: ok })
  })],
  ['routes that differ in the patterns of their parameters', () => make((app) => {
    app.get('/pets/:id(^\\d+$)', asked({ oauth: ['read'] }), ok)
    const params = { type: 'object', properties: { name: { type: 'string', enum: ['rex'] } } }
    app.get('/pets/:name', { schema: { security: [{ key: [] }], params } }, ok)
  })],
  ['routes that documents do not have', () => make((app) => {
    app.get('/hidden', { schema: { hide: true } }, ok)
    app.get('/tagged', { schema: { tags: ['X-HIDDEN'] } }, ok)
    app.get('/hidden-socket', { websocket: true, schema: { hide: true } }, (socket) => { socket.close() })
  })],
  ['an error handler of its own', () => make((app) => {
    app.setErrorHandler((error: Error, _request, reply) => { reply.send({ oops: error.name }) })
    app.get('/', asked({ oauth: ['read'] }), ok)
  })],
  ['an error handler of one scope', () => make((app) => app.register(async (scope) => {
    scope.setErrorHandler((error: Error, _request, reply) => { reply.send({ oops: error.name }) })
    scope.get('/scope', asked({ oauth: ['read'] }), ok)
  }))],
  ['a WebSocket route', () => make((app) => app.get('/', { websocket: true, ...asked({ oauth: ['read'] }, { session: [] }) }, (socket) => { socket.close() }))],
  ['a WebSocket route that keeps its callers', () => make((app) => app.get('/', { websocket: true, ...asked({ oauth: [] }) }, () => {}))],
  ['a public WebSocket route', () => make((app) => app.get('/', { websocket: true, ...asked() }, (socket) => { socket.close() }))],
  ['a WebSocket route without a policy on origins', () => make(
    (app) => app.get('/', { websocket: true, ...asked({ oauth: [] }) }, (socket) => { socket.close() }), { plugin: { websocket: {} } })],
  ['HTTP/2', () => make((app) => app.get('/', ok), { server: { http2: true } })],
  ['handlers that fail', () => make((app) => {
    app.get('/throws', async () => { throw new Error('a bug') })
    app.get('/missing', async (_request, reply) => reply.code(404).send())
    app.post('/invalid', { schema: { body: { type: 'object', required: ['name'] } } }, ok)
  })],
  ['a transform that removes what the plugin adds at the end', () => make((app) => app.get('/', asked({ oauth: ['read'] }), ok), {
    swagger: {
      transformObject (made) {
        if (!('openapiObject' in made)) return made.swaggerObject
        for (const item of Object.values(made.openapiObject.paths ?? {})) {
          delete item?.get?.security
          if (item?.get !== undefined) item.get.responses = {}
        }
        return made.openapiObject
      }
    }
  })],
  ['a key that is the whole Authorization field', () => make((app) => app.get('/', ok), {
    plugin: { schemes: { whole: apiKey({ in: 'header', name: 'Authorization', verify: () => null }) }, security: [{ whole: [] }] } as never
  })],
  ['tokens in the query, and several kinds of tokens', () => make((app) => app.get('/', asked({ one: ['a'] }, { other: ['b'] }, {}), ok), {
    plugin: {
      schemes: {
        one: bearer({ query: 'access_token', roles: ['a'], verify: () => null }),
        other: bearer({ roles: ['b'], verify: () => null })
      },
      security: []
    } as never
  })],
  ['a handler whose answer has no end', () => make((app) => app.get('/events', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello')
  })), { timeout: 1000 }],
  ['a nonce for proofs, which the application sends', () => make((app) => {
    app.addHook('onSend', async (_request, reply, payload) => {
      if (String(payload).includes('nonce_required')) reply.header('dpop-nonce', 'n-1')
      return payload
    })
    app.get('/', ok)
  }, { plugin: { schemes: { proof: http({ scheme: 'DPoP', registered: true, parse: (text) => text, verify: () => null, refusals: ['nonce_required'] }) }, security: [{ proof: [] }] } as never })],
  ['a resource with metadata', () => make((app) => app.get('/', ok), { plugin: { resource: 'https://api.example' } })],
  ['what is known of accounts is told', () => make((app) => app.get('/', ok), { plugin: { disclose: 'all' } })]
]

t.test('documents that the plugin makes are what comes over the wire', async (t) => {
  for (const [name, app, options = {}] of ROWS) {
    const audited = await app()
    for (const handlers of [true, false]) {
      const { operations, requests, findings } = await auditDocument(audited, { ...options, handlers })
      t.strictSame(findings.map(({ message }) => message), [], `${name}, ${handlers ? 'with' : 'without'} handlers`)
      t.ok(operations === 0 || requests > 0 || !handlers, name)
    }
    await audited.close()
  }
})
