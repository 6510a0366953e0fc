import t from 'tap'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import websocket, { type WebsocketPluginOptions } from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { bearer } from 'fastify-openapi-security'
import { WebSocket } from 'ws'
import { openConnections, portOf } from '../../support/drivers.ts'
import { Connection, requestHead, UPGRADE } from '../../support/wire.ts'

/** An application whose routes are all public, and what it said meanwhile. */
interface Stage {
  readonly app: FastifyInstance
  readonly said: unknown[]
}

interface Making {
  readonly plugin?: WebsocketPluginOptions
  readonly add?: (stage: Stage) => void
}

async function make ({ plugin = {}, add }: Making, isGuarded: boolean): Promise<Stage> {
  const app = Fastify()
  const said: unknown[] = []
  await app.register(websocket, plugin)
  if (isGuarded) {
    const schemes = { oauth: bearer({ verify: () => null }) }
    await app.register(fastifySecurity, { schemes, security: [], websocket: { ticket: true, query: true } })
  }
  app.get('/echo', { websocket: true }, (socket, { ws, query }) => {
    socket.on('message', (data: Buffer, isBinary: boolean) => { socket.send(data, { binary: isBinary }) })
    socket.on('close', (code: number, reason: Buffer) => { said.push(['close', code, reason.toString()]) })
    socket.send(JSON.stringify({ ws, query }))
  })
  app.get('/plain', async () => 'plain')
  app.route({ method: 'GET', url: '/both', handler: async () => 'http', wsHandler: (socket) => { socket.send('ws') } })
  app.get('/throws', { websocket: true }, () => { throw new Error('thrown') })
  app.get('/rejects', { websocket: true }, async () => { throw new Error('rejected') })
  app.get('/hooked', { websocket: true, preValidation: async (_request, reply) => await reply.code(418).send('teapot') }, () => {})
  add?.({ app, said })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, said }
}

/** The bytes of an answer, but for the time it was written. */
async function wireOf (app: FastifyInstance, head: string): Promise<string> {
  const connection = await Connection.open(portOf(app))
  const { statusLine, lines, body } = await connection.send(head).response()
  connection.socket.destroy()
  const fields = lines.map(([name, value]) => `${name}: ${name.toLowerCase() === 'date' ? '-' : value}`)
  return [statusLine, ...fields, body].join('\n')
}

/** What a client hears, and how it ends. */
async function talk (
  app: FastifyInstance, path: string, messages: readonly (string | Buffer)[], protocols: string[] = []
): Promise<unknown[]> {
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(app)}${path}`, protocols)
  const heard: unknown[] = []
  socket.on('error', (error) => { heard.push(error.message) })
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    heard.push([data.toString('latin1'), isBinary])
    if (heard.length > messages.length) socket.close(4001, 'done')
    else socket.send(messages[heard.length - 1] ?? '')
  })
  return await new Promise((resolve) => {
    socket.on('close', (code, reason) => { resolve([...heard, socket.protocol, code, reason.toString()]) })
  })
}

/** Lets both sides end their part before what was said is compared. */
async function quiet (app: FastifyInstance): Promise<void> {
  const limit = Date.now() + 5000
  while (await openConnections(app) > 0 && Date.now() < limit) await wait(5)
}

const key = (given: string): readonly string[] => [...UPGRADE.filter((line) => !line.startsWith('Sec-WebSocket-Key')), `Sec-WebSocket-Key: ${given}`]
const upgrade = (path: string, ...lines: string[]) => async ({ app }: Stage): Promise<unknown> =>
  await wireOf(app, requestHead('GET', path, [...UPGRADE, ...lines]))

const table: readonly (readonly [name: string, act: (stage: Stage) => Promise<unknown>, making?: Making])[] = [
  ['the bytes of a handshake', upgrade('/echo')],
  ['with another key', async ({ app }) => await wireOf(app, requestHead('GET', '/echo', key('AAAAAAAAAAAAAAAAAAAAAA==')))],
  ['with what is no key', async ({ app }) => await wireOf(app, requestHead('GET', '/echo', key('AAAA')))],
  ['with another version', async ({ app }) => await wireOf(app, requestHead('GET', '/echo', UPGRADE.map((line) => line.replace('13', '99'))))],
  ['with a subprotocol', upgrade('/echo', 'Sec-WebSocket-Protocol: app.v2, app.v1')],
  ['with a malformed subprotocol', upgrade('/echo', 'Sec-WebSocket-Protocol: a b')],
  ['with credentials nobody asked for', upgrade('/echo', 'Authorization: Bearer some-token', 'Cookie: sid=1')],
  ['with a query', upgrade('/echo?access_token=some-token&ticket=some-ticket')],
  ['with a body', async ({ app }) => await wireOf(app, `${requestHead('GET', '/echo', [...UPGRADE, 'Content-Length: 3'])}abc`)],
  ['to a path without a route', upgrade('/nothing')],
  ['to a route without a socket handler', upgrade('/plain')],
  ['to one path for both', upgrade('/both')],
  ['by another method', async ({ app }) => await wireOf(app, requestHead('POST', '/echo', [...UPGRADE, 'Content-Length: 0']))],
  ['answered by a hook', upgrade('/hooked')],
  ['HTTP of one path for both', async ({ app }) => await wireOf(app, requestHead('GET', '/both', ['Connection: close']))],
  ['HTTP at a WebSocket route', async ({ app }) => await wireOf(app, requestHead('GET', '/echo', ['Connection: close']))],
  ['HEAD at a WebSocket route', async ({ app }) => {
    const connection = await Connection.open(portOf(app))
    const { statusLine } = await connection.send(requestHead('HEAD', '/echo', ['Connection: close'])).response('HEAD')
    return statusLine
  }],
  ['messages, and a close of the client', async (stage) => {
    const heard = await talk(stage.app, '/echo', ['hello', Buffer.from([0, 255]), 'x'.repeat(70_000), '{"type":"authenticate","token":"x"}'])
    await quiet(stage.app)
    return [heard, stage.said]
  }],
  ['the selected subprotocol at the client', async ({ app }) => await talk(app, '/echo', [], ['app.v2', 'app.v1'])],
  ['a handler of subprotocols', async ({ app }) => await talk(app, '/echo', [], ['app.v2', 'app.v1']),
    { plugin: { options: { handleProtocols: () => 'app.v1' } } }],
  ['a client to verify', async ({ app }) => await talk(app, '/echo', ['x']), { plugin: { options: { verifyClient: () => false } } }],
  ['a payload that is too large', async (stage) => {
    const heard = await talk(stage.app, '/echo', ['x'.repeat(100)])
    await quiet(stage.app)
    return [heard, stage.said]
  }, { plugin: { options: { maxPayload: 64 } } }],
  ['compression', upgrade('/echo', 'Sec-WebSocket-Extensions: permessage-deflate'), { plugin: { options: { perMessageDeflate: true } } }],
  ['a handler that throws', async ({ app }) => await talk(app, '/throws', [])],
  ['a handler that rejects', async ({ app }) => await talk(app, '/rejects', [])],
  ['an error handler of one\'s own', async ({ app }) => [await talk(app, '/throws', []), await talk(app, '/rejects', [])],
    { plugin: { errorHandler: (error, socket) => { socket.close(4100, error.message) } } }],
  ['the bad frame of a client', async ({ app, said }) => {
    const connection = await Connection.open(portOf(app))
    await connection.send(requestHead('GET', '/echo', UPGRADE)).response()
    await connection.frame()
    const { opcode, payload } = await connection.send('\x83\x80\0\0\0\0').frame()
    await connection.closed
    await quiet(app)
    return [opcode, payload.toString('hex'), said]
  }, { plugin: { errorHandler: (_error, socket) => { socket.terminate() } } }],
  ['injectWS', async ({ app }) => {
    const heard: string[] = []
    const socket = await app.injectWS('/echo?x=1', { headers: { 'x-test': 'yes' } },
      { onInit: (client) => { client.on('message', (data) => { heard.push(String(data)) }) } })
    socket.send('hello')
    while (heard.length < 2) await once(socket, 'message')
    socket.terminate()
    return heard
  }],
  ['injectWS that is refused', async ({ app }) => await app.injectWS('/nothing').then(() => 'connected', (error: Error) => error.message)],
  ['close()', async ({ app, said }) => {
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(app)}/echo`)
    await once(socket, 'message')
    const ended = once(socket, 'close')
    await app.close()
    const [code] = await ended as [number]
    await wait(20)
    return [code, said]
  }],
  ['close() with a preClose of one\'s own', async ({ app }) => {
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(app)}/echo`)
    await once(socket, 'message')
    const ended = once(socket, 'close')
    await app.close()
    const [code, reason] = await ended as [number, Buffer]
    return [code, reason.toString()]
  }, {
    plugin: {
      preClose (done) {
        for (const client of this.websocketServer.clients) client.close(4200, 'bye')
        this.websocketServer.close()
        done()
      }
    }
  }],
  ['hooks of the instance', async ({ app, said }) => {
    await wireOf(app, requestHead('GET', '/echo', UPGRADE))
    await wireOf(app, requestHead('GET', '/nothing', UPGRADE))
    await quiet(app)
    return said
  }, {
    add ({ app, said }) {
      for (const name of ['onRequest', 'preValidation', 'preHandler', 'onSend', 'onResponse'] as const) {
        app.addHook(name as 'preHandler', async ({ ws }) => { said.push(`${name} ${String(ws)}`) })
      }
    }
  }]
]

t.test('public routes behave as without the plugin', async (t) => {
  for (const [name, act, making = {}] of table) {
    const results: unknown[] = []
    for (const isGuarded of [false, true]) {
      const stage = await make(making, isGuarded)
      results.push(await act(stage))
      await stage.app.close()
    }
    t.strictSame(results[1], results[0], `${name}: ${JSON.stringify(results[0]).slice(0, 100)}`)
  }
})
