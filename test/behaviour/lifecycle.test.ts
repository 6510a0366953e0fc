import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance, type FastifySchema, type HTTPMethods } from 'fastify'
import fastifySecurity from 'fastify-openapi-security'
import t from 'tap'
import { makeApplication } from '../support/application.ts'
import { handshake, portOf } from '../support/drivers.ts'
import { judge } from '../support/oracles.ts'
import { makeSchemes } from '../support/schemes.ts'
import { Connection, requestHead } from '../support/wire.ts'
import { options, plug } from './boot/row.ts'

const OK = { authorization: 'Bearer canary-ok~read' }
const handler = async () => 'ran'

/** Freezes an object and all that hangs on it. */
function deepFreeze<T> (value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}

async function statuses (app: FastifyInstance, method: HTTPMethods, url: string): Promise<number[]> {
  return [(await app.inject({ method, url })).statusCode, (await app.inject({ method, url, headers: OK })).statusCode]
}

t.test('what users pass is never changed: frozen schemas, hooks and options work (E-14, M04)', async (t) => {
  const app = Fastify() as FastifyInstance // plain HTTP
  await app.register(websocket)
  await app.register(fastifySecurity, deepFreeze({ ...options(), security: [{ oauth: ['read'] }] }))
  const order: string[] = []
  const hook = async () => { order.push('hook') }
  const schema = deepFreeze({ security: [{ oauth: ['read'] }], querystring: { type: 'object', properties: { q: { type: 'string' } } } })
  app.get('/declared', deepFreeze({ schema, onRequest: [hook], onSend: [hook], config: { mine: 1 } }), handler)
  app.get('/inherited', deepFreeze({ schema: { querystring: schema.querystring } }), handler)
  app.get('/optional', deepFreeze({ schema: { security: [{}, { oauth: [] }] }, onSend: hook }), handler)
  await app.ready()
  for (const method of ['GET', 'HEAD'] as const) {
    t.strictSame(await statuses(app, method, '/declared'), [401, 200], `${method} declared`)
    t.strictSame(await statuses(app, method, '/inherited'), [401, 200], `${method} inherited`)
    t.strictSame(await statuses(app, method, '/optional'), [200, 200], `${method} optional`)
  }
  t.ok(order.length > 0)
  await app.close()
})

t.test('a frozen schema on a WebSocket route, with @fastify/websocket registered after the plugin', async (t) => {
  const app = Fastify() as FastifyInstance // plain HTTP
  await plug(app)
  await app.register(websocket)
  const schema = deepFreeze({ security: [{ oauth: [] }] })
  app.get('/live', { websocket: true, schema }, (socket) => { socket.send('ran') })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.equal((await handshake(app, '/live', [])).statusCode, 401)
  t.equal((await handshake(app, '/live', ['Authorization: Bearer canary-ok'])).body, 'ran')
  await app.close()
})

t.test('routes that share a schema object do not disturb each other', async (t) => {
  const app = Fastify() as FastifyInstance // plain HTTP
  await plug(app)
  const schema: FastifySchema = { security: [{ oauth: ['read'] }], querystring: { type: 'object' } }
  const before = JSON.stringify(schema)
  app.get('/one', { schema }, handler)
  app.post('/two', { schema }, handler)
  const shared = { schema: { security: [{}, { oauth: ['write'] }] }, onRequest: async () => {} }
  app.get('/three', shared, handler)
  app.put('/four', shared, handler)
  await app.ready()
  t.equal(JSON.stringify(schema), before)
  t.strictSame(Object.keys(shared), ['schema', 'onRequest'])
  t.strictSame(await statuses(app, 'GET', '/one'), [401, 200])
  t.strictSame(await statuses(app, 'POST', '/two'), [401, 200])
  t.strictSame(await statuses(app, 'GET', '/three'), [200, 200])
  t.strictSame(await statuses(app, 'PUT', '/four'), [200, 200])
  await app.close()
})

t.test('changes after the boot have no effect (C14)', async (t) => {
  const app = Fastify() as FastifyInstance // plain HTTP
  const schemes: Record<string, unknown> = makeSchemes([])
  const security = [{ oauth: ['read'] }]
  const registered = { ...options(), schemes, security, realm: 'api' }
  await app.register(fastifySecurity, registered as never) // what users may pass, and change
  const declared: Record<string, string[]>[] = [{ oauth: ['read'] }]
  const scoped: Record<string, string[]>[] = [{ oauth: ['read'] }]
  const schema: FastifySchema = { security: declared }
  app.get('/declared', { schema }, handler)
  app.get('/inherited', handler)
  app.register(async (child) => {
    child.security.default(scoped)
    child.get('/scoped', handler)
  })
  await app.ready()
  const change = () => {
    declared.length = security.length = scoped.length = 0
    declared.push({})
    schema.security = []
    registered.security = []
    registered.realm = 'changed'
    for (const name of Object.keys(schemes)) {
      schemes[name] = {
        ...makeSchemes([]).oauth,
        verify: () => ({ scopes: ['read'] }),
        read: () => 'anything'
      }
    }
  }
  for (const when of ['before', 'after']) {
    for (const url of ['/declared', '/inherited', '/scoped']) {
      t.strictSame(await statuses(app, 'GET', url), [401, 200], `${url} ${when} the change`)
      t.equal((await app.inject(url)).headers['www-authenticate']?.toString(), 'Bearer realm="api", scope="read"',
        `${url} ${when} the change`)
    }
    change()
  }
  await app.close()
})

t.test('changes between a declaration and the boot have no effect either', async (t) => {
  const app = Fastify() as FastifyInstance // plain HTTP
  await plug(app)
  const declared: Record<string, string[]>[] = [{ oauth: ['read'] }]
  const asked: Record<string, string[]>[] = [{ oauth: ['write'] }]
  app.get('/x', { schema: { security: declared } }, async (request) => {
    const first = app.security.satisfies(request, asked)
    asked.length = 0
    return [first, app.security.satisfies(request, asked)]
  })
  declared.length = 0
  await app.ready()
  t.equal((await app.inject('/x')).statusCode, 401)
  t.strictSame((await app.inject({ url: '/x', headers: OK })).json(), [false, true], 'satisfies() asks what it is given each time')
  await app.close()
})

t.test('every hook of the application runs, in its order; of a refused request those that belong to an answer', async (t) => {
  const app = Fastify() as FastifyInstance // plain HTTP
  const order: string[] = []
  const note = (name: string) => async () => { order.push(name) }
  app.addHook('onRequest', note('instance onRequest, before the plugin'))
  const schemes = makeSchemes(order)
  await plug(app, { schemes })
  for (const name of ['onRequest', 'preParsing', 'preValidation', 'preHandler', 'preSerialization', 'onSend', 'onResponse'] as const) {
    app.addHook(name, note(`instance ${name}`))
  }
  const child = (prefix: string, arrays: boolean) => app.register(async (child) => {
    child.addHook('onRequest', note('child onRequest'))
    const hooks = Object.fromEntries((['onRequest', 'preParsing', 'preValidation', 'preHandler', 'preSerialization', 'onSend',
      'onResponse'] as const)
      .map((name) => [name, arrays ? [note(`route ${name} 1`), note(`route ${name} 2`)] : note(`route ${name} 1`)]))
    for (const [url, security] of [['/x', [{ oauth: ['read'] }]], ['/optional', [{}, { oauth: ['read'] }]]] as const) {
      child.post(url, { ...hooks, schema: { security } }, async () => { order.push('handler'); return { ran: true } })
    }
  }, { prefix })
  child('/single', false)
  child('/array', true)
  const stages = ['preParsing', 'preValidation', 'preHandler', 'preSerialization', 'onSend', 'onResponse']
  const entry = ['instance onRequest, before the plugin', 'instance onRequest', 'child onRequest']
  for (const [prefix, numbers] of [['/single', [1]], ['/array', [1, 2]]] as const) {
    const route = (name: string) => numbers.map((number) => `route ${name} ${number}`)
    const rest = stages.flatMap((name) => [...(name === 'preSerialization' ? ['handler'] : []), `instance ${name}`, ...route(name)])
    const table: [url: string, headers: Record<string, string>, order: string[]][] = [
      ['/x', OK, [...entry, 'oauth', ...route('onRequest'), ...rest]],
      ['/x', {}, [...entry, ...['onSend', 'onResponse'].flatMap((name) => [`instance ${name}`, ...route(name)])]],
      ['/x', { authorization: 'Bearer canary-null' }, [...entry, 'oauth',
        ...['onSend', 'onResponse'].flatMap((name) => [`instance ${name}`, ...route(name)])]],
      ['/optional', {}, [...entry, ...route('onRequest'), ...rest]]
    ]
    for (const [url, headers, expected] of table) {
      order.length = 0
      await app.inject({ method: 'POST', url: prefix + url, headers, payload: {} })
      t.strictSame(order, expected, `${prefix}${url} ${JSON.stringify(headers)}`)
    }
  }
  await app.close()
})

t.test('no credentials, no look at the body (O-05, B09, B16)', async (t) => {
  const { app } = await makeApplication()
  const looked: string[] = []
  app.addHook('preParsing', async () => { looked.push('preParsing') })
  app.addContentTypeParser('application/x-seen', async () => { looked.push('parser') })
  app.post('/x', { schema: { body: { type: 'object', required: ['a'] } }, bodyLimit: 100 }, handler)
  const bodies: [shows: string, type: string, payload: string][] = [
    ['wrong content', 'application/json', '{"b":1}'], ['broken JSON', 'application/json', '{'],
    ['too large', 'application/json', `"${'x'.repeat(200)}"`],
    ['unknown type', 'application/unknown', 'x'], ['a parser of the application', 'application/x-seen', 'x'],
    ['a token in a form (B-03)', 'application/x-www-form-urlencoded', 'access_token=canary-ok'],
    ['a token in JSON', 'application/json', '{"access_token":"canary-ok"}'],
    ...['application/json\t', ' application/json', 'Application/JSON;', 'application/json;charset=x', 'application/json,text/plain', '*/*',
      'json', ';', 'a/b;c="', 'multipart/form-data']
      .map((type): [string, string, string] => [`content type ${JSON.stringify(type)}`, type, '{}'])
  ]
  for (const [shows, type, payload] of bodies) {
    const response = await app.inject({ method: 'POST', url: '/x', headers: { 'content-type': type }, payload })
    judge(response, { secrets: ['canary-ok'] })
    t.equal(response.statusCode, 401, shows)
  }
  t.strictSame(looked, [])
  t.equal((await app.inject({
    method: 'POST',
    url: '/x',
    headers: { ...OK, 'content-type': 'application/json' },
    payload: '{'
  })).statusCode, 400)
  t.strictSame(looked, ['preParsing'])
  await app.close()
})

t.test('ten megabytes are refused before they are sent', async (t) => {
  const { app } = await makeApplication()
  let ran = 0
  app.post('/x', { bodyLimit: 20_000_000 }, async () => { ran++ })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const head = ['Content-Type: application/json', 'Content-Length: 10000000']
  for (const lines of [head, [...head, 'Expect: 100-continue'], [...head, 'Authorization: Bearer canary-null']]) {
    const connection = await Connection.open(portOf(app))
    const response = await connection.send(requestHead('POST', '/x', lines)).response()
    // With Expect, Node invites the body before anyone is asked.
    const answer = response.statusCode === 100 ? await connection.response() : response
    judge(answer, { secrets: ['canary-null'] })
    t.equal(answer.statusCode, 401, lines.slice(2).join() || 'nothing presented')
    connection.socket.destroy()
  }
  t.equal(ran, 0)
  await app.close()
})

t.test('a request behind a refused one on the same connection is judged alone (N02)', async (t) => {
  const { app, ran } = await makeApplication()
  app.post('/x', async () => { ran.push('/x') })
  app.get('/y', async () => { ran.push('/y') })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const connection = await Connection.open(portOf(app))
  const hidden = requestHead('GET', '/y', ['Authorization: Bearer canary-ok'])
  connection.send(requestHead('POST', '/x', ['Content-Type: application/json', `Content-Length: ${hidden.length}`]) + hidden)
  connection.send(requestHead('GET', '/y', []) + requestHead('GET', '/y', ['Authorization: Bearer canary-ok', 'Connection: close']))
  const answers = [await connection.response(), await connection.response(), await connection.response()]
  t.strictSame(answers.map(({ statusCode }) => statusCode), [401, 401, 200])
  t.strictSame(ran, ['/y'], 'the body of the first was not taken for a request')
  connection.socket.destroy()
  await app.close()
})
