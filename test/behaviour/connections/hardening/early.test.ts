import t from 'tap'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { bearer, type WebSocketOptions } from 'fastify-openapi-security'
import { portOf } from '../../../support/drivers.ts'
import { Connection, requestHead, UPGRADE } from '../../../support/wire.ts'
import { idleState, restingProcess } from './residue.ts'

/** A verifier that answers when it is told to. */
interface Judge {
  /** Resolves when the verifier is asked. */
  asked (): Promise<void>
  answer (accepted: boolean): void
}

interface Started {
  readonly app: FastifyInstance
  readonly judge: Judge
  readonly heard: string[]
}

async function start (options: WebSocketOptions): Promise<Started> {
  const app = Fastify()
  const heard: string[] = []
  let wake = (): void => {}
  let pending: ((accepted: boolean) => void) | null = null
  const judge: Judge = {
    async asked () { if (pending === null) await new Promise<void>((resolve) => { wake = resolve }) },
    answer (accepted) {
      pending?.(accepted)
      pending = null
    }
  }
  const verify = async (): Promise<object | null> => {
    const accepted = new Promise<boolean>((resolve) => { pending = resolve })
    wake()
    return await accepted ? { subject: 'ada' } : null
  }
  await app.register(websocket)
  await app.register(fastifySecurity, {
    schemes: { slow: bearer({ verify }) }, security: [{ slow: [] }], logLevel: 'silent', websocket: { limits: { total: 1, pending: 1 }, ...options }
  })
  app.get('/live', { websocket: true }, (socket) => {
    heard.push('handler')
    socket.on('message', (data: Buffer) => { heard.push(data.toString()) })
    socket.on('close', () => { heard.push('close') })
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, judge, heard }
}

/** A text frame as clients send it (RFC 6455 §5.3), with a mask of zeros. */
function textFrame (text: string): string {
  const length = text.length < 126 ? String.fromCharCode(0x80 | text.length) : `\xfe${String.fromCharCode(text.length >> 8, text.length & 255)}`
  return `\x81${length}\0\0\0\0${text}`
}

const withToken = requestHead('GET', '/live', [...UPGRADE, 'Authorization: Bearer token'])
const authenticate = textFrame(JSON.stringify({ type: 'authenticate', token: 'token' }))

/** How a client gets as far as the verifier: with a token in the handshake, or by a first message. */
const WAYS: readonly (readonly [name: string, options: WebSocketOptions, begin: (connection: Connection) => Promise<void>])[] = [
  ['the handshake', {}, async (connection) => { connection.send(withToken) }],
  ['the handshake, refused by a close frame', { refuse: 'close' }, async (connection) => { connection.send(withToken) }],
  ['the first message', { firstMessage: { maxBytes: 400, accepted: null } }, async (connection) => {
    await connection.send(requestHead('GET', '/live', UPGRADE)).response()
    connection.send(authenticate)
  }],
  ['the first message, sent with the handshake', { firstMessage: { maxBytes: 400, accepted: null } }, async (connection) => {
    connection.send(requestHead('GET', '/live', UPGRADE) + authenticate)
  }]
]

async function until (isSo: () => boolean): Promise<void> {
  const limit = Date.now() + 10_000
  while (!isSo() && Date.now() < limit) await wait(5)
}

for (const [name, options, begin] of WAYS) {
  t.test(`frames that come while ${name} is judged (W-18)`, async (t) => {
    const resting = restingProcess()
    const { app, judge, heard } = await start(options)
    const idle = await idleState(app)
    for (const accepted of [true, false]) {
      const connection = await Connection.open(portOf(app))
      await begin(connection)
      connection.send(textFrame('one') + textFrame('two'))
      await judge.asked()
      connection.send(textFrame('three'))
      await wait(20)
      t.strictSame(heard, [], 'nothing is heard before the decision')
      judge.answer(accepted)
      if (accepted) await until(() => heard.length >= 4)
      else await connection.closed
      t.strictSame(heard.splice(0), accepted ? ['handler', 'one', 'two', 'three'] : [], accepted ? 'then all of it, in order' : 'and none of it when it is no')
      connection.socket.destroy()
      await idle()
      heard.length = 0
    }
    const { held, idle: before } = await idle()
    t.strictSame(held, before)
    await app.close()
    t.strictSame(await resting(), [])
  })

  const leaving: [how: string, leave: (socket: Socket) => void][] = [
    ['resets the connection', (socket) => { socket.resetAndDestroy() }],
    ['ends the connection', (socket) => { socket.destroy() }],
    ['closes its half', (socket) => { socket.end() }]
  ]
  t.test(`a client that leaves while ${name} is judged never reaches the handler`, async (t) => {
    const resting = restingProcess()
    const { app, judge, heard } = await start(options)
    const idle = await idleState(app)
    for (const [how, leave] of leaving) {
      for (const accepted of [true, false]) {
        const connection = await Connection.open(portOf(app))
        await begin(connection)
        await judge.asked()
        leave(connection.socket)
        await wait(20)
        judge.answer(accepted)
        const { held, idle: before } = await idle()
        t.strictSame(held, before, `${how}; nothing is held`)
        t.strictSame(heard.splice(0), [], how)
        connection.socket.destroy()
      }
    }
    await app.close()
    t.strictSame(await resting(), [])
  })
}

t.test('a client that leaves before it sends its first message', async (t) => {
  const resting = restingProcess()
  const { app, heard } = await start({ firstMessage: true })
  const idle = await idleState(app)
  for (let i = 0; i < 3; i++) {
    const connection = await Connection.open(portOf(app))
    await connection.send(requestHead('GET', '/live', UPGRADE)).response()
    if (i === 0) connection.socket.resetAndDestroy()
    else if (i === 1) connection.socket.destroy()
    else connection.send(textFrame('half').slice(0, 5)).socket.end()
    if (!connection.socket.closed) await once(connection.socket, 'close')
    const { held, idle: before } = await idle()
    t.strictSame(held, before)
  }
  t.strictSame(heard, [])
  await app.close()
  t.strictSame(await resting(), [])
})

t.test('more than may be kept while a first message is judged closes the connection', async (t) => {
  const resting = restingProcess()
  const { app, judge, heard } = await start({ firstMessage: { maxBytes: 400 } })
  const connection = await Connection.open(portOf(app))
  await connection.send(requestHead('GET', '/live', UPGRADE)).response()
  connection.send(authenticate)
  await judge.asked()
  for (let i = 0; i < 5; i++) connection.send(textFrame('x'.repeat(100)))
  const { opcode, payload } = await connection.frame()
  t.strictSame([opcode, payload.readUInt16BE(0), payload.subarray(2).toString()], [8, 1009, 'credentials_missing'])
  judge.answer(true)
  connection.socket.destroy()
  await app.close()
  t.strictSame(heard, [], 'though it is accepted afterwards')
  t.strictSame(await resting(), [])
})
