import t from 'tap'
import { Sessions } from '../../../lib/websocket/sessions.ts'
import type { Session } from '../../../lib/websocket/session.ts'
import { closeUpgraded, upgrading } from '../../../lib/websocket/upgrade.ts'
import type { WebSocketServer } from '../../../lib/websocket/handshake.ts'
import type { Socket } from '../../../lib/websocket/socket.ts'
import { admissionOf, FakeNetwork, fakeRequest, FakeSocket, immediates, routeOf, settingsOf } from './stage.ts'

/** A server that completes every handshake at once. */
function fakeServer (socket: Socket): WebSocketServer & { readonly completed: object[] } {
  const completed: object[] = []
  return {
    completed,
    handleUpgrade (request, _network, _head, established) {
      completed.push(request)
      established(socket)
    }
  }
}

function stage (take: Parameters<typeof routeOf>[1] = null) {
  const settings = settingsOf()
  const sessions = new Sessions(settings, () => {})
  const request = Object.assign(fakeRequest(), { raw: {} })
  const network = new FakeNetwork()
  const session = sessions.open(request, network, routeOf(settings, take), admissionOf({ subject: 'ada' })) as Session // there is room
  const socket = new FakeSocket()
  const server = fakeServer(socket)
  const upgrades = upgrading(sessions)
  upgrades.attach(server)
  upgrades.attach(server)
  const handed: Socket[] = []
  const complete = (raw: object): void => server.handleUpgrade(raw, network, new Uint8Array(), (given) => { handed.push(given) })
  return { sessions, request, network, session, socket, server, upgrades, handed, complete }
}

t.test('a handshake that was let in passes through the registry, others do not', async (t) => {
  const { upgrades, request, session, socket, server, handed, complete } = stage()
  complete({})
  t.strictSame([session.socket, handed.length], [null, 1], 'of a public route')
  upgrades.expect(request, session)
  complete(request.raw)
  t.equal(session.socket, socket)
  t.equal(handed.length, 2)
  t.equal(server.completed.length, 2, 'attached once')
})

t.test('one that ended meanwhile never reaches the handler, and no error of it ends the process', async (t) => {
  const { upgrades, sessions, request, session, socket, handed, complete } = stage()
  upgrades.expect(request, session)
  sessions.end(session, { code: 3000, reason: 'token_revoked' })
  complete(request.raw)
  t.strictSame(handed, [])
  socket.emit('error', new Error('reset'))
  await immediates()
  t.strictSame(socket.done, ['close 3000 token_revoked'])
})

t.test('messages are looked at first where the route does so', async (t) => {
  const { upgrades, request, session, socket, complete } = stage((_session, data) => data === 'taken')
  upgrades.expect(request, session)
  complete(request.raw)
  const heard: unknown[] = []
  for (const event of ['message', 'ping']) socket.on(event, (data) => { heard.push(data) })
  t.equal(socket.emit('message', 'taken', false), true)
  socket.emit('message', 'other', false)
  socket.emit('ping', 'taken')
  t.strictSame(heard, ['other', 'taken'])
})

t.test('one that is completed only to be closed', async (t) => {
  const { sessions, request, network, socket, server } = stage()
  const upgrade = { network, head: new Uint8Array(), subprotocol: undefined }
  closeUpgraded(server, request, upgrade, { code: 3000, reason: 'token_expired' }, sessions)
  const heard: unknown[] = []
  socket.on('message', () => { heard.push('message') })
  socket.emit('message', 'x')
  socket.emit('error', new Error('reset'))
  await immediates()
  t.strictSame([heard, socket.done], [[], ['close 3000 token_expired']])
})
