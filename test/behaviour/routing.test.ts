import { createServer } from 'node:http'
import Fastify, { type FastifyInstance, type HTTPMethods, type RouteOptions } from 'fastify'
import type { Security } from 'fastify-openapi-security'
import t from 'tap'
import { makeApplication } from '../support/application.ts'
import { handshake, portOf, request } from '../support/drivers.ts'
import { judge } from '../support/oracles.ts'
import { makeSchemes } from '../support/schemes.ts'
import { Connection, requestHead } from '../support/wire.ts'
import { plug } from './boot/row.ts'

const OK = { authorization: 'Bearer canary-ok~read' }
const handler = async () => 'ran'

/** Status without and with a token. */
async function statuses (app: FastifyInstance, method: string, url: string, headers: Record<string, string> = {}): Promise<number[]> {
  const asked: number[] = []
  for (const credentials of [{}, OK]) {
    // Fastify wants QUERY to have content.
    const response = await app.inject({
      method: method as HTTPMethods,
      url,
      headers: { ...headers, ...credentials },
      ...(method === 'QUERY' ? { payload: {} } : {})
    })
    judge({ ...response, method })
    asked.push(response.statusCode)
  }
  return asked
}

t.test('a default holds in its scope and below, and app.security.routes() tells where each requirement was written', async (t) => {
  const { app } = await makeApplication({ security: [{ oauth: ['read'] }] })
  app.get('/root', handler)
  app.register(async (child) => {
    child.security.default([{ key: [] }])
    child.get('/inherits', handler)
    child.post('/declares', { schema: { security: [{}, { oauth: [] }] } }, handler)
    child.register(async (grandchild) => {
      grandchild.get('/inherits', handler)
      grandchild.register(async (last) => {
        last.security.default([])
        last.get('/public', handler)
      })
    }, { prefix: '/deep' })
  }, { prefix: '/child' })
  app.register(async (sibling) => {
    sibling.get('/inherits', handler)
    sibling.get('/live', { websocket: true, schema: { security: [{ oauth: [] }] } }, () => {})
    sibling.route({ method: ['PUT', 'DELETE'], url: '/both', schema: { security: [] }, handler })
  }, { prefix: '/sibling' })
  await app.ready()
  t.strictSame(app.security.routes().map(({
    method, url, security, source,
    websocket
  }) => `${method} ${url} ${JSON.stringify(security)} ${source} ${websocket}`), [
    'GET /root [{"oauth":["read"]}] plugin false',
    'HEAD /root [{"oauth":["read"]}] plugin false',
    'GET /child/inherits [{"key":[]}] scope false',
    'HEAD /child/inherits [{"key":[]}] scope false',
    'POST /child/declares [{},{"oauth":[]}] route false',
    'GET /child/deep/inherits [{"key":[]}] scope false',
    'HEAD /child/deep/inherits [{"key":[]}] scope false',
    'GET /child/deep/public [] scope false',
    'HEAD /child/deep/public [] scope false',
    'GET /sibling/inherits [{"oauth":["read"]}] plugin false',
    'HEAD /sibling/inherits [{"oauth":["read"]}] plugin false',
    'GET /sibling/live [{"oauth":[]}] route true',
    'HEAD /sibling/live [{"oauth":[]}] route false',
    'PUT /sibling/both [] route false',
    'DELETE /sibling/both [] route false'
  ])
  const table: [method: string, url: string, statuses: number[]][] = [
    ['GET', '/root', [401, 200]], ['GET', '/child/inherits', [401, 401]], ['POST', '/child/declares', [200, 200]],
    ['GET', '/child/deep/inherits', [401, 401]], ['GET', '/child/deep/public', [200, 200]], ['GET', '/sibling/inherits', [401, 200]],
    ['PUT', '/sibling/both', [200, 200]], ['DELETE', '/sibling/both', [200, 200]]
  ]
  for (const [method, url, expected] of table) t.strictSame(await statuses(app, method, url), expected, `${method} ${url}`)
  await app.close()
})

t.test('what app.security.routes() answers cannot be used to change anything', async (t) => {
  const { app } = await makeApplication()
  app.get('/x', handler)
  await app.ready()
  const [route] = app.security.routes()
  t.ok(Object.isFrozen(route?.security) && Object.isFrozen(route?.security[0]))
  app.security.routes().length = 0
  t.equal(app.security.routes().length, 2)
  await app.close()
})

t.test('app.security.satisfies() asks what the request was let in with', async (t) => {
  const table: [shows: string, security: Security, asked: Security, headers: Record<string, string>, satisfied: boolean][] = [
    ['[] asks nothing', [{ oauth: [] }], [], OK, true],
    ['[] of anonymous', [{}, { oauth: [] }], [], {}, true],
    ['{} of anonymous', [{}, { oauth: [] }], [{}], {}, true],
    ['a scope that is held', [{ oauth: [] }], [{ oauth: ['read'] }], OK, true],
    ['a scope that is not', [{ oauth: [] }], [{ oauth: ['write'] }], OK, false],
    ['one of two scopes', [{ oauth: [] }], [{ oauth: ['read', 'write'] }], OK, false],
    ['one of two alternatives', [{ oauth: [] }], [{ key: [] }, { oauth: ['read'] }], OK, true],
    ['a scheme that did not let in, though its credential is there', [{ oauth: [] }, { key: [] }], [{ key: [] }],
      { ...OK, 'x-api-key': 'canary-ok' }, false],
    ['two schemes of one requirement', [{ oauth: [], key: [] }], [{ oauth: [], key: [] }], { ...OK, 'x-api-key': 'canary-ok' }, true],
    ['one scheme too many', [{ oauth: [] }], [{ oauth: [], key: [] }], OK, false],
    ['anything of anonymous', [{}, { oauth: [] }], [{ oauth: [] }], {}, false],
    ['anything of a public route', [], [{ oauth: [] }], OK, false]
  ]
  const { app } = await makeApplication()
  for (const [index, [, security, asked]] of table.entries()) {
    app.get(`/${index}`, { schema: { security } }, async (request) => ({
      once: app.security.satisfies(request, asked), again: app.security.satisfies(request, Object.freeze(asked))
    }))
  }
  app.get('/mistake', { schema: { security: [] } }, async (request) => app.security.satisfies(request, [{ oath: [] }]))
  for (const [index, [shows, , , headers, satisfied]] of table.entries()) {
    t.strictSame((await app.inject({ url: `/${index}`, headers })).json(), { once: satisfied, again: satisfied }, shows)
  }
  t.equal((await app.inject('/mistake')).json<{ code: string }>().code, 'FST_SECURITY_SCHEME_UNKNOWN')
  await app.close()
})

t.test('HEAD answers what GET does, without content', async (t) => {
  const { app, ran } = await makeApplication()
  const note = (url: string, security: Security): RouteOptions => ({
    method: 'GET', url, schema: { security }, handler: async () => { ran.push(url); return 'content' }
  })
  const urls = ['/twin', '/optional', '/wild/*', '/array', '/explicit']
  app.route(note('/twin', [{ oauth: ['read'] }]))
  app.route(note('/optional', [{}, { oauth: ['read'] }]))
  app.route(note('/wild/*', [{ oauth: ['read'] }, { key: [] }]))
  app.route({ ...note('/array', [{ oauth: ['read'] }]), method: ['GET', 'HEAD'] })
  app.head('/explicit', { schema: { security: [{ oauth: ['read'] }] } }, async () => { ran.push('/explicit'); return 'content' })
  app.route({ ...note('/explicit', [{ oauth: ['read'] }]), exposeHeadRoute: false })
  await app.listen({ host: '127.0.0.1', port: 0 })
  for (const url of urls) {
    for (const lines of [[], ['Authorization: Bearer canary-null'], ['Authorization: Bearer canary-ok'],
      ['Authorization: Bearer canary-throw']]) {
      ran.length = 0
      const [get, head] = [await request(app, 'GET', url, lines), await request(app, 'HEAD', url, lines)]
      judge({ ...head, method: 'HEAD' }, { secrets: ['canary-null', 'canary-ok', 'canary-throw'] })
      const fields = ({ lines, statusCode }: typeof get) => ({
        statusCode,
        lines: lines.filter(([name]) => !['date', 'content-length',
          'keep-alive'].includes(name.toLowerCase())).map(([name, value]) => `${name.toLowerCase()}: ${value}`).sort()
      })
      t.strictSame(fields(head), fields(get), `${url} ${lines.join()}`)
      t.equal(ran.length, get.statusCode === 200 ? 2 : 0, `${url} ${lines.join()}: handlers`)
      if (head.headers['content-length'] !== undefined) t.strictSame(head.headers['content-length'], get.headers['content-length'])
    }
  }
  const connection = await Connection.open(portOf(app))
  connection.send(requestHead('HEAD', '/twin', ['Connection: close']))
  await connection.response('HEAD')
  await connection.closed
  t.equal(connection.unread, '', 'not one byte of content')
  await app.close()
})

t.test('every method and shape of a route obeys its own declaration', async (t) => {
  const { app } = await makeApplication({ security: [] })
  for (const method of ['SEARCH', 'QUERY', 'PROPFIND', 'M-SEARCH', 'PURGE']) app.addHttpMethod(method, { hasBody: true })
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'SEARCH', 'QUERY', 'PROPFIND', 'M-SEARCH', 'PURGE']
  for (const method of methods) app.route({ method, url: '/one', schema: { security: [{ oauth: [] }] }, handler })
  app.route({ method: methods, url: '/many', schema: { security: [{ oauth: [] }] }, handler })
  app.all('/all', { schema: { security: [{ oauth: [] }] } }, handler)
  app.get('/admin/*', { schema: { security: [{ oauth: [] }] } }, handler)
  app.get('/admin/:id', { schema: { security: [] } }, handler)
  app.get('/admin/static', { schema: { security: [{ key: [] }] } }, handler)
  app.get('/file-:name(^\\d+).png', { schema: { security: [{ oauth: [] }] } }, handler)
  app.get('/maybe/:id?', { schema: { security: [{ oauth: [] }] } }, handler)
  for (const url of ['/one', '/many', '/all']) {
    for (const method of methods) {
      t.strictSame(await statuses(app, method, url), [401, 200],
    `${method} ${url}`)
    }
  }
  const shapes: [url: string, statuses: number[]][] = [
    ['/admin/a/b', [401, 200]], ['/admin/', [200, 200]], ['/admin/7', [200, 200]], ['/admin/static', [401, 401]],
    ['/admin/static/x', [401, 200]],
    ['/file-7.png', [401, 200]], ['/file-x.png', [404, 404]], ['/maybe', [401, 200]], ['/maybe/7', [401, 200]]
  ]
  for (const [url, expected] of shapes) t.strictSame(await statuses(app, 'GET', url), expected, url)
  await app.close()
})

t.test('one path by host or version: each variant obeys its own declaration (A16)', async (t) => {
  const { app } = await makeApplication()
  app.get('/x', { constraints: { host: 'public.example' }, schema: { security: [] } }, handler)
  app.get('/x', { constraints: { host: 'api.example' } }, handler)
  app.get('/v', { constraints: { version: '1.0.0' }, schema: { security: [] } }, handler)
  app.get('/v', { constraints: { version: '2.0.0' } }, handler)
  const table: [url: string, headers: Record<string, string>, statuses: number[]][] = [
    ['/x', { host: 'public.example' }, [200, 200]], ['/x', { host: 'api.example' }, [401, 200]],
    ['/x', { host: 'other.example' }, [404, 404]],
    ['/x', { host: 'api.example', 'x-forwarded-host': 'public.example' }, [401, 200]],
    ['/v', { 'accept-version': '1.x' }, [200, 200]], ['/v', { 'accept-version': '2.x' }, [401, 200]], ['/v', {}, [404, 404]]
  ]
  for (const [url, headers, expected] of table) {
    t.strictSame(await statuses(app, 'GET', url, headers), expected,
    `${url} ${JSON.stringify(headers)}`)
  }
  await app.close()
})

t.test('what is not there needs no credentials and asks no verifier (O-06, E-16)', async (t) => {
  const { app, verified, ran } = await makeApplication()
  app.get('/there', async () => { ran.push('/there') })
  app.get('/gone', async (_request, reply) => { reply.callNotFound() })
  app.get('/gone/public', { schema: { security: [] } }, async (_request, reply) => { reply.callNotFound() })
  let notFound = 0
  app.register(async (child) => {
    child.setNotFoundHandler({ preHandler: async () => { notFound++ } }, (_request, reply) => { reply.code(404).send('nothing here') })
    child.get('/gone', async (_request, reply) => { reply.callNotFound() })
  }, { prefix: '/child' })
  for (const [method, url] of [['GET', '/nothing'], ['POST', '/there'], ['DELETE', '/there'], ['TRACE', '/there'],
    ['GET', '/child/nothing']] as const) {
    const response = await app.inject({
      method: method as HTTPMethods,
      url,
      headers: { authorization: 'Bearer canary-throw', 'x-api-key': 'canary-null' }
    })
    judge(response, { secrets: ['canary-throw', 'canary-null'] })
    t.strictSame([response.statusCode, response.headers['www-authenticate'], response.headers['cache-control']],
      [404, undefined, undefined], `${method} ${url}`)
  }
  t.strictSame([verified, ran, notFound], [[], [], 1])
  t.strictSame(await statuses(app, 'GET', '/gone'), [401, 404])
  t.strictSame(await statuses(app, 'GET', '/child/gone'), [401, 404])
  t.equal(notFound, 2, 'the not-found handler runs after the guard, not instead of it (B03)')
  t.strictSame(await statuses(app, 'GET', '/gone/public'), [404, 404])
  await app.close()
})

t.test('fields that sound like commands change nothing (A11, A12, B08)', async (t) => {
  const { app, ran } = await makeApplication()
  app.get('/secret', async () => { ran.push('/secret') })
  app.post('/secret', async () => { ran.push('/secret') })
  app.get('/public', { schema: { security: [] } }, handler)
  const fields = [
    'x-middleware-subrequest', 'x-original-url', 'x-rewrite-url', 'x-original-uri', 'x-forwarded-uri', 'x-forwarded-path',
    'x-forwarded-prefix', 'x-forwarded-proto',
    'x-forwarded-host', 'x-forwarded-for', 'x-forwarded-user', 'x-remote-user', 'x-auth-request-user', 'x-real-ip', 'forwarded',
    'x-http-method-override',
    'x-http-method', 'x-method-override', 'x-original-method', 'x-authenticated', 'x-user', 'x-ssl-client-verify', 'x-client-cert',
    'proxy-authorization', 'x-custom-ip-authorization'
  ]
  const values = ['/public', '/', 'GET', 'OPTIONS', '127.0.0.1', 'for=127.0.0.1;host=public;proto=https', 'true', 'SUCCESS', 'admin',
    'middleware:middleware', 'Bearer canary-ok']
  for (const field of fields) {
    for (const value of values) {
      const answers = await Promise.all((['GET', 'POST'] as const).map(async (method) => (await app.inject({
        method,
        url: '/secret?_method=GET',
        headers: { [field]: value }
      })).statusCode))
      if (answers.some((status) => status !== 401)) t.fail(`${field}: ${value} gives ${answers.join()}`)
    }
  }
  t.strictSame(ran, [])
  await app.close()
})

t.test('requests that never pass listen() are judged alike (B26)', async (t) => {
  const { app } = await makeApplication()
  app.get('/x', handler)
  await app.ready()
  const server = createServer((incoming, response) => { app.routing(incoming, response) }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const foreign = { server } as unknown as FastifyInstance // drivers need its port only
  t.equal((await request(foreign, 'GET', '/x', ['Connection: close'])).statusCode, 401)
  t.equal((await request(foreign, 'GET', '/x', ['Authorization: Bearer canary-ok', 'Connection: close'])).statusCode, 200)
  server.close()
  await app.close()
})

t.test('the same application under every prefix gives the same answers (A05, A07, A15)', async (t) => {
  const table: [prefixes: string[], trailing: 'both' | 'slash' | 'no-slash', urls: string[]][] = [
    [[''], 'both', ['/']], [['/v1'], 'both', ['/v1', '/v1/']], [['/v1/'], 'both', ['/v1/']], [['/v1'], 'slash', ['/v1/']],
    [['/v1'], 'no-slash', ['/v1']],
    [['/a', '/b'], 'both', ['/a/b', '/a/b/']], [['/a', '/b', '/c'], 'both', ['/a/b/c', '/a/b/c/']],
    [['/a/', '/b/', '/c'], 'slash', ['/a/b/c/']]
  ]
  for (const [prefixes, prefixTrailingSlash, urls] of table) {
    const app = Fastify() as FastifyInstance // plain HTTP
    await plug(app, { schemes: makeSchemes([]) })
    const nest = (instance: FastifyInstance, [prefix, ...rest]: string[]): void => {
      instance.register(async (child) => {
        if (rest.length > 0) return nest(child as unknown as FastifyInstance, rest) // the same, but for its types
        child.route({ method: 'GET', url: '/', prefixTrailingSlash, handler })
        child.get('/x', handler)
      }, { prefix: prefix ?? '' })
    }
    nest(app, prefixes)
    await app.ready()
    const base = urls[0]?.replace(/\/$/, '') ?? ''
    for (const url of [...urls, `${base}/x`]) {
      t.strictSame(await statuses(app, 'GET', url), [401, 200],
      `${prefixes.join(' + ')}, ${prefixTrailingSlash}: ${url}`)
    }
    for (const url of [`${base}//`, `/${base}/x/`]) {
      const [without] = await statuses(app, 'GET', url)
      t.ok(without === 401 || without === 404, `${prefixes.join(' + ')}, ${prefixTrailingSlash}: ${url} gives ${without}`)
    }
    await app.close()
  }
})

t.test('a WebSocket route under a prefix with a default of its own', async (t) => {
  const { app } = await makeApplication()
  app.register(async (child) => {
    child.security.default([{ key: [] }])
    child.get('/live', { websocket: true }, (socket, { auth }) => { socket.send(JSON.stringify(auth)) })
  }, { prefix: '/v1' })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.equal((await handshake(app, '/v1/live', ['Authorization: Bearer canary-ok'])).statusCode, 401)
  t.equal((await handshake(app, '/v1/live', ['X-API-Key: canary-ok'])).body, '{"key":{"by":"key"}}')
  await app.close()
})
