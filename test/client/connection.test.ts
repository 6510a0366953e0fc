import t from 'tap'
import { attempt, FakeSocket, TOKEN } from './sockets.ts'

const BEARER = `base64url.bearer.authorization.k8s.io.${Buffer.from(TOKEN).toString('base64url')}`

t.test('it opens with a token, and hands messages over', async (t) => {
  const { live, settle, changes, messages, sockets, clock, asked } = attempt({ protocols: 'chat.v1' })
  t.equal(live.state, 'connecting')
  t.strictSame([asked, sockets], [[], []], 'nothing happens before the caller has the connection')
  const socket = await settle()
  t.strictSame([socket.url, socket.protocols, socket.binaryType], ['wss://api.example/live', ['chat.v1', BEARER], 'arraybuffer'])
  t.equal(live.state, 'connecting')
  socket.accept('chat.v1')
  t.equal(live.state, 'open')
  socket.deliver('hello')
  const bytes = new ArrayBuffer(2)
  socket.deliver(bytes)
  socket.deliver({ type: 'authenticated' })
  t.strictSame(messages, ['hello', bytes, '{"type":"authenticated"}'], 'nothing was asked, so that is for the application')
  t.strictSame(changes, [{ state: 'open', protocol: 'chat.v1' }])
  t.strictSame([asked, clock.pending], [[false], []])
  t.equal(live.send('hi'), true)
  t.strictSame(socket.sent, ['hi'])
})

t.test('after 3000 it comes back with a fresh token', async (t) => {
  const { live, settle, retry, changes, asked, clock } = attempt()
  const first = await settle()
  first.accept()
  clock.advance(60_000)
  first.end(3000, 'token_expired')
  t.equal(live.state, 'waiting')
  const second = await retry()
  t.equal(live.state, 'connecting')
  t.strictSame(second.protocols, ['fastify-openapi-security', `base64url.bearer.authorization.k8s.io.${Buffer.from('tok-2').toString('base64url')}`])
  second.accept()
  t.strictSame(asked, [false, true])
  const ending = { code: 3000, reason: 'token_expired', scopes: [] }
  t.strictSame(changes, [
    { state: 'open', protocol: '' },
    { state: 'waiting', ending, delay: 750, failures: 1 },
    { state: 'connecting' },
    { state: 'open', protocol: '' }
  ])
})

t.test('refused again and again it gives up, and leaves the login server alone', async (t) => {
  for (const [name, isOpen] of [['right after the handshake', true], ['in the handshake of a first message', false]] as const) {
    const { live, settle, retry, changes, asked, clock, sockets } = attempt(isOpen ? {} : { carrier: 'message' })
    let socket = await settle()
    for (let i = 0; i < 4; i++) {
      socket.accept()
      socket.end(3000, 'credentials_invalid')
      socket = await retry()
    }
    socket.accept()
    socket.end(3000, 'credentials_invalid')
    t.equal(live.state, 'closed', name)
    t.strictSame(changes.at(-1), { state: 'closed', ending: { code: 3000, reason: 'credentials_invalid', scopes: [] } })
    t.strictSame([asked, sockets.length, clock.pending], [[false, true, true, true, true], 5, []])
    const delays = changes.flatMap((change) => change.state === 'waiting' ? [change.delay] : [])
    t.strictSame(delays, [750, 1500, 3000, 6000], 'later each time')
  }
})

t.test('a connection that lasted sets the count back', async (t) => {
  const { live, settle, retry, asked, clock } = attempt()
  let socket = await settle()
  for (let i = 0; i < 12; i++) {
    socket.accept()
    clock.advance(i % 2 === 0 ? 5000 : 4999)
    socket.end(3000, 'token_expired')
    socket = await retry()
  }
  t.equal(live.state, 'connecting')
  t.equal(asked.length, 13)
})

t.test('some endings are for good', async (t) => {
  const table: [code: number, text: string, reason: string, scopes: string[]][] = [
    [3003, 'scope_insufficient pets:write', 'scope_insufficient', ['pets:write']],
    [1000, '', '', []], [1005, '', '', []], [1008, 'credentials_ambiguous', 'credentials_ambiguous', []], [4000, 'kicked', 'kicked', []]
  ]
  for (const [code, text, reason, scopes] of table) {
    const { live, settle, changes, clock, asked } = attempt()
    const socket = await settle()
    socket.accept()
    socket.end(code, text)
    t.equal(live.state, 'closed', `${code}`)
    t.strictSame(changes.at(-1), { state: 'closed', ending: { code, reason, scopes } })
    t.strictSame([clock.pending, asked], [[], [false]])
  }
})

t.test('a lost network is waited for, however long', async (t) => {
  const { live, settle, retry, changes, asked } = attempt()
  let socket = await settle()
  for (let i = 0; i < 20; i++) {
    socket.end(1006)
    socket = await retry()
  }
  socket.accept()
  t.equal(live.state, 'open')
  t.strictSame(asked.flatMap((fresh, i) => fresh ? [i] : []), [1, 2, 4, 8, 16], 'a handshake may have failed for its token, so seldom a fresh one')
  const delays = changes.flatMap((change) => change.state === 'waiting' ? [change.delay] : [])
  t.strictSame(delays.slice(0, 7), [750, 1500, 3000, 6000, 12_000, 22_500, 22_500])
})

t.test('the application decides otherwise', async (t) => {
  const reconnect = ({ code }: { code: number | null }): boolean | undefined => code === 4001 ? true : code === 1006 ? false : undefined
  const table: [code: number, state: string][] = [[4001, 'waiting'], [4002, 'closed'], [1006, 'closed'], [1001, 'waiting'], [3000, 'waiting']]
  for (const [code, state] of table) {
    const { live, settle } = attempt({ reconnect })
    const socket = await settle()
    socket.accept()
    socket.end(code)
    t.equal(live.state, state, `${code}`)
  }
  const { live, settle, retry, asked } = attempt({ reconnect: () => true })
  for (let socket = await settle(); live.state !== 'closed'; socket = live.state === 'waiting' ? await retry() : socket) {
    socket.accept()
    socket.end(3000)
  }
  t.equal(asked.length, 5, 'but not to go on asking for tokens that are refused')
})

t.test('an attempt that takes too long is ended', async (t) => {
  for (const [name, options, isOpen] of [['handshake', {}, false], ['first message', { carrier: 'message' }, true]] as const) {
    const { live, settle, retry, changes, clock } = attempt({ ...options, timeout: 3000 })
    const first = await settle()
    if (isOpen) first.accept()
    clock.advance(2999)
    t.equal(live.state, 'connecting', name)
    clock.advance(1)
    t.strictSame(changes, [{ state: 'waiting', ending: { code: 1006, reason: 'timeout', scopes: [] }, delay: 750, failures: 1 }])
    t.ok(first.closed)
    if (!isOpen) first.accept()
    first.deliver('late')
    first.end(1006)
    t.equal(changes.length, 1, 'nothing more is heard of it')
    const second = await retry()
    second.accept()
    t.not(second, first)
  }
})

t.test('sources that fail, have nothing, or never answer', async (t) => {
  const error = new Error('login is down')
  const table: [name: string, token: () => Promise<string | null>, state: string, ending: object | null][] = [
    ['failed', () => Promise.reject(error), 'waiting', { code: null, reason: 'credentials_unavailable', scopes: [], error }],
    ['signed out', async () => null, 'closed', { code: null, reason: 'credentials_missing', scopes: [] }],
    ['never', () => new Promise(() => {}), 'connecting', null]
  ]
  for (const [name, token, state, ending] of table) {
    const { live, settle, changes, sockets } = attempt({ token })
    await settle()
    t.equal(live.state, state, name)
    const [change] = changes
    t.strictSame(change !== undefined && 'ending' in change ? change.ending : null, ending, name)
    t.equal(sockets.length, 0)
    live.close()
    t.equal(live.state, 'closed')
  }
})

t.test('a source that failed is asked again for what it was asked', async (t) => {
  const asked: boolean[] = []
  const { settle, retry, clock, live } = attempt({
    token: ({ fresh }) => {
      asked.push(fresh)
      if (asked.length > 1 && asked.length < 9) throw new Error('login is down')
      return 'token'
    }
  })
  const socket = await settle()
  socket.accept()
  clock.advance(60_000)
  socket.end(3000, 'token_revoked')
  while (asked.length < 9) await retry()
  t.strictSame(asked, [false, ...Array<boolean>(8).fill(true)])
  t.equal(live.state, 'connecting', 'it may be down for long')
})

t.test('a WebSocket that cannot be opened ends it, and the error holds no credential', async (t) => {
  class Strict extends FakeSocket {
    constructor (url: string, protocols: unknown) {
      super(url)
      throw new Error(`Failed to construct WebSocket: ${url} ${JSON.stringify(protocols)}`)
    }
  }
  for (const carrier of ['subprotocol', 'query', 'header'] as const) {
    const { settle, changes, clock } = attempt({ carrier, WebSocket: Strict })
    await settle()
    const [change] = changes
    t.match(change, { state: 'closed', ending: { code: null, reason: 'handshake_impossible', scopes: [] } }, carrier)
    const error = change?.state === 'closed' ? change.ending.error : null
    t.ok(error instanceof Error)
    t.notMatch(`${(error as Error).stack} ${JSON.stringify(change)}`, new RegExp(`${TOKEN}|${Buffer.from(TOKEN).toString('base64url')}`))
    t.equal((error as Error).cause, undefined)
    t.strictSame(clock.pending, [])
  }
})

t.test('header fields go where each class takes them', async (t) => {
  const calls: unknown[][] = []
  class Undici extends FakeSocket {
    constructor (...all: unknown[]) {
      super('')
      calls.push(all)
    }
  }
  class Ws extends Undici { terminate (): void {} }
  for (const WebSocket of [Undici, Ws]) await attempt({ carrier: 'header', protocols: ['a'], WebSocket }).settle()
  const headers = { Authorization: `Bearer ${TOKEN}` }
  t.strictSame(calls, [
    ['wss://api.example/live', { protocols: ['a'], headers }],
    ['wss://api.example/live', ['a'], { headers }]
  ])
})

t.test('a ticket is asked for each time, and a token only to renew', async (t) => {
  let tickets = 0
  const { settle, retry, asked, sockets } = attempt({ ticket: () => `ticket-${++tickets}` })
  const first = await settle()
  first.accept()
  first.deliver({ type: 'expiring', expires_at: 1_700_000_060 })
  await settle()
  t.strictSame(first.sent, ['{"type":"authenticate","token":"tok-1"}'])
  first.end(1001)
  await retry()
  t.strictSame(sockets.map(({ url }) => url), ['wss://api.example/live?ticket=ticket-1', 'wss://api.example/live?ticket=ticket-2'])
  t.strictSame(asked, [true])
})
