import t from 'tap'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { bearer, type WebSocketOptions } from 'fastify-openapi-security'
import { portOf } from '../../../support/drivers.ts'
import { requestHead, UPGRADE } from '../../../support/wire.ts'
import { bearerOf, connect } from '../app.ts'
import { alarms, idleState, restingProcess } from './residue.ts'
import { gone, randomFrom, storm } from './storm.ts'

/** Clients that are under way at once, and connections that are allowed. */
const LANES = 200
const ALLOWED = 400
/** Milliseconds at most, of a verifier and until a reset. */
const SLOW = 20

interface Counted {
  asked: number
  ran: number
}

async function start (options: WebSocketOptions, random: () => number, counted: Counted): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(websocket)
  await app.register(fastifySecurity, {
    schemes: {
      slow: bearer({
        async verify (token) {
          counted.asked++
          await wait(random() * SLOW)
          return token === 'good' ? { subject: 'ada' } : null
        }
      })
    },
    security: [{ slow: [] }],
    logLevel: 'silent',
    websocket: { limits: { total: ALLOWED, perIdentity: ALLOWED, pending: ALLOWED }, ...options }
  })
  app.get('/live', { websocket: true }, (socket) => {
    counted.ran++
    socket.send('welcome')
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app
}

/** A text frame as clients send it (RFC 6455 §5.3), with a mask of zeros, of fewer than 126 bytes. */
function textFrame (text: string): Buffer {
  return Buffer.from(`\x81${String.fromCharCode(0x80 | text.length)}\0\0\0\0${text}`, 'latin1')
}

async function torn (socket: Socket, random: () => number): Promise<void> {
  await wait(random() * SLOW * 1.5)
  socket.resetAndDestroy()
  await gone(socket)
}

const authenticate = textFrame(JSON.stringify({ type: 'authenticate', token: 'good' }))
const goodHead = requestHead('GET', '/live', [...UPGRADE, 'Authorization: Bearer good'])
const badHead = requestHead('GET', '/live', [...UPGRADE, 'Authorization: Bearer bad'])
const bareHead = requestHead('GET', '/live', UPGRADE)

type Part = (socket: Socket, random: () => number) => Promise<unknown>

const table: [name: string, options: WebSocketOptions, count: number, part: Part][] = [
  ['in the guard of a handshake', {}, 10_000, async (socket, random) => {
    socket.write(random() < 0.1 ? badHead : goodHead)
    await torn(socket, random)
  }],
  ['while the first message is waited for or judged', { firstMessage: true }, 2000, async (socket, random) => {
    socket.write(bareHead)
    // The handshake takes a turn of its own, after which most resets are to come.
    if (random() < 0.8) await Promise.race([once(socket, 'data'), gone(socket)])
    if (random() < 0.9) socket.write(authenticate)
    await torn(socket, random)
  }],
  ['while a refusal is sent as a close frame', { refuse: 'close' }, 2000, async (socket, random) => {
    socket.write(badHead)
    await torn(socket, random)
  }]
]

for (const [name, options, count, part] of table) {
  t.test(`clients that reset their connection ${name} (I01, I16)`, async (t) => {
    const random = randomFrom(20_261)
    const counted: Counted = { asked: 0, ran: 0 }
    const noise = alarms()
    const resting = restingProcess()
    const app = await start(options, random, counted)
    const idle = await idleState(app)

    await storm(portOf(app), count, LANES, async (socket) => { await part(socket, random) })

    const { held, idle: before } = await idle()
    t.strictSame(held, before, 'nothing is held for any of them')
    const { asked, ran } = counted
    t.ok(asked > count / 10, `${asked} of ${count} reached the verifier`)
    t.ok(ran < asked, `${ran} got in before their reset`)
    const allowed = Array.from({ length: ALLOWED }, () => connect(app, '/live', bearerOf('good')))
    const welcomes = await Promise.all(allowed.map(async (client) => await client.next()))
    t.strictSame(new Set(welcomes), new Set(['welcome']), 'there is room for as many as allowed')
    t.match(await connect(app, '/live', bearerOf('good')).ended, /^(?:HTTP 429|1013 too_many_attempts)$/, 'and for no one more')
    for (const { socket } of allowed) socket.terminate()
    await app.close()
    t.strictSame(await resting(), [], 'no timer and no socket keeps the process alive')
    noise.stop()
    t.strictSame(noise.heard, [])
  })
}
