import t from 'tap'
import type { Closing } from '../../../lib/websocket/close-codes.ts'
import type { GuardedRoute, Session } from '../../../lib/websocket/session.ts'
import { Sessions } from '../../../lib/websocket/sessions.ts'
import type { WebSocketOptions } from '../../../lib/websocket/settings.ts'
import { admissionOf, FakeNetwork, fakeRequest, FakeSocket, fakeTime, immediates, routeOf, settingsOf } from './stage.ts'

interface Opened {
  readonly session: Session
  readonly network: FakeNetwork
  readonly socket: FakeSocket
}

function stage (t: { teardown (callback: () => void): void }, options: WebSocketOptions = {}) {
  const time = fakeTime(t)
  const settings = settingsOf(options)
  const logged: Closing[] = []
  const sessions = new Sessions(settings, (_session, closing) => { logged.push(closing) }, time.clock)
  const errors: unknown[] = []
  const route: GuardedRoute = routeOf(settings)
  /** @param seconds until the credentials end */
  const open = (subject: string | null, seconds?: number): Opened => {
    const network = new FakeNetwork()
    const expiresAt = seconds === undefined ? undefined : Date.now() / 1000 + seconds
    const session = sessions.open(fakeRequest(errors), network, route, admissionOf(subject === null ? null : { subject, scopes: ['read'], expiresAt }))
    if (session === null) throw new Error('no room')
    const socket = new FakeSocket()
    sessions.establish(session, socket)
    return { session, network, socket }
  }
  return { time, sessions, open, logged, errors, route }
}

t.test('a connection ends with its credentials', async (t) => {
  const { time, open, logged, sessions } = stage(t)
  const { socket, network } = open('ada', 5)
  open('bob')
  time.advance(4900)
  await immediates()
  t.strictSame(socket.done, [])
  time.advance(250)
  await immediates()
  t.strictSame(socket.done, ['close 3000 token_expired'])
  t.strictSame(logged, [{ code: 3000, reason: 'token_expired' }])
  t.equal(sessions.deadlines.size, 0)
  t.equal(sessions.size, 2, 'it is known until the network connection is gone')
  network.destroy()
  t.equal(sessions.size, 1)
})

t.test('setting the time of day neither ends nor lengthens it', async (t) => {
  const { time, open } = stage(t)
  const { socket } = open('ada', 60)
  const { now } = Date
  for (const shift of [-86_400_000, 86_400_000]) {
    Date.now = () => now() + shift
    time.advance(20_000)
    await immediates()
    t.strictSame(socket.done, [], `shifted by ${shift} ms`)
  }
  Date.now = now
  time.advance(20_250)
  await immediates()
  t.strictSame(socket.done, ['close 3000 token_expired'])
})

t.test('before the end comes a warning', async (t) => {
  const table: [name: string, options: WebSocketOptions, seconds: number, after: number, warned: boolean, told: number][] = [
    ['a minute before', {}, 100, 40_250, true, 0], ['told to the client where it can renew', { renewal: true }, 100, 40_250, true, 1],
    ['later, not yet', {}, 100, 39_900, false, 0], ['half-way where there is less time than that', {}, 50, 25_250, true, 0],
    ['not before', {}, 50, 24_900, false, 0],
    ['switched off', { warnBefore: 0 }, 100, 99_900, false, 0], ['another time', { warnBefore: 10 }, 100, 90_250, true, 0]
  ]
  for (const [name, options, seconds, after, warned, told] of table) {
    await t.test(name, async (t) => {
      const { time, open } = stage(t, options)
      const { socket, session } = open('ada', seconds)
      const events: unknown[] = []
      socket.on('expiring', (event) => { events.push(event) })
      time.advance(after)
      await immediates()
      t.equal(events.length, warned ? 1 : 0)
      if (warned) t.match(events[0], { expiresAt: Number })
      t.equal(socket.done.filter((one) => one.startsWith('send {"type":"expiring","expires_at":')).length, told)
      t.equal(session.closing, null, 'it is open still')
    })
  }
})

t.test('a listener that throws is logged, and the connection ends all the same', async (t) => {
  const { time, open, errors } = stage(t, { warnBefore: 1 })
  const { socket } = open('ada', 3)
  socket.on('expiring', () => { throw new Error('listener') })
  time.advance(3250)
  await immediates()
  t.match(errors, [{ err: { message: 'listener' } }])
  t.strictSame(socket.done, ['close 3000 token_expired'])
})

t.test('renewed, it ends with the new credentials', async (t) => {
  const { time, open, sessions } = stage(t)
  const { session, socket } = open('ada', 5)
  sessions.renew(session, admissionOf({ subject: 'ada', expiresAt: Date.now() / 1000 + 30 }))
  time.advance(6000)
  await immediates()
  t.strictSame(socket.done, [])
  sessions.renew(session, admissionOf({ subject: 'ada' }))
  t.equal(sessions.deadlines.size, 0, 'without an end nothing is waited for')
  time.advance(60_000)
  await immediates()
  t.strictSame(socket.done, [])
})

t.test('from the end on the handler hears nothing, and ending again changes nothing', async (t) => {
  const { open, sessions } = stage(t)
  const { session, socket } = open('ada')
  const heard: unknown[] = []
  socket.on('message', (data) => { heard.push(data) })
  sessions.end(session, { code: 3003, reason: 'scope_insufficient' })
  sessions.end(session, { code: 1001, reason: '' })
  socket.emit('message', 'late')
  socket.send('late')
  await immediates()
  t.strictSame([heard, socket.done], [[], ['close 3003 scope_insufficient']])
})

t.test('one that ends before its handshake is completed never gets that far', async (t) => {
  const { sessions, route } = stage(t)
  const session = sessions.open(fakeRequest(), new FakeNetwork(), route, admissionOf({ subject: 'ada' })) as Session // there is room
  t.equal(sessions.revoke(() => true), 1)
  const socket = new FakeSocket()
  t.equal(sessions.establish(session, socket), false)
  await immediates()
  t.strictSame(socket.done, ['close 3000 token_revoked'])
})

t.test('a revocation asks about all before it ends any, and each once', async (t) => {
  const { open, sessions } = stage(t)
  const ada = open('ada')
  const bob = open('bob')
  open(null)
  const asked: unknown[] = []
  t.throws(() => sessions.revoke(({ credentials }) => {
    asked.push(credentials)
    if (asked.length === 2) throw new Error('predicate')
    return true
  }), /predicate/)
  t.strictSame([ada.session.closing, bob.session.closing], [null, null], 'none, if the predicate fails')
  t.equal(sessions.revoke(({ scheme, credentials }) => scheme === 'oauth' && Reflect.get(credentials, 'subject') === 'ada'), 1)
  t.equal(sessions.revoke(() => true), 1, 'anonymous callers bear nothing')
  t.equal(sessions.revoke(() => true), 0)
})

t.test('no more than allowed, and who leaves makes room', async (t) => {
  const { sessions, route, open } = stage(t, { limits: { total: 4, perIdentity: 2 } })
  const opened = ['ada', 'ada', 'bob'].map((subject) => open(subject))
  const attempt = (subject: string): boolean =>
    sessions.open(fakeRequest(), new FakeNetwork(), route, admissionOf({ subject })) !== null
  t.equal(attempt('ada'), false, 'two of Ada\'s')
  opened[0]?.network.destroy()
  opened[0]?.network.destroy()
  t.strictSame([attempt('ada'), attempt('ada')], [true, false], 'one left, once')
  t.strictSame([attempt('eve'), attempt('eve')], [true, false], 'four in all')
})

t.test('whose credentials these are', async (t) => {
  const { sessions } = stage(t)
  const bearing = (scheme: string, subject: unknown) => ({ scheme, credentials: { subject } })
  t.equal(sessions.identityOf([]), null)
  t.equal(sessions.identityOf([bearing('oauth', 'ada'), bearing('key', undefined)]), null, 'all of them must say')
  t.not(sessions.identityOf([bearing('oauth', 'ada')]), sessions.identityOf([bearing('key', 'ada')]), 'a name is one of its scheme')
  t.not(sessions.identityOf([bearing('a', 'b","c')]), sessions.identityOf([bearing('a","b', 'c')]), 'and cannot be made up of others')
})

t.test('the end of all', async (t) => {
  const { time, sessions, open } = stage(t)
  const polite = open('ada', 3600)
  const deaf = open('bob')
  let closed = false
  const closing = sessions.close().then(() => { closed = true })
  await immediates()
  t.strictSame([polite.socket.done, deaf.socket.done], [['close 1001'], ['close 1001']])
  polite.socket.gone()
  await immediates()
  t.equal(closed, false)
  time.advance(2100)
  await closing
  t.equal(deaf.socket.done.at(-1), 'terminate')
  t.equal(sessions.deadlines.size, 0)
})
