import t from 'tap'
import { setTimeout as wait } from 'node:timers/promises'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import fastifySecurity from 'fastify-openapi-security'
import { portOf } from '../../support/drivers.ts'
import { bearerOf, connect, schemes, start, tokenOf } from './app.ts'

t.test('a ticket is spent once, on its route, with the credentials of who asked for it', async (t) => {
  const { app, seen } = await start({ ticket: true, query: true }, (app, seen) => {
    app.get('/live', { websocket: true, schema: { security: [{ oauth: ['read'] }, { partner: [] }] } }, (socket, request) => {
      seen.push(request.auth)
      socket.send('welcome')
    })
    app.get('/write', { websocket: true, schema: { security: [{ oauth: ['write'] }] } }, (socket) => { socket.send('welcome') })
    app.post('/tickets', { schema: { security: [{ oauth: [] }, { partner: [] }] } }, async (request) =>
      app.security.ticket(request, request.query as { for: string, ttl?: number })) // what the test asks for
    app.get('/public', { schema: { security: [] } }, async (request) => app.security.ticket(request, { for: '/live' }))
  })
  t.teardown(() => app.close())
  const mint = async (who: Record<string, string>, url = '/live'): Promise<string> =>
    (await app.inject({ method: 'POST', url: `/tickets?for=${url}`, headers: who })).body
  const ada = { authorization: `Bearer ${tokenOf('ada')}` }

  const ticket = await mint(ada)
  t.match(ticket, /^[\w-]{43}$/)
  const first = connect(app, `/live?ticket=${ticket}`)
  t.equal(await first.next(), 'welcome')
  t.strictSame(seen.pop(), { oauth: { subject: 'ada', scopes: ['read'] } })
  t.equal(await connect(app, `/live?ticket=${ticket}`).ended, 'HTTP 401', 'not twice')
  const partner = connect(app, `/live?ticket=${await mint({ 'x-key': 'secret-key' })}`)
  t.equal(await partner.next(), 'welcome', 'any scheme')
  t.strictSame(seen.pop(), { partner: { subject: 'partner' } })
  const table: [name: string, path: string, expected: string, how?: Parameters<typeof connect>[2]][] = [
    ['one for another route', `/write?ticket=${await mint(ada)}`, 'HTTP 401'],
    ['too few scopes', `/write?ticket=${await mint(ada, '/write')}`, 'HTTP 403'],
    ['one that never was', '/live?ticket=abc', 'HTTP 401'], ['an empty one', '/live?ticket=', 'HTTP 401'],
    ['two', `/live?ticket=${await mint(ada)}&ticket=x`, 'HTTP 400'],
    ['beside a token', `/live?ticket=${await mint(ada)}`, 'HTTP 400', bearerOf(tokenOf('ada'))],
    ['a token in the query, twice', `/live?access_token=${tokenOf('ada')}&access_token=x`, 'HTTP 400']
  ]
  for (const [name, path, expected, how] of table) t.equal(await connect(app, path, how).ended, expected, name)
  const query = connect(app, `/live?access_token=${tokenOf('ada')}`)
  t.equal(await query.next(), 'welcome', 'a token in the query, opted in')
  t.equal((await app.inject(`/live?access_token=${tokenOf('ada')}`)).statusCode, 401, 'for handshakes only')

  const revoked = await mint(ada)
  for (const { socket } of [first, partner, query]) socket.terminate()
  await wait(30)
  t.equal(app.security.revoke(({ scheme }) => scheme === 'oauth'), 0)
  t.equal(await connect(app, `/live?ticket=${revoked}`).ended, 'HTTP 401', 'a revoked one')
  const short = (await app.inject({ method: 'POST', url: '/tickets?for=/live&ttl=0.05', headers: ada })).body
  await wait(100)
  t.equal(await connect(app, `/live?ticket=${short}`).ended, 'HTTP 401', 'one that is too old')
  for (const url of ['/tickets?for=/nowhere', '/tickets?for=/live&ttl=0', '/tickets?for=/live&ttl=601', '/tickets?for=/tickets']) {
    t.match((await app.inject({ method: 'POST', url, headers: ada })).json(), { statusCode: 500, code: 'FST_SECURITY_TICKET_INVALID' }, url)
  }
  t.match((await app.inject('/public')).json(), { code: 'FST_SECURITY_TICKET_INVALID' }, 'nobody asked')
})

t.test('without the option there are no tickets, and none is ever logged', async (t) => {
  const { app } = await start({}, (app) => { app.get('/live', { websocket: true }, () => {}) })
  t.equal(await connect(app, '/live?ticket=abc').ended, 'HTTP 401')
  await app.close()
  const lines: string[] = []
  const logged = Fastify({ logger: { level: 'trace', stream: { write: (line: string) => { lines.push(line) } } } })
  await logged.register(websocket)
  await logged.register(fastifySecurity, { schemes, security: [{ oauth: [] }], websocket: { ticket: true, query: true } })
  logged.get('/live', { websocket: true }, (socket) => { socket.close() })
  await logged.listen({ host: '127.0.0.1', port: 0 })
  for (const path of ['/live', '/nowhere']) {
    await connect(logged, `${path}?ticket=canary-ticket&x=1`).ended
    await connect(logged, `${path}?access_token=canary-token`).ended
    await fetch(`http://127.0.0.1:${portOf(logged)}${path}?ticket=canary-ticket`)
  }
  await logged.close()
  t.ok(lines.some((line) => line.includes('ticket=[redacted]&x=1')), 'the URL is logged')
  t.notOk(lines.some((line) => line.includes('canary')), 'what it holds is not')
})
