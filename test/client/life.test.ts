import t from 'tap'
import { attempt } from './sockets.ts'

t.test('the first message authenticates before anything else is sent or heard', async (t) => {
  const { live, settle, messages, changes } = attempt({ carrier: 'message', queue: 1 })
  const socket = await settle()
  t.strictSame(socket.protocols, [])
  t.equal(live.send('queued'), true)
  socket.accept()
  t.strictSame(socket.sent, ['{"type":"authenticate","token":"tok-1"}'])
  t.equal(live.state, 'connecting')
  socket.deliver({ type: 'authenticated', expires_at: 1_700_000_600 })
  t.equal(live.state, 'open')
  t.strictSame(socket.sent.slice(1), ['queued'])
  t.strictSame(messages, [])
  t.equal(changes.length, 1)
})

t.test('a server that accepts without a word is believed when it says something else', async (t) => {
  const { live, settle, messages } = attempt({ carrier: 'message' })
  const socket = await settle()
  socket.accept()
  socket.deliver('welcome')
  t.equal(live.state, 'open')
  t.strictSame(messages, ['welcome'])
})

t.test('messages wait in a queue as long as it has room', async (t) => {
  const { live, settle, retry } = attempt({ queue: 2, onStateChange: ({ state }) => { if (state === 'open') live.send('subscribe') } })
  t.strictSame(['a', 'b', 'c'].map((data) => live.send(data)), [true, true, false])
  const first = await settle()
  first.accept()
  t.strictSame(first.sent, ['subscribe', 'a', 'b'], 'what the listener sends comes first')
  first.readyState = 2
  t.equal(live.send('d'), true, 'closing')
  first.end(1006)
  t.strictSame(['e', 'f'].map((data) => live.send(data)), [true, false])
  const second = await retry()
  second.accept()
  t.strictSame(second.sent, ['subscribe', 'd', 'e'])
  live.close()
  t.equal(live.send('g'), false)
})

t.test('without a queue nothing is kept', async (t) => {
  const { live, settle } = attempt()
  t.equal(live.send('a'), false)
  const socket = await settle()
  t.equal(live.send('b'), false)
  socket.accept()
  t.strictSame(socket.sent, [])
  t.equal(live.send('c'), true)
  socket.readyState = 2
  t.equal(live.send('d'), false)
})

t.test('closing ends everything, whenever it comes', async (t) => {
  const open: (trial: ReturnType<typeof attempt>) => Promise<void> = async ({ settle }) => { (await settle()).accept() }
  const table: [name: string, before: (trial: ReturnType<typeof attempt>) => Promise<void>, sockets: number][] = [
    ['before anything', async () => {}, 0],
    ['in the handshake', async ({ settle }) => { await settle() }, 1],
    ['when open', open, 1],
    ['when renewing', async (trial) => {
      await open(trial)
      trial.sockets[0]?.deliver({ type: 'expiring', expires_at: 1 })
      await trial.settle()
    }, 1],
    ['when waiting', async (trial) => {
      await open(trial)
      trial.sockets[0]?.end(1006)
    }, 1]
  ]
  for (const [name, before, count] of table) {
    const trial = attempt({ queue: 1 })
    await before(trial)
    const { live, clock, sockets, changes, messages } = trial
    live.close(4000, 'bye')
    live.close(1000, 'again')
    t.equal(live.state, 'closed', name)
    t.strictSame(changes.at(-1), { state: 'closed', ending: { code: 4000, reason: 'bye', scopes: [] } })
    const heard = changes.length
    sockets[0]?.deliver('late')
    sockets[0]?.deliver({ type: 'expiring', expires_at: 1 })
    sockets[0]?.end(1001)
    clock.advance(1e9)
    await trial.settle()
    t.strictSame([sockets.length, changes.length, messages, clock.pending], [count, heard, [], []], name)
    if (count === 1 && name !== 'when waiting') t.strictSame(sockets[0]?.closed, [4000, 'bye'])
  }
})

t.test('a token that comes after closing opens nothing, and whoever fetches it is told to stop', async (t) => {
  let answer = (_: string): void => {}
  let stop: AbortSignal | undefined
  const { live, settle, sockets } = attempt({
    token: ({ signal }) => {
      stop = signal
      return new Promise((resolve) => { answer = resolve })
    }
  })
  await settle()
  t.equal(stop?.aborted, false)
  live.close()
  t.equal(stop?.aborted, true)
  answer('late')
  await settle()
  t.equal(sockets.length, 0)
})

t.test('a code that may not be sent is the caller\'s error, and changes nothing', async (t) => {
  const { live, settle } = attempt()
  const socket = await settle()
  socket.accept()
  socket.close = () => { throw new RangeError('1001 may not be sent') }
  t.throws(() => live.close(1001), RangeError)
  t.equal(live.state, 'open')
})

t.test('an abort signal closes', async (t) => {
  const early = attempt({ signal: AbortSignal.abort() })
  await early.settle()
  t.equal(early.live.state, 'closed')
  t.strictSame([early.sockets.length, early.asked.length, early.changes.length], [0, 0, 1])

  const controller = new AbortController()
  const counted: string[] = []
  const { signal } = controller
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...all: unknown[]) => { counted.push('added'); Reflect.apply(addEventListener, signal, all) }
  signal.removeEventListener = (...all: unknown[]) => { counted.push('removed'); Reflect.apply(removeEventListener, signal, all) }
  const late = attempt({ signal })
  const socket = await late.settle()
  socket.accept()
  controller.abort()
  t.equal(late.live.state, 'closed')
  t.strictSame([socket.closed, counted], [[1000, ''], ['added', 'removed']])
})

t.test('a listener may close, or throw, and the rest goes on', async (t) => {
  const closing = attempt({ queue: 1, onStateChange: ({ state }) => { if (state === 'waiting' || state === 'open') closing.live.close() } })
  closing.live.send('never')
  const socket = await closing.settle()
  socket.accept()
  t.strictSame([closing.live.state, socket.sent, closing.clock.pending], ['closed', [], []])
  const waiting = attempt({ onStateChange: ({ state }) => { if (state === 'waiting') waiting.live.close() } })
  const lost = await waiting.settle()
  lost.end(1006)
  t.strictSame([waiting.live.state, waiting.clock.pending], ['closed', []])

  const uncaught: unknown[] = []
  const { queueMicrotask } = globalThis
  const listen = (what: string) => (): never => { throw new Error(what) }
  const throwing = attempt({
    onStateChange: listen('state'), onMessage: listen('message'), onRenewal: listen('renewal'), reconnect: listen('reconnect')
  })
  const first = await throwing.settle()
  globalThis.queueMicrotask = (run) => {
    try {
      run()
    } catch (error) {
      uncaught.push((error as Error).message)
    }
  }
  t.teardown(() => { globalThis.queueMicrotask = queueMicrotask })
  first.accept()
  first.deliver('hello')
  first.deliver({ type: 'expiring', expires_at: 1 })
  await throwing.settle()
  first.deliver({ type: 'authenticated' })
  first.end(1006)
  globalThis.queueMicrotask = queueMicrotask
  t.strictSame(uncaught, ['state', 'message', 'renewal', 'reconnect', 'state'], 'reported as uncaught')
  t.equal(throwing.live.state, 'waiting')
})
