import t from 'tap'
import { Deadlines } from '../../../lib/websocket/deadlines.ts'
import { FIRST_MESSAGE, type FirstMessage } from '../../../lib/websocket/message-format.ts'
import { waitForMessage } from '../../../lib/websocket/waiting.ts'
import { FakeNetwork, FakeSocket, fakeTime } from './stage.ts'

function stage (t: { teardown (callback: () => void): void }, format: Partial<FirstMessage> = {}) {
  const time = fakeTime(t)
  const deadlines = new Deadlines(time.clock)
  const [socket, network] = [new FakeSocket(), new FakeNetwork()]
  const came: string[] = []
  const waiting = waitForMessage(socket, network, { ...FIRST_MESSAGE, ...format }, deadlines, {
    brought (token) { came.push(`brought ${token}`) },
    failed ({ code, reason }) { came.push(`failed ${code} ${reason}`) },
    gone () { came.push('gone') }
  })
  const listeners = (): number => ['message', 'close'].reduce((sum, event) => sum + socket.listenerCount(event), 0) + network.listenerCount('data')
  return { time, deadlines, socket, network, came, waiting, listeners }
}

const AUTHENTICATE = '{"type":"authenticate","token":"abc"}'

t.test('what comes of waiting', async (t) => {
  type Stage = ReturnType<typeof stage>
  const table: [name: string, format: Partial<FirstMessage>, act: (stage: Stage) => void, came: string[]][] = [
    ['the message', {}, ({ socket }) => socket.emit('message', AUTHENTICATE, false), ['brought abc']],
    ['others before it', {}, ({ socket }) => ['x', '{}', AUTHENTICATE].forEach((text) => socket.emit('message', text, false)), ['brought abc']],
    ['a second is not another attempt', {}, ({ socket }) => [AUTHENTICATE, AUTHENTICATE].forEach((text) => socket.emit('message', text, false)), ['brought abc']],
    ['a binary message is none', {}, ({ socket }) => socket.emit('message', Buffer.from(AUTHENTICATE), true), []],
    ['a malformed one', {}, ({ socket }) => socket.emit('message', '{"type":"authenticate"}', false), ['failed 3000 credentials_malformed']],
    ['a format that throws', { read () { throw new Error('format') } }, ({ socket }) => socket.emit('message', 'x', false),
      ['failed 3000 credentials_malformed']],
    ['nothing in time', { timeout: 2000 }, ({ time }) => time.advance(2200), ['failed 3008 credentials_missing']],
    ['just in time', { timeout: 2000 }, ({ time, socket }) => {
      time.advance(1900)
      socket.emit('message', AUTHENTICATE, false)
      time.advance(5000)
    }, ['brought abc']],
    ['too many bytes', { maxBytes: 10 }, ({ network }) => network.emit('data', Buffer.alloc(11)), ['failed 1009 credentials_missing']],
    ['as many as allowed', { maxBytes: 10 }, ({ network }) => [4, 6].forEach((length) => network.emit('data', Buffer.alloc(length))), []],
    ['too many in small pieces', { maxBytes: 10 }, ({ network }) => [4, 6, 1].forEach((length) => network.emit('data', Buffer.alloc(length))),
      ['failed 1009 credentials_missing']],
    ['too many while it is judged', { maxBytes: 10 }, ({ network, socket }) => {
      socket.emit('message', AUTHENTICATE, false)
      network.emit('data', Buffer.alloc(11))
    }, ['brought abc', 'failed 1009 credentials_missing']],
    ['the client leaves', {}, ({ socket }) => socket.gone(), ['gone']],
    ['the client leaves while it is judged', {}, ({ socket }) => {
      socket.emit('message', AUTHENTICATE, false)
      socket.gone()
    }, ['brought abc', 'gone']],
    ['an error of the connection ends no process', {}, ({ socket }) => socket.emit('error', new Error('reset')), []]
  ]
  for (const [name, format, act, expected] of table) {
    await t.test(name, async (t) => {
      const made = stage(t, format)
      act(made)
      t.strictSame(made.came, expected)
      const isOver = expected.some((one) => /^(?:failed|gone)/.test(one))
      t.equal(made.waiting.isOver, isOver)
      if (!isOver) made.waiting.stop()
      t.strictSame([made.listeners(), made.deadlines.size], [0, 0], 'nothing is left')
    })
  }
})

t.test('handed over, a connection gives what was kept, in order', async (t) => {
  for (const deliver of [false, true]) {
    await t.test(deliver ? 'with the message' : 'without the message', async (t) => {
      const { socket, waiting, deadlines, listeners } = stage(t, { deliver })
      const frames = [['one', false], [AUTHENTICATE, false], [Buffer.from('two'), true], [AUTHENTICATE, false]] as const
      for (const [data, isBinary] of frames) socket.emit('message', data, isBinary)
      const heard: unknown[] = []
      waiting.handOver((given) => {
        t.equal(given, socket)
        socket.on('message', (...frame) => { heard.push(frame) })
      })
      t.strictSame(heard, frames.filter((_, i) => deliver || i !== 1))
      t.strictSame([listeners(), deadlines.size, waiting.isOver, socket.listenerCount('error')], [1, 0, true, 0])
    })
  }
})
