import t from 'tap'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import fastifySecurity, { bearer } from 'fastify-openapi-security'
import { openConnections, portOf } from '../../../support/drivers.ts'
import { Connection, requestHead, UPGRADE } from '../../../support/wire.ts'

t.test('a handshake that Fastify answers before any hook ends its connection', async (t) => {
  const table: [name: string, path: string, frameworkErrors: boolean, status: number][] = [
    ['a URL that cannot be decoded', '/live%', false, 400],
    ['a URL that cannot be decoded, answered by the application', '/live%', true, 418],
    ['a parameter that is too long', `/pets/${'a'.repeat(500)}`, false, 414]
  ]
  for (const [name, path, own, status] of table) {
    const app = Fastify(own ? { frameworkErrors: (_error, _request, reply) => { reply.code(418 as never).send('teapot' as never) } } : {})
    await app.register(websocket)
    await app.register(fastifySecurity, { schemes: { key: bearer({ verify: () => null }) }, security: [{ key: [] }] })
    app.get('/live', { websocket: true }, () => {})
    app.get('/pets/:name', { websocket: true }, () => {})
    await app.listen({ host: '127.0.0.1', port: 0 })
    const connection = await Connection.open(portOf(app))
    const response = await connection.send(requestHead('GET', path, UPGRADE)).response()
    await connection.closed
    t.equal(response.statusCode, status, name)
    t.equal(await openConnections(app), 0, `${name}: the server has let it go`)
    await app.close()
  }
})

t.test('nor does one that is answered outside of the scope of @fastify/websocket stay', async (t) => {
  for (const logger of [false, { level: 'silent' }]) {
    const app = Fastify({ logger })
    await app.register(async (child) => {
      await child.register(websocket)
      await child.register(fastifySecurity, { schemes: { key: bearer({ verify: () => null }) }, security: [{ key: [] }] })
      child.get('/live', { websocket: true }, () => {})
    })
    app.get('/plain', async () => 'plain')
    await app.listen({ host: '127.0.0.1', port: 0 })
    for (const [path, status] of [['/plain', 200], ['/nothing', 404], ['/live%', 400], ['/live', 401]] as const) {
      const connection = await Connection.open(portOf(app))
      const response = await connection.send(requestHead('GET', path, UPGRADE)).response()
      await connection.closed
      t.equal(response.statusCode, status, path)
    }
    t.equal(await openConnections(app), 0)
    await app.close()
  }
})

t.test('nor does one whose handshake is behind a request that is still to be answered', async (t) => {
  const app = Fastify()
  await app.register(websocket)
  await app.register(fastifySecurity, { schemes: { key: bearer({ verify: () => null }) }, security: [{ key: [] }] })
  app.get('/live', { websocket: true }, () => {})
  await app.listen({ host: '127.0.0.1', port: 0 })
  const connection = await Connection.open(portOf(app))
  connection.send(requestHead('GET', '/plain', []) + requestHead('GET', '/live', UPGRADE))
  t.equal((await connection.response()).statusCode, 404)
  await connection.closed
  t.equal(await openConnections(app), 0)
  await app.close()
})
