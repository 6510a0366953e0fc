import t from 'tap'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import { openConnections } from '../../support/drivers.ts'
import { bearerOf, connect, start, tokenOf } from './app.ts'

const authenticate = (token: string): string => JSON.stringify({ type: 'authenticate', token })

t.test('a connection ends with its credentials, is warned before, and may renew them', async (t) => {
  const { app, seen } = await start({ renewal: true, warnBefore: 1 }, (app, seen) => {
    app.get('/live', { websocket: true }, (socket, request) => {
      socket.on('expiring', (event: unknown) => { seen.push(event) })
      socket.on('message', (data: Buffer) => { socket.send(`${data.toString()} from ${JSON.stringify(request.auth)}`) })
      socket.on('close', (code: number) => { seen.push(code) })
    })
  })
  t.teardown(() => app.close())
  const started = Date.now()
  const ends = connect(app, '/live', bearerOf(tokenOf('eve', ['read'], 2)))
  const renews = connect(app, '/live', bearerOf(tokenOf('ada', ['read'], 2)))
  t.match(JSON.parse(await ends.next()), { type: 'expiring', expires_at: Number })
  t.match(seen[0], { expiresAt: Number })
  await renews.next()
  renews.socket.send(authenticate(tokenOf('ada', ['read'], 60)))
  t.match(JSON.parse(await renews.next()), { type: 'authenticated', expires_at: Number })
  t.equal(await ends.ended, '3000 token_expired')
  const lived = Date.now() - started
  t.ok(lived >= 1900 && lived < 3500, `it lived ${lived} ms of 2000`) // generous: what is tested is that it ended by itself
  renews.socket.send('still')
  t.match(await renews.next(), /^still from .*ada/, 'the renewed one goes on, and the handler sees the new credentials')

  const refused: [name: string, token: string, code: string][] = [
    ['of another subject', tokenOf('eve'), 'access_denied'], ['an invalid token', 'nobody', 'credentials_invalid'],
    ['what is no token', 'a b', 'credentials_malformed'], ['a disabled account', 'off', 'credentials_invalid']
  ]
  for (const [name, token, code] of refused) {
    renews.socket.send(authenticate(token))
    t.strictSame(JSON.parse(await renews.next()), { type: 'refused', code }, name)
  }
  renews.socket.send('still')
  t.match(await renews.next(), /^still from .*ada/, 'a refused renewal leaves things as they are')
  renews.socket.send(authenticate('nobody'))
  t.equal(await renews.ended, '3000 credentials_invalid', 'five in a row are enough')

  const loses = connect(app, '/live', bearerOf(tokenOf('ada')))
  await loses.opened
  loses.socket.send(authenticate(tokenOf('ada', [])))
  t.equal(await loses.ended, '3003 scope_insufficient read', 'lost scopes')
})

t.test('credentials with less time left than the warning takes are warned of half-way', async (t) => {
  const { app, seen } = await start({ renewal: true, warnBefore: 60 }, (app, seen) => {
    app.get('/live', { websocket: true }, (socket) => { socket.on('expiring', () => { seen.push('expiring') }) })
  })
  t.teardown(() => app.close())
  const client = connect(app, '/live', bearerOf(tokenOf('zoe', ['read'], 2)))
  t.match(JSON.parse(await client.next()), { type: 'expiring', expires_at: Number })
  client.socket.send(authenticate(tokenOf('zoe', ['read'], 3)))
  t.match(JSON.parse(await client.next()), { type: 'authenticated' })
  t.match(JSON.parse(await client.next()), { type: 'expiring' }, 'and again')
  t.equal(await client.ended, '3000 token_expired')
  t.strictSame([seen, client.messages.length], [['expiring', 'expiring'], 3])
})

t.test('app.security.renew() renews from a handler', async (t) => {
  let handshake: FastifyRequest | undefined
  const { app } = await start({}, (app) => {
    app.get('/live', { websocket: true }, (_socket, request) => { handshake = request })
    app.get('/optional', { websocket: true, schema: { security: [{}, { oauth: [] }] } }, (_socket, request) => { handshake = request })
  })
  t.teardown(() => app.close())
  const client = connect(app, '/live', bearerOf(tokenOf('ada', ['read'], 30)))
  await client.opened
  await wait(20)
  const request = handshake as FastifyRequest // connected above
  t.strictSame(await app.security.renew(request, tokenOf('ada', ['read', 'write'])), { renewed: true })
  t.ok(app.security.satisfies(request, [{ oauth: ['write'] }]), 'satisfies() asks the new credentials')
  t.strictSame(await app.security.renew(request, tokenOf('bob')), { renewed: false, reason: 'access_denied' })
  t.strictSame(await app.security.renew(request, tokenOf('ada', [], 20), { scheme: 'oauth' }), { renewed: false, reason: 'scope_insufficient' })
  t.equal(await client.ended, '3003 scope_insufficient read')
  t.strictSame(await app.security.renew(request, tokenOf('ada')), { renewed: false, reason: 'session_expired' })
  const anonymous = connect(app, '/optional')
  await anonymous.opened
  await wait(20)
  await t.rejects(app.security.renew(handshake as FastifyRequest, tokenOf('ada')), { code: 'FST_SECURITY_RENEWAL_INVALID' })
  anonymous.socket.terminate()
})

t.test('from revoke() on nothing gets through, and who ignores the close is terminated', async (t) => {
  const { app, seen } = await start({}, (app, seen) => {
    app.get('/live', { websocket: true }, (socket) => {
      socket.on('message', (data: Buffer) => {
        seen.push(data.toString())
        socket.send('got it')
      })
      socket.on('close', (code: number) => { seen.push(code) })
      socket.send('welcome')
    })
  })
  const clients = ['ada', 'ada', 'bob'].map((subject) => connect(app, '/live', bearerOf(tokenOf(subject))))
  for (const client of clients) await client.next()
  const [polite, deaf, bob] = clients
  // Never answers a close frame, and goes on sending.
  const raw = Reflect.get(deaf?.socket ?? {}, '_socket') as { write (bytes: Buffer): void, removeAllListeners (name: string): void }
  raw.removeAllListeners('data')
  const frame = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69])
  const chatter = setInterval(() => { raw.write(frame) }, 5)
  t.equal(app.security.revoke(({ credentials }) => credentials['subject'] === 'ada'), 2)
  t.equal(app.security.revoke(({ credentials }) => credentials['subject'] === 'ada'), 0, 'once')
  polite?.socket.send('after')
  t.equal(await polite?.ended, '3000 token_revoked')
  bob?.socket.send('hello')
  t.equal(await bob?.next(), 'got it', 'others go on')
  await once(deaf?.socket ?? process, 'close')
  clearInterval(chatter)
  t.strictSame(seen.filter((one) => typeof one === 'string'), ['hello'], 'no message of a revoked connection reached its handler')
  t.throws(() => app.security.revoke((async () => false) as never), TypeError, 'a promise is not taken for a yes')
  bob?.socket.terminate()
  await app.close()
  t.equal(await openConnections(app), 0)
})

t.test('what is revoked while it is verified is not let in', async (t) => {
  const { app, seen } = await start({}, (app, seen) => { app.get('/live', { websocket: true }, () => { seen.push('ran') }) })
  t.teardown(() => app.close())
  const client = connect(app, '/live', bearerOf(tokenOf('late/ada')))
  await wait(50)
  app.security.revoke(() => true)
  t.equal(await client.ended, 'HTTP 401')
  t.strictSame(seen, [])
})

t.test('the application closes with 1001, whoever is deaf', async (t) => {
  const { app } = await start({}, (app) => { app.get('/live', { websocket: true }, (socket) => { socket.send('welcome') }) })
  const clients = Array.from({ length: 30 }, () => connect(app, '/live', bearerOf(tokenOf('ada', ['read'], 3600))))
  for (const client of clients) await client.next()
  for (const { socket } of clients.slice(0, 5)) (Reflect.get(socket, '_socket') as { pause (): void }).pause()
  await app.close()
  t.strictSame(new Set(await Promise.all(clients.slice(5).map(({ ended }) => ended))), new Set(['1001']))
  for (const { socket } of clients) socket.terminate()
})

t.test('there are no more connections than allowed', async (t) => {
  const { app } = await start({ limits: { total: 3, perIdentity: 2 } }, (app) => {
    app.get('/live', { websocket: true }, (socket) => { socket.send('welcome') })
  })
  t.teardown(() => app.close())
  const ada = [1, 2].map(() => connect(app, '/live', bearerOf(tokenOf('ada'))))
  for (const client of ada) await client.next()
  t.equal(await connect(app, '/live', bearerOf(tokenOf('ada'))).ended, 'HTTP 429', 'of one identity')
  const bob = connect(app, '/live', bearerOf(tokenOf('bob')))
  await bob.next()
  t.equal(await connect(app, '/live', bearerOf(tokenOf('eve'))).ended, 'HTTP 429', 'of all')
  ada[0]?.socket.close()
  await ada[0]?.ended
  await wait(30)
  const again = connect(app, '/live', bearerOf(tokenOf('ada')))
  t.equal(await again.next(), 'welcome', 'who leaves makes room')
  for (const { socket } of [...ada, bob, again]) socket.terminate()
})
