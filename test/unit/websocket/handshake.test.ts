import t from 'tap'
import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { isHandshake, watchUpgrades, type Upgrades } from '../../../lib/websocket/handshake.ts'
import { FakeNetwork, fakeRequest } from './stage.ts'

const PREFIX = 'bearer.'
const CARRIED = `bearer.${Buffer.from('token').toString('base64url')}`

function stage (prefix: string | null, upgradesToo = true) {
  const server = new EventEmitter()
  const seen: unknown[] = []
  if (upgradesToo) server.on('upgrade', ({ headers }: IncomingMessage) => { seen.push(headers['sec-websocket-protocol']) })
  const upgrades: Upgrades = new WeakMap()
  watchUpgrades({ server } as unknown as FastifyInstance, prefix, upgrades)
  const network = new FakeNetwork()
  const upgrade = (protocols: string) => {
    const request = { headers: { 'sec-websocket-protocol': protocols } }
    server.emit('upgrade', request, network, Buffer.from('head'))
    return upgrades.get(request)
  }
  return { server, seen, network, upgrade }
}

t.test('an upgrade is seen before anything else sees it, without its token', async (t) => {
  const { seen, network, upgrade } = stage(PREFIX)
  t.strictSame(upgrade(`${CARRIED}, app.v1`), { network, head: Buffer.from('head'), subprotocol: 'token' })
  t.match(upgrade(CARRIED), { subprotocol: { reason: 'subprotocol_missing' } })
  t.match(upgrade('app.v1'), { subprotocol: undefined })
  t.strictSame(seen, ['app.v1', undefined, 'app.v1'])
  const off = stage(null)
  t.match(off.upgrade(`${CARRIED}, app.v1`), { subprotocol: undefined })
  t.strictSame(off.seen, [`${CARRIED}, app.v1`], 'switched off, it is a subprotocol like others')
})

t.test('where nobody upgrades, nobody is made to wait for us', async (t) => {
  t.equal(stage(PREFIX, false).server.listenerCount('upgrade'), 0)
})

t.test('after an answer over HTTP the connection ends, as soon as all is written where it can tell', async (t) => {
  for (const hasSoon of [true, false]) {
    const { network, upgrade } = stage(PREFIX)
    const response = new EventEmitter()
    const done: string[] = []
    Object.assign(network, { _httpMessage: response }, hasSoon ? { destroySoon () { done.push('soon') } } : {})
    upgrade('app.v1')
    t.equal(network.destroyed, false)
    response.emit('finish')
    t.strictSame([network.destroyed, done], [!hasSoon, hasSoon ? ['soon'] : []])
  }
  const { network, upgrade } = stage(PREFIX)
  Object.assign(network, { _httpMessage: null })
  upgrade('app.v1')
  t.equal(network.destroyed, false, 'one that is a WebSocket already')
})

t.test('what is a handshake', async (t) => {
  t.strictSame([{ ws: true }, { ws: false }, {}].map((more) => isHandshake(Object.assign(fakeRequest(), more))), [true, false, false])
})
