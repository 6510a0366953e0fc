import t from 'tap'
import Fastify, { type FastifyInstance } from 'fastify'
import { once } from 'node:events'
import type { FastifySecurityOptions } from '../../lib/index.ts'
import { oauth2, refuse } from '../../lib/index.ts'
import { handshake, type HandshakeOptions, type HandshakeSocket } from '../../lib/testing.ts'
import { asked, make, ok, ORIGIN, schemes } from './app.ts'

const flows = { clientCredentials: { tokenUrl: 'https://id.example/token', scopes: { read: 'Read' } } }
const oauth = oauth2({
  flows,
  verify (token) {
    if (token === 'gone') return refuse('token_expired')
    return token === 'nobody' ? null : { subject: token, scopes: token === 'eve' ? [] : ['read'] }
  }
})

async function makeLive (plugin: Partial<FastifySecurityOptions> = {}): Promise<FastifyInstance> {
  const app = await make((app) => {
    app.get('/live', { websocket: true, ...asked({ oauth: ['read'] }) }, (socket, request) => {
      socket.send(JSON.stringify({ auth: request.auth, query: request.query }))
      socket.on('message', (data: Buffer) => { socket.send(`echo ${data.toString()}`) })
    })
    app.get('/told', { websocket: true, ...asked({ oauth: ['read'] }), config: { websocket: { refuse: 'close' } } }, () => {})
    app.get('/patient', { websocket: true, ...asked({ oauth: ['read'] }), config: { websocket: { firstMessage: true } } },
      (socket) => { socket.send('welcome') })
    app.get('/plain', asked({ oauth: ['read'] }), ok)
    app.get('/slow', { websocket: true, ...asked(), preHandler: async () => { await new Promise(() => {}) } }, () => {})
  }, { plugin: { schemes: { ...schemes, oauth }, ...plugin } })
  t.teardown(() => app.close())
  return app
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

async function next (socket: HandshakeSocket | null): Promise<string> {
  if (socket === null) throw new Error('refused')
  const [data] = await once(socket, 'message') as [Buffer]
  return data.toString()
}

t.test('a refusal shows its status, fields and body', async (t) => {
  const app = await makeLive()
  type Row = [name: string, path: string, options: HandshakeOptions, status: number, code: string | undefined, challenge: RegExp]
  const table: Row[] = [
    ['nothing presented', '/live', {}, 401, 'credentials_missing', /^Bearer realm="api", scope="read"$/],
    ['an invalid token', '/live', bearer('nobody'), 401, 'credentials_invalid', /error="invalid_token"/],
    ['too few scopes', '/live', bearer('eve'), 403, 'scope_insufficient', /error="insufficient_scope"/],
    ['a foreign origin', '/live', { headers: { ...bearer('ada').headers, origin: 'https://evil.example' } }, 403, 'origin_not_allowed', /^$/],
    ['a route without a socket handler', '/plain', {}, 401, 'credentials_missing', /^Bearer/],
    ['no route', '/nothing', bearer('ada'), 404, undefined, /^$/]
  ]
  for (const [name, path, options, status, code, challenge] of table) {
    const answer = await handshake(app, path, options)
    t.equal(answer.status, status, name)
    t.equal(answer.problem?.['code'], code, name)
    t.match(answer.headers['www-authenticate'] ?? '', challenge, name)
    t.equal(JSON.parse(answer.body).code, code, name)
    t.strictSame([answer.socket, answer.closed], [null, null], name)
  }
})

t.test('a completed one is open', async (t) => {
  const app = await makeLive()
  const { status, headers, body, problem, socket, closed } = await handshake(app, '/live?n=1', bearer('ada'))
  t.strictSame([status, body, problem, headers['upgrade'], headers['sec-websocket-accept'] !== undefined], [101, '', null, 'websocket', true])
  t.strictSame(JSON.parse(await next(socket)), { auth: { oauth: { subject: 'ada', scopes: ['read'] } }, query: { n: '1' } },
    'what the handler sends at once is not missed')
  socket?.send('hello')
  t.equal(await next(socket), 'echo hello')
  socket?.close(4001, 'done')
  t.strictSame(await closed, { code: 4001, reason: 'done' })
  t.equal(app.websocketServer.clients.size, 0)
})

t.test('subprotocols, the origin', async (t) => {
  const app = await makeLive()
  const carried = `base64url.bearer.authorization.k8s.io.${Buffer.from('ada').toString('base64url')}`
  const { status, headers, socket } = await handshake(app, '/live', { subprotocols: [carried, 'app.v1'], headers: { Origin: ORIGIN } })
  t.strictSame([status, headers['sec-websocket-protocol'], socket?.protocol], [101, 'app.v1', 'app.v1'])
  socket?.terminate()
  t.match(await handshake(app, '/live', { subprotocols: [carried] }), { status: 400, problem: { code: 'subprotocol_missing' } })
})

t.test('one that is completed only to be closed', async (t) => {
  const app = await makeLive()
  for (const [options, code, reason] of [[{}, 3000, 'credentials_missing'], [bearer('gone'), 3000, 'token_expired'],
    [bearer('eve'), 3003, 'scope_insufficient read']] as const) {
    const { status, closed } = await handshake(app, '/told', options)
    t.equal(status, 101)
    t.strictSame(await closed, { code, reason })
  }
  const { socket } = await handshake(app, '/patient')
  socket?.send(JSON.stringify({ type: 'authenticate', token: 'ada' }))
  t.equal(await next(socket), '{"type":"authenticated"}', 'the first message is waited for')
  socket?.terminate()
})

t.test('how a connection ends later', async (t) => {
  const app = await makeLive()
  const [ada, bob, eve] = await Promise.all(['ada', 'bob', 'eva'].map(async (token) => await handshake(app, '/live', bearer(token))))
  app.security.revoke(({ credentials }) => credentials['subject'] === 'ada')
  t.strictSame(await ada?.closed, { code: 3000, reason: 'token_revoked' })
  eve?.socket?.terminate()
  t.strictSame(await eve?.closed, { code: 1006, reason: '' }, 'torn off')
  await app.close()
  t.strictSame(await bob?.closed, { code: 1001, reason: '' })
})

t.test('what is no answer', async (t) => {
  const app = await makeLive()
  await t.rejects(handshake(app, '/slow', { timeout: 50 }), { message: 'handshake(): no answer in 50 ms' })
  await t.rejects(handshake(app, '/live', { subprotocols: ['a', 'a'] }), 'what ws does not send')
  const bare = Fastify()
  t.teardown(() => bare.close())
  await t.rejects(handshake(bare, '/live'), { name: 'TypeError', message: /@fastify\/websocket is not registered/ })
})

t.test('nothing keeps the process alive afterwards', async (t) => {
  const app = await makeLive()
  const before = process.getActiveResourcesInfo().length
  await handshake(app, '/live')
  const { closed } = await handshake(app, '/told')
  await closed
  t.equal(process.getActiveResourcesInfo().length, before)
})
