import t from 'tap'
import { attempt, type Trial } from './sockets.ts'

const NOW = 1_700_000_000
const authenticate = (n: number): string => `{"type":"authenticate","token":"tok-${n}"}`

async function opened (options: Parameters<typeof attempt>[0] = {}): Promise<Trial & { socket: Awaited<ReturnType<Trial['settle']>> }> {
  const trial = attempt(options)
  const socket = await trial.settle()
  socket.accept()
  return { ...trial, socket }
}

t.test('when the server says that the credentials are expiring they are renewed in place', async (t) => {
  const { live, socket, settle, renewals, messages, asked, clock } = await opened()
  socket.deliver({ type: 'expiring', expires_at: NOW + 60 })
  await settle()
  t.strictSame(socket.sent, [authenticate(2)])
  t.strictSame(asked, [false, true], 'with a fresh token')
  t.strictSame(renewals, [])
  socket.deliver({ type: 'authenticated', expires_at: NOW + 600 })
  t.strictSame(renewals, [{ renewed: true, expiresAt: NOW + 600 }])
  t.strictSame([messages, clock.pending, live.state], [[], [], 'open'])
  socket.deliver({ type: 'expiring', expires_at: NOW + 600 })
  await settle()
  t.strictSame(socket.sent.length, 2, 'and again')
})

t.test('unasked no token goes over an open connection', async (t) => {
  const { socket, settle, clock } = await opened({ carrier: 'message' })
  socket.deliver({ type: 'authenticated', expires_at: NOW + 60 })
  clock.advance(3_600_000)
  await settle()
  t.strictSame(socket.sent, [authenticate(1)])
})

t.test('a refused renewal is tried again, three times in all', async (t) => {
  const { live, socket, settle, renewals, messages, clock } = await opened()
  socket.deliver({ type: 'expiring', expires_at: NOW + 60 })
  await settle()
  socket.deliver({ type: 'refused', code: 'verifier_unavailable' })
  t.strictSame([renewals, clock.pending], [[{ renewed: false, code: 'verifier_unavailable' }], [750]])
  await clock.next()
  await settle()
  socket.deliver({ type: 'refused', code: 'token_expired' })
  await clock.next()
  await settle()
  socket.deliver({ type: 'refused', code: 'token_expired' })
  t.strictSame([renewals.length, clock.pending, socket.sent], [3, [], [authenticate(2), authenticate(3), authenticate(4)]])
  t.strictSame([live.state, messages], ['open', []], 'it stays open until the old ones end')
})

t.test('a source that fails is tried again, one that has nothing is not', async (t) => {
  let calls = 0
  const failing = await opened({
    token: () => {
      if (++calls === 2) throw new Error('login is down')
      return `tok-${calls}`
    }
  })
  failing.socket.deliver({ type: 'expiring', expires_at: NOW + 60 })
  await failing.settle()
  t.strictSame(failing.renewals, [{ renewed: false, code: 'credentials_unavailable' }])
  await failing.clock.next()
  await failing.settle()
  t.strictSame(failing.socket.sent, [authenticate(3)])

  const out = await opened({ token: ({ fresh }) => fresh ? null : 'tok-1' })
  out.socket.deliver({ type: 'expiring', expires_at: NOW + 60 })
  await out.settle()
  t.strictSame([out.renewals, out.socket.sent, out.clock.pending, out.live.state], [[{ renewed: false, code: 'credentials_missing' }], [], [], 'open'])
})

t.test('a renewal without an answer is not repeated, and a late answer is not the application\'s', async (t) => {
  const { socket, settle, renewals, messages, clock } = await opened({ timeout: 2000 })
  socket.deliver({ type: 'expiring', expires_at: NOW + 60 })
  await settle()
  clock.advance(2000)
  t.strictSame([renewals, clock.pending], [[{ renewed: false, code: 'timeout' }], []])
  socket.deliver({ type: 'authenticated' })
  t.strictSame([messages, renewals.length], [[], 1])
  socket.deliver({ type: 'refused', code: 'not ours' })
  t.strictSame(messages, ['{"type":"refused","code":"not ours"}'])
})

t.test('one renewal at a time', async (t) => {
  const { socket, settle, asked } = await opened()
  for (let i = 0; i < 3; i++) socket.deliver({ type: 'expiring', expires_at: NOW + 60 })
  await settle()
  socket.deliver({ type: 'expiring', expires_at: NOW + 60 })
  await settle()
  t.strictSame([asked, socket.sent], [[false, true], [authenticate(2)]])
})

t.test('a connection that ends while a token is being fetched takes that token', async (t) => {
  const answers: ((token: string) => void)[] = []
  const { live, settle, clock, sockets } = attempt({ token: () => new Promise((resolve) => { answers.push(resolve) }) })
  await settle()
  answers[0]?.('one')
  const first = await settle()
  first.accept()
  first.deliver({ type: 'expiring', expires_at: NOW + 1 })
  first.end(3000, 'token_expired')
  clock.advance(1000)
  await settle()
  t.equal(answers.length, 2, 'asked once for both')
  answers[1]?.('two')
  const second = await settle()
  t.strictSame([first.sent, sockets.length, live.state], [[], 2, 'connecting'])
  t.strictSame(second.protocols, ['fastify-openapi-security', `base64url.bearer.authorization.k8s.io.${Buffer.from('two').toString('base64url')}`])
})

t.test('the client renews by its own clock if it is told when', async (t) => {
  type Hint = ((token: string) => number | undefined) | undefined
  const table: [name: string, expiresAt: Hint, said: number | undefined, wait: number | null][] = [
    ['what the application knows', () => NOW + 300, undefined, 270_000],
    ['what the server says goes first', () => NOW + 300, NOW + 100, 70_000],
    ['what the server says alone', undefined, NOW + 100, 70_000],
    ['nobody knows', undefined, undefined, null],
    ['it is not in the token', () => undefined, undefined, null],
    ['the application cannot tell', () => { throw new Error('not a JWT') }, undefined, null],
    ['it has ended already', () => NOW - 9999, undefined, 0]
  ]
  for (const [name, expiresAt, said, wait] of table) {
    const renewal = { before: 30, ...(expiresAt === undefined ? {} : { expiresAt }) }
    const { socket, clock, settle } = await opened({ carrier: 'message', renewal })
    socket.deliver({ type: 'authenticated', ...(said === undefined ? {} : { expires_at: said }) })
    t.strictSame(clock.pending, wait === null ? [] : [wait], name)
    if (wait === null) continue
    clock.advance(wait)
    await settle()
    t.strictSame(socket.sent, [authenticate(1), authenticate(2)], name)
  }
})

t.test('a clock that is wrong does not make it renew all the time', async (t) => {
  const { socket, clock, settle, asked } = await opened({ renewal: { before: 30, expiresAt: () => NOW - 86_400 } })
  for (let i = 0; i < 20; i++) {
    await clock.next()
    await settle()
    socket.deliver({ type: 'authenticated' })
  }
  t.equal(asked.length, 21)
  t.ok(clock.now() - NOW * 1000 >= 19 * 30_000, `${clock.now() - NOW * 1000} ms for 20`)
})

t.test('with tickets alone there is nothing to renew with', async (t) => {
  const { socket, settle, messages, asked } = await opened({ ticket: () => 'ticket', token: undefined } as unknown as Parameters<typeof attempt>[0]) // from JavaScript
  socket.deliver({ type: 'expiring', expires_at: NOW + 60 })
  await settle()
  t.strictSame([socket.sent, messages, asked], [[], [], []])
})

t.test('told never to renew it does not, and the messages are the application\'s', async (t) => {
  const { socket, settle, messages, asked, clock } = await opened({ carrier: 'message', renewal: false })
  socket.deliver({ type: 'authenticated', expires_at: NOW + 600 })
  socket.deliver({ type: 'expiring', expires_at: NOW + 60 })
  await settle()
  t.strictSame([socket.sent, asked, clock.pending], [[authenticate(1)], [false], []])
  t.strictSame(messages, [`{"type":"expiring","expires_at":${NOW + 60}}`])
})

t.test('lost scopes end it', async (t) => {
  const { live, socket, settle, changes } = await opened()
  socket.deliver({ type: 'expiring', expires_at: NOW + 60 })
  await settle()
  socket.end(3003, 'scope_insufficient pets:write')
  t.equal(live.state, 'closed')
  t.match(changes.at(-1), { ending: { reason: 'scope_insufficient', scopes: ['pets:write'] } })
})
