import t from 'tap'
import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { isHandshake, takeUpgrade, watchUpgrades, type Upgrades } from '../../../lib/websocket/handshake.ts'
import { FakeNetwork, fakeRequest } from './stage.ts'

const PREFIX = 'bearer.'
const CARRIED = `bearer.${Buffer.from('token').toString('base64url')}`

function stage (prefix: string | null, upgradesToo = true, isCovered = true) {
  const server = new EventEmitter()
  const seen: unknown[] = []
  if (upgradesToo) server.on('upgrade', ({ headers }: IncomingMessage) => { seen.push(headers['sec-websocket-protocol']) })
  const upgrades: Upgrades = new WeakMap()
  const app = { server, hasDecorator: () => isCovered }
  watchUpgrades(app as unknown as FastifyInstance, prefix, upgrades)
  const network = new FakeNetwork()
  const upgrade = (protocols: string, before: (request: object) => void = () => {}) => {
    const request = { headers: { 'sec-websocket-protocol': protocols } }
    before(request)
    server.emit('upgrade', request, network, Buffer.from('head'))
    const upgrade = takeUpgrade(upgrades, request)
    t.equal(takeUpgrade(upgrades, request), undefined, 'once')
    return upgrade
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
  type Row = [name: string, isCovered: boolean, listeners: number, hasSoon: boolean, isOwn: boolean, ended: boolean]
  const table: Row[] = [
    ['nobody else listens', true, 0, true, true, true], ['Fastify runs the hook that ends it', true, 1, true, true, false],
    ['that hook is of another scope', false, 1, true, true, true], ['a stream that is no socket', true, 0, false, true, true],
    ['an earlier request is still to be answered', true, 1, true, false, true]
  ]
  for (const [name, isCovered, listeners, hasSoon, isOwn, ended] of table) {
    const { network, upgrade } = stage(PREFIX, true, isCovered)
    const response = new EventEmitter()
    for (let i = 0; i < listeners; i++) response.on('finish', () => {})
    const done: string[] = []
    Object.assign(network, { _httpMessage: response }, hasSoon ? { destroySoon () { done.push('soon') } } : {})
    upgrade('app.v1', (request) => { Object.assign(response, { req: isOwn ? request : {} }) })
    t.strictSame([network.destroyed, done], [false, []])
    response.emit('finish')
    t.strictSame([network.destroyed, done], [ended && !hasSoon, ended && hasSoon ? ['soon'] : []], name)
  }
  const { network, upgrade } = stage(PREFIX)
  Object.assign(network, { _httpMessage: null })
  upgrade('app.v1')
  t.equal(network.destroyed, false, 'one that is a WebSocket already')
})

t.test('what is a handshake', async (t) => {
  t.strictSame([{ ws: true }, { ws: false }, {}].map((more) => isHandshake(Object.assign(fakeRequest(), more))), [true, false, false])
})
