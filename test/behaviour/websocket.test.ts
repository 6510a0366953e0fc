import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import { bearer } from 'fastify-openapi-security'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { addTwins, makeApplication, type Application } from '../support/application.ts'
import { handshake, openConnections, ORIGIN, portOf, request } from '../support/drivers.ts'
import { judge } from '../support/oracles.ts'
import { makeSchemes } from '../support/schemes.ts'
import { Connection, requestHead, UPGRADE } from '../support/wire.ts'
import { plug } from './boot/row.ts'

const OK = 'Authorization: Bearer canary-ok~read'

async function start (options: Parameters<typeof makeApplication>[0] = {}): Promise<Application> {
  const application = await makeApplication(options)
  addTwins(application, 'x', [{ oauth: ['read'] }])
  addTwins(application, 'key', [{ key: [] }])
  addTwins(application, 'public', [])
  await application.app.listen({ host: '127.0.0.1', port: 0 })
  return application
}

/** A text frame as clients send it (RFC 6455 §5.3), with a mask of zeros. */
function textFrame (text: string): string {
  return `\x81${String.fromCharCode(0x80 | text.length)}\0\0\0\0${text}`
}

t.test('a refused handshake is an HTTP answer after which the connection ends (W-01, W-03, I17)', async (t) => {
  const { app, ran } = await start()
  const table: [status: string, presented: string[]][] = [
    ['401 Unauthorized', []], ['401 Unauthorized', ['Authorization: Bearer canary-null']], ['400 Bad Request', [OK, OK]],
    ['403 Forbidden', ['Authorization: Bearer canary-ok']],
    ['429 Too Many Requests', ['Authorization: Bearer canary-too_many_attempts']],
    ['503 Service Unavailable', ['Authorization: Bearer canary-hang']], ['403 Forbidden', [OK, 'Origin: https://evil.example']]
  ]
  for (const [status, presented] of table) {
    const connection = await Connection.open(portOf(app))
    const response = await connection.send(requestHead('GET', '/ws/x', [...UPGRADE, ...presented])).response()
    connection.send(textFrame('too late'))
    await connection.closed
    judge(response, { secrets: ['canary-null', 'canary-ok~read'] })
    t.equal(response.statusLine, `HTTP/1.1 ${status}`, status)
    t.strictSame([response.headers['connection'], response.headers['upgrade'], response.headers['sec-websocket-accept'],
      response.headers['content-type']],
    [['close'], undefined, undefined, ['application/problem+json']], status)
    t.equal(connection.unread, '', 'no frame, no second answer')
    if (presented.some((line) => line.startsWith('Origin'))) continue // of which HTTP takes no notice
    const twin = await request(app, 'GET', '/http/x', [...presented, 'Connection: close'])
    t.strictSame([response.statusCode, response.headers['www-authenticate'], response.body, response.headers['cache-control']],
      [twin.statusCode, twin.headers['www-authenticate'], twin.body, twin.headers['cache-control']], `${status}: as its HTTP twin`)
  }
  t.strictSame(ran, [])
  await Promise.all(Array.from({ length: 200 }, async () => await handshake(app, '/ws/x', [])))
  t.equal(await openConnections(app), 0, 'nothing is left open')
  await app.close()
})

t.test('close() resolves while refused clients do not hang up', async (t) => {
  const { app } = await start()
  const connections = await Promise.all(Array.from({ length: 20 }, async () => {
    const connection = await Connection.open(portOf(app))
    connection.socket.allowHalfOpen = true
    await connection.send(requestHead('GET', '/ws/x', UPGRADE)).response()
    return connection
  }))
  await app.close()
  t.pass('closed')
  for (const { socket } of connections) socket.destroy()
})

t.test('an upgrade to a route without a socket handler is judged before it is answered (W-04)', async (t) => {
  const application = await makeApplication()
  const { app, ran } = application
  const hooks: string[] = []
  app.addHook('onRequest', async () => { hooks.push('onRequest') })
  app.addHook('preValidation', async () => { hooks.push('preValidation') })
  addTwins(application, 'x', [{ oauth: ['read'] }])
  await app.listen({ host: '127.0.0.1', port: 0 })
  for (const [presented, status] of [[[], 401], [['Authorization: Bearer canary-null'], 401],
    [['Authorization: Bearer canary-ok'], 403]] as const) {
    const response = await handshake(app, '/http/x', presented)
    judge(response)
    t.equal(response.statusCode, status)
  }
  t.strictSame(hooks, ['onRequest', 'onRequest', 'onRequest'], 'what comes behind the guard does not run')
  const connection = await Connection.open(portOf(app))
  t.equal((await connection.send(requestHead('GET', '/http/x', [...UPGRADE, OK])).response()).statusCode, 101,
    'what @fastify/websocket does with those who may')
  t.equal((await connection.frame()).opcode, 8, 'and it closes')
  connection.socket.destroy()
  t.strictSame(ran, [])
  await app.close()
})

t.test('a WebSocket route asked in another way (W-19, W-20, B05, I18, I19)', async (t) => {
  const { app, ran } = await start()
  const without = (name: string) => UPGRADE.filter((line) => !line.startsWith(name))
  const table: [shows: string, method: string, lines: readonly string[], status: number | number[]][] = [
    ['plain GET without credentials', 'GET', [], 401], ['plain GET with credentials', 'GET', [OK], 404],
    ['plain GET, short of scopes', 'GET', ['Authorization: Bearer canary-ok'], 403],
    ['HEAD without credentials', 'HEAD', [], 401], ['HEAD with credentials', 'HEAD', [OK], 404],
    ['HEAD with Upgrade, without credentials', 'HEAD', UPGRADE, 401],
    ['HEAD with Upgrade, with credentials', 'HEAD', [...UPGRADE, OK], [404, 405, 400, 426]],
    ['POST with Upgrade', 'POST', [...UPGRADE, OK], 404],
    ['version 99 without credentials', 'GET', [...without('Sec-WebSocket-Version'), 'Sec-WebSocket-Version: 99'], [400, 401, 426]],
    ['version 99 with credentials', 'GET', [...without('Sec-WebSocket-Version'), 'Sec-WebSocket-Version: 99', OK], [400, 426]],
    ['no key, without credentials', 'GET', without('Sec-WebSocket-Key'), [400, 401]],
    ['no key, with credentials', 'GET', [...without('Sec-WebSocket-Key'), OK], 400],
    ['Upgrade: h2c without credentials', 'GET', [...without('Upgrade'), 'Upgrade: h2c'], 401],
    ['Upgrade: h2c with credentials', 'GET', [...without('Upgrade'), 'Upgrade: h2c', OK], [400, 404, 426]]
  ]
  for (const [shows, method, lines, status] of table) {
    const connection = await Connection.open(portOf(app))
    const head = requestHead(method, '/ws/x', lines.some((line) => line.startsWith('Connection')) ? lines : [...lines, 'Connection: close'])
    const response = await connection.send(head).response(method)
    judge({ ...response, method })
    t.ok([status].flat().includes(response.statusCode), `${shows}: ${response.statusLine}`)
    if (shows === 'version 99 with credentials') {
      t.match(response.headers['sec-websocket-version']?.[0], /\b13\b/,
        'the versions that are spoken')
    }
    connection.socket.destroy()
  }
  t.strictSame(ran, [])
  await app.close()
})

t.test('one path for both: HTTP by its handler, WebSocket by wsHandler, one declaration', async (t) => {
  const { app } = await makeApplication()
  app.route({
    method: 'GET',
    url: '/both',
    schema: { security: [{ oauth: ['read'] }] },
    handler: async ({ auth }) => auth,
    wsHandler: (socket, { auth }) => { socket.send(JSON.stringify(auth)) }
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const auth = '{"oauth":{"by":"oauth","scopes":["read"]}}'
  t.strictSame([(await request(app, 'GET', '/both', [OK, 'Connection: close'])).body, (await handshake(app, '/both', [OK])).body],
    [auth, auth])
  t.strictSame([(await request(app, 'GET', '/both', ['Connection: close'])).statusCode, (await handshake(app, '/both', [])).statusCode],
    [401, 401])
  await app.close()
})

t.test('registered before @fastify/websocket or after it, in scopes of their own or in one', async (t) => {
  const schema = { security: [{ oauth: ['read'] }] }
  const orders: Record<string, (app: FastifyInstance) => Promise<void>> = {
    before: async (app) => { await plug(app); await app.register(websocket) },
    after: async (app) => { await app.register(websocket); await plug(app) }
  }
  for (const [order, register] of Object.entries(orders)) {
    for (const inChild of [false, true]) {
      const app = Fastify() as FastifyInstance // plain HTTP
      let ran = 0
      const routes = async (instance: FastifyInstance) => {
        await register(instance)
        instance.get('/live', { websocket: true, schema: { ...schema } },
          (socket, { auth }) => { ran++; socket.send(JSON.stringify(auth)) })
        instance.get('/plain', { schema: { ...schema } }, async () => 'ran')
      }
      if (inChild) await app.register(async (child) => { await routes(child as unknown as FastifyInstance) }) // the same, but for its types
      else await routes(app)
      await app.listen({ host: '127.0.0.1', port: 0 })
      const shows = `${order}${inChild ? ', in a child' : ''}`
      t.equal((await handshake(app, '/live', [])).statusCode, 401, shows)
      t.equal((await handshake(app, '/plain', [])).statusCode, 401, `${shows}: a route without a socket handler`)
      t.equal((await request(app, 'GET', '/plain', ['Connection: close'])).statusCode, 401, `${shows}: HTTP`)
      t.equal(ran, 0)
      t.strictSame(JSON.parse((await handshake(app, '/live', [OK])).body), { oauth: { by: 'oauth', scopes: ['read'] } }, shows)
      await app.close()
    }
  }
})

t.test('simulated handshakes, which have no raw lines', async (t) => {
  const application = await makeApplication()
  const { app } = application
  addTwins(application, 'x', [{ oauth: ['read'] }, { key: [] }, { session: [] }])
  addTwins(application, 'public', [])
  await app.ready()
  const table: [shows: string, path: string, headers: Record<string, string>, expected: unknown][] = [
    ['a token', '/ws/x', { authorization: 'Bearer canary-ok~read' }, { oauth: { by: 'oauth', scopes: ['read'] } }],
    ['a key', '/ws/x', { 'x-api-key': 'canary-ok' }, { key: { by: 'key' } }],
    ['a cookie', '/ws/x', { cookie: 'sid=canary-ok', origin: ORIGIN }, { session: { by: 'session' } }],
    ['a subprotocol', '/ws/x',
      { 'sec-websocket-protocol': `base64url.bearer.authorization.k8s.io.${Buffer.from('canary-ok~read').toString('base64url')}, app.v1` },
      { oauth: { by: 'oauth', scopes: ['read'] } }],
    ['nothing', '/ws/x', {}, /401/], ['short of scopes', '/ws/x', { authorization: 'Bearer canary-ok' }, /403/],
    ['undecided', '/ws/x', { authorization: 'Bearer canary-hang' }, /503/],
    ['two cookies', '/ws/x', { cookie: 'sid=canary-ok; sid=canary-ok', origin: ORIGIN }, /400/],
    ['a foreign origin', '/ws/x', { authorization: 'Bearer canary-ok~read', origin: 'https://evil.example' }, /403/],
    ['a public route', '/ws/public', {}, null], ['a route without a socket handler', '/http/x', {}, /401/],
    ['no route', '/nothing', {}, /404/]
  ]
  for (const [shows, path, headers, expected] of table) {
    if (expected instanceof RegExp) {
      await t.rejects(app.injectWS(path, { headers }), expected, shows)
      continue
    }
    let received: (text: string) => void = () => {}
    const message = new Promise<string>((resolve) => { received = resolve })
    const socket = await app.injectWS(path, { headers },
      { onInit: (socket) => { socket.once('message', (data) => { received(String(data)) }) } })
    t.strictSame(JSON.parse(await message), { auth: expected }, shows)
    socket.terminate()
  }
  await app.close()
})

t.test('what is sent along with the handshake waits for the decision, and is dropped when it is no (I04, I05)', async (t) => {
  const app = Fastify() as FastifyInstance // plain HTTP
  await app.register(websocket)
  await plug(app, {
    schemes: { slow: bearer({ verify: async (token) => { await wait(10); return token === 'canary-ok' ? {} : null } }) },
    security: [{ slow: [] }]
  })
  const heard: string[] = []
  app.get('/live', { websocket: true }, (socket) => { socket.on('message', (data) => { heard.push(String(data)); socket.send('heard') }) })
  await app.listen({ host: '127.0.0.1', port: 0 })
  for (const [word, status, expected] of [['null', 401, []], ['ok', 101, ['first', 'second']]] as const) {
    const connection = await Connection.open(portOf(app))
    connection.send(requestHead('GET', '/live', [...UPGRADE, `Authorization: Bearer canary-${word}`]) + textFrame('first'))
    connection.send(textFrame('second'))
    t.equal((await connection.response()).statusCode, status)
    for (let i = 0; i < expected.length; i++) await connection.frame()
    if (status === 401) await connection.closed
    t.strictSame(heard, expected)
    connection.socket.destroy()
  }
  await app.close()
})

t.test('origins (W-06, W-07, I07)', async (t) => {
  const schemes = makeSchemes([])
  const application = await makeApplication({ schemes, websocket: { origins: [ORIGIN, 'http://localhost:8080', 'https://[::1]:8443'] } })
  const { app } = application
  addTwins(application, 'token', [{ oauth: [] }])
  addTwins(application, 'cookie', [{ session: [] }])
  addTwins(application, 'either', [{ session: [] }, { oauth: [] }])
  addTwins(application, 'both', [{ session: [], oauth: [] }])
  addTwins(application, 'optional', [{}, { session: [] }])
  await app.listen({ host: '127.0.0.1', port: 0 })
  const token = 'Authorization: Bearer canary-ok'
  const cookie = 'Cookie: sid=canary-ok'
  const FOREIGN = [
    'https://evil.example', 'null', 'https://app.example:444', 'https://app.example:443', 'http://app.example', 'https://APP.example',
    'HTTPS://app.example', 'https://app.example.', 'https://app.example/',
    'https://app.example.evil.example', 'https://evilapp.example', 'https://sub.app.example', 'http://localhost', 'http://localhost:8081',
    'https://app.example https://evil.example', 'app.example', '*'
  ]
  for (const origin of FOREIGN) {
    for (const [path, line] of [['token', token], ['cookie', cookie], ['token', ''], ['optional', cookie]] as const) {
      const response = await handshake(app, `/ws/${path}`, [`Origin: ${origin}`, ...(line === '' ? [] : [line])])
      judge(response)
      t.strictSame([response.statusCode, response.headers['www-authenticate'], codeOf(response.body)],
        [403, undefined, 'origin_not_allowed'], `${path} from ${origin}${line === '' ? ', nothing presented' : ''}`)
    }
  }
  const table: [shows: string, path: string, lines: string[], answer: string | number][] = [
    ['listed', 'cookie', [cookie, `Origin: ${ORIGIN}`], '{"session":{"by":"session"}}'],
    ['listed with a port', 'cookie', [cookie, 'Origin: http://localhost:8080'], '{"session":{"by":"session"}}'],
    ['listed, IPv6', 'token', [token, 'Origin: https://[::1]:8443'], '{"oauth":{"by":"oauth"}}'],
    ['listed, but no credentials', 'cookie', [`Origin: ${ORIGIN}`], 401],
    ['twice', 'token', [token, `Origin: ${ORIGIN}`, `Origin: ${ORIGIN}`], 403], ['empty', 'cookie', [cookie, 'Origin:'], 403],
    ['absent, with a token', 'token', [token], '{"oauth":{"by":"oauth"}}'], ['absent, with a cookie', 'cookie', [cookie], 403],
    ['absent, with a cookie and a token, both needed', 'both', [cookie, token], 403],
    ['absent, nothing presented', 'cookie', [], 401], ['absent, with a token where a cookie would do', 'either', [token],
      '{"oauth":{"by":"oauth"}}'],
    ['absent, with a cookie that does not count and a token that does', 'either', [cookie, token], '{"oauth":{"by":"oauth"}}'],
    ['absent, with a cookie that does not count, where nothing is needed', 'optional', [cookie], 'null'],
    ['absent, nothing presented, where nothing is needed', 'optional', [], 'null']
  ]
  for (const [shows, path, lines, answer] of table) {
    const response = await handshake(app, `/ws/${path}`, lines)
    judge(response)
    t.equal(response.statusCode === 101 ? response.body : response.statusCode, typeof answer === 'string' ? `{"auth":${answer}}` : answer,
      shows)
  }
  t.equal((await app.inject({ url: '/http/cookie', headers: { cookie: 'sid=canary-ok', origin: 'https://evil.example' } })).statusCode, 200,
    'HTTP is CORS\'s business')
  await app.close()
})

t.test('without a policy any page may connect, since no cookie counts (RFC 6455 §10.1)', async (t) => {
  const { app } = await start({ websocket: {} })
  for (const lines of [[OK], [OK, 'Origin: https://anywhere.example'], [OK, 'Origin: null']]) {
    t.equal((await handshake(app, '/ws/x', lines)).statusCode, 101, lines.slice(1).join())
  }
  await app.close()
})

function codeOf (body: string): unknown {
  return (JSON.parse(body) as { code?: unknown }).code
}
