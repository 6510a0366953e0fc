/** A server of the WebSocket measurements: `server.js <which> <fixtures>`; tells its port, then follows orders. */
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { bearer, type Scheme } from '../../lib/index.ts'
import { readFixtures, type Fixtures } from '../fixtures.ts'
import { clientsOf } from '../sides/ours.ts'
import type { Closed, Memory, Revoked, ServerOrder } from './protocol.ts'

/** How credentials are verified; `null` for the server without the plugin. */
const SERVERS: Readonly<Record<string, (fixtures: Fixtures) => Record<string, Scheme> | null>> = {
  bare: () => null,
  guarded: ({ signed }) => clientsOf(signed.RS256, 'RS256'),
  // Tokens say themselves when they end, in epoch milliseconds.
  ending: () => ({ oauth: bearer({ verify: (token) => ({ subject: token, expiresAt: new Date(Number(token.split('-')[1])) }) }) })
}

let heard = 0

async function start (which: string, fixtures: Fixtures): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify()
  await app.register(websocket)
  const schemes = SERVERS[which]?.(fixtures) ?? null
  if (schemes !== null) await app.register(fastifySecurity, { schemes, security: [{ oauth: [] }], logLevel: 'silent' })
  app.get('/live', { websocket: true }, (socket) => { socket.on('message', () => { heard++ }) })
  await app.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
  return app
}

async function measureMemory (app: FastifyInstance): Promise<Memory> {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.()
    await wait(100)
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, rss, sockets: app.websocketServer.clients.size }
}

/** The longest pause of the event loop until `stop` is called, in milliseconds. */
function watchPauses (): () => number {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  return () => {
    delays.disable()
    return delays.max / 1e6
  }
}

async function revoke (app: FastifyInstance, deaf: number): Promise<Revoked> {
  const { clients } = app.websocketServer
  const stopBefore = watchPauses()
  const from = heard
  await wait(1000)
  const before = stopBefore()
  const earlier = heard - from
  const stop = watchPauses()
  // The turn before belongs to the messages that are there already.
  await wait(5)
  const start = performance.now()
  const count = app.security.revoke(() => true)
  const call = performance.now() - start
  const known = heard
  while (clients.size > deaf) await wait(2)
  const polite = performance.now() - start
  while (clients.size > 0) await wait(2)
  return { count, call, polite, all: performance.now() - start, pause: stop(), before, heard: earlier, after: heard - known }
}

async function close (app: FastifyInstance): Promise<Closed> {
  const sockets = app.websocketServer.clients.size
  const stop = watchPauses()
  const start = performance.now()
  await app.close()
  return { sockets, took: performance.now() - start, pause: stop() }
}

async function follow (app: FastifyInstance, order: ServerOrder): Promise<unknown> {
  switch (order.do) {
    case 'memory': return await measureMemory(app)
    case 'cpu': {
      const { user, system } = process.cpuUsage()
      return user + system
    }
    case 'revoke': return await revoke(app, order.deaf)
    case 'close': return await close(app)
  }
}

const [which = '', fixtures = ''] = process.argv.slice(2)
const app = await start(which, readFixtures(fixtures))
process.on('message', (order: ServerOrder) => { follow(app, order).then((result) => { process.send?.(result) }) })
process.on('disconnect', () => { process.exit() })
process.on('unhandledRejection', (error) => { throw error })
process.send?.((app.server.address() as AddressInfo).port) // it listens to a port
