import t from 'tap'
import { setTimeout as wait } from 'node:timers/promises'
import { bearerOf, connect, start, tokenOf } from './app.ts'

const authenticate = (token: unknown): string => JSON.stringify({ type: 'authenticate', token })

t.test('a connection waits for the message that authenticates', async (t) => {
  const order: string[] = []
  const { app, seen } = await start({ firstMessage: { timeout: 1500, maxBytes: 2000 } }, (app, seen) => {
    app.get('/live', {
      websocket: true,
      schema: { querystring: { type: 'object', properties: { n: { type: 'integer' } } } },
      preHandler: (request, _reply, done) => {
        order.push(`preHandler ${JSON.stringify(request.auth)}`)
        done()
      }
    }, (socket, request) => {
      seen.push(request.auth)
      socket.on('message', (data: Buffer) => { socket.send(`echo ${data.toString()}`) })
      socket.send('welcome')
    })
    app.get('/both', { websocket: true, schema: { security: [{ oauth: ['read'], partner: [] }] } }, (socket) => { socket.send('both') })
    app.get('/device', { websocket: true, schema: { security: [{ device: [] }] } }, (socket) => { socket.send('device') })
  })
  t.teardown(() => app.close())

  const client = connect(app, '/live')
  await client.opened
  for (const text of ['early', authenticate(tokenOf('late/ada')), 'one', 'two']) client.socket.send(text)
  t.equal(seen.length, 0, 'the handler does not run before')
  const received = [await client.next(), await client.next(), await client.next(), await client.next(), await client.next()]
  t.strictSame(received, ['{"type":"authenticated"}', 'welcome', 'echo early', 'echo one', 'echo two'], 'frames come afterwards, in order')
  t.strictSame(seen, [{ oauth: { subject: 'ada', scopes: ['read'] } }])
  t.strictSame(order, ['preHandler {"oauth":{"subject":"ada","scopes":["read"]}}'], 'hooks behind the guard see who it is')
  client.socket.close()
  await client.ended

  const table: [name: string, path: string, send: readonly (string | Buffer)[], expected: string, how?: Parameters<typeof connect>[2]][] = [
    ['a message without a token', '/live', ['{"type":"authenticate"}'], '3000 credentials_malformed'],
    ['what is no token', '/live', [authenticate('a b')], '3000 credentials_malformed'],
    ['an invalid token', '/live', [authenticate('nobody')], '3000 credentials_invalid'],
    ['an expired token', '/live', [authenticate('gone')], '3000 token_expired'],
    ['too few scopes', '/live', [authenticate(tokenOf('ada', []))], '3003 scope_insufficient read'],
    ['a verifier that cannot tell', '/live', [authenticate('down')], '1013 verifier_unavailable'],
    ['nothing in time', '/live', [], '3008 credentials_missing'],
    ['anything but a token', '/live', ['hello', Buffer.from('x')], '3008 credentials_missing'],
    ['too much before', '/live', ['x'.repeat(3000)], '1009 credentials_missing'],
    ['an invalid token at the handshake', '/live', [], 'HTTP 401', bearerOf('nobody')],
    ['a token with too few scopes at the handshake', '/live', [], 'HTTP 403', bearerOf(tokenOf('ada', []))],
    ['an AND of which the rest is missing', '/both', [authenticate(tokenOf('ada'))], '3000 credentials_missing'],
    ['a query that does not validate, behind the guard', '/live?n=x', [authenticate(tokenOf('ada'))], '1008']
  ]
  for (const [name, path, send, expected, how] of table) {
    const client = connect(app, path, how)
    await client.opened
    for (const text of send) client.socket.send(text)
    t.equal(await client.ended, expected, name)
  }
  t.equal(seen.length, 1)

  const both = connect(app, '/both', { headers: { 'x-key': 'secret-key' } })
  await both.opened
  both.socket.send(authenticate(tokenOf('ada')))
  t.strictSame([await both.next(), await both.next()], ['{"type":"authenticated"}', 'both'], 'the rest may come with the handshake')
  const device = connect(app, '/device')
  await device.opened
  device.socket.send(authenticate('device-7'))
  t.strictSame([await device.next(), await device.next()], ['{"type":"authenticated"}', 'device'], 'a scheme that takes messages only')
  const header = connect(app, '/live', bearerOf(tokenOf('ada')))
  t.equal(await header.next(), 'welcome', 'a token at the handshake needs no message')
  for (const { socket } of [both, device, header]) socket.terminate()
})

t.test('the format is the application\'s, and its greeting may be delivered', async (t) => {
  const read = (message: string): string | null | undefined => {
    const { type, payload } = JSON.parse(message) as { type: string, payload?: { token?: string } }
    return type === 'connection_init' ? payload?.token ?? null : undefined
  }
  const { app } = await start({}, (app) => {
    app.get('/graphql', { websocket: true, config: { websocket: { firstMessage: { read, deliver: true, accepted: null } } } }, (socket) => {
      socket.on('message', (data: Buffer) => { socket.send(`got ${data.toString()}`) })
    })
  })
  t.teardown(() => app.close())
  const client = connect(app, '/graphql')
  await client.opened
  const init = JSON.stringify({ type: 'connection_init', payload: { token: tokenOf('ada') } })
  client.socket.send(init)
  t.equal(await client.next(), `got ${init}`)
  const broken = connect(app, '/graphql')
  await broken.opened
  broken.socket.send('not JSON, at which the format throws')
  t.equal(await broken.ended, '3000 credentials_malformed')
  client.socket.terminate()
})

t.test('a connection that is closed while its message is judged never reaches the handler', async (t) => {
  const { app, seen } = await start({ firstMessage: { maxBytes: 200 } }, (app, seen) => {
    app.get('/live', { websocket: true }, () => { seen.push('ran') })
  })
  const floods = connect(app, '/live')
  await floods.opened
  floods.socket.send(authenticate(tokenOf('late/ada')))
  floods.socket.send('x'.repeat(300))
  t.equal(await floods.ended, '1009 credentials_missing', 'too much meanwhile')
  const waits = connect(app, '/live')
  await waits.opened
  waits.socket.send(authenticate(tokenOf('late/ada')))
  await wait(30)
  // Does not answer the close frame, so that the connection is there when the verifier answers.
  const raw = Reflect.get(waits.socket, '_socket') as { pause (): void, resume (): void }
  raw.pause()
  await app.close()
  t.strictSame(seen, [], 'the application ends meanwhile')
  raw.resume()
  t.equal(await waits.ended, '1001')
})

t.test('connections that wait are limited, and end with the application', async (t) => {
  const { app } = await start({ firstMessage: true, limits: { pending: 2 } }, (app) => {
    app.get('/live', { websocket: true }, () => {})
  })
  const waiting = [connect(app, '/live'), connect(app, '/live')]
  for (const { opened } of waiting) await opened
  t.equal(await connect(app, '/live').ended, 'HTTP 429')
  waiting[0]?.socket.terminate()
  await wait(50)
  const third = connect(app, '/live')
  await third.opened
  t.equal(third.socket.readyState, 1, 'there is room again')
  await app.close()
  t.strictSame(await Promise.all([waiting[1]?.ended, third.ended]), ['1001', '1001'])
})
