import t from 'tap'
import { Closer } from '../../../lib/websocket/closer.ts'
import { FakeSocket, fakeTime, immediates } from './stage.ts'

const CLOSING = { code: 3000, reason: 'token_revoked' }

t.test('who answers is not terminated', async (t) => {
  const time = fakeTime(t)
  const closer = new Closer(time.clock)
  const socket = new FakeSocket()
  const before: string[] = []
  closer.close(socket, CLOSING, () => { before.push(socket.done.join()) })
  t.strictSame(socket.done, [], 'not at once')
  await immediates()
  t.strictSame([socket.done, before], [['close 3000 token_revoked'], ['']])
  time.advance(1990)
  socket.gone()
  time.advance(5000)
  await immediates()
  t.strictSame(socket.done, ['close 3000 token_revoked'])
})

t.test('who does not answer is terminated after two seconds, each after their own', async (t) => {
  const time = fakeTime(t)
  const closer = new Closer(time.clock)
  const [first, second] = [new FakeSocket(), new FakeSocket()]
  closer.close(first, CLOSING)
  await immediates()
  time.advance(1000)
  closer.close(second, CLOSING)
  await immediates()
  time.advance(990)
  await immediates()
  t.strictSame([first.done.length, second.done.length], [1, 1])
  time.advance(20)
  await immediates()
  t.strictSame([first.done.at(-1), second.done.length], ['terminate', 1])
  time.advance(990)
  await immediates()
  t.equal(second.done.at(-1), 'terminate')
})

t.test('one that is gone when its turn comes is left alone', async (t) => {
  const closer = new Closer(fakeTime(t).clock)
  const socket = new FakeSocket()
  const before: string[] = []
  closer.close(socket, CLOSING, () => { before.push('called') })
  socket.gone()
  await immediates()
  t.strictSame([socket.done, before], [[], []])
})

t.test('it is drained when all are gone, and then has no timer', async (t) => {
  const time = fakeTime(t)
  const closer = new Closer(time.clock)
  await closer.drained()
  const sockets = Array.from({ length: 100 }, () => new FakeSocket())
  for (const socket of sockets) closer.close(socket, CLOSING)
  const order: string[] = []
  const drained = [1, 2].map(async () => {
    await closer.drained()
    order.push('drained')
  })
  await immediates()
  for (const socket of sockets.slice(1)) socket.gone()
  await immediates()
  t.strictSame(order, [], 'one is left')
  time.advance(2100)
  await Promise.all(drained)
  t.strictSame(order, ['drained', 'drained'])
  t.equal(sockets[0]?.done.at(-1), 'terminate')
  t.strictSame(sockets[0]?.listenerCount('close'), 1, 'one listener each')
})

t.test('real timers are let go', async (t) => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const resting = timers()
  const closer = new Closer()
  const socket = new FakeSocket()
  closer.close(socket, CLOSING)
  await immediates()
  t.equal(timers(), resting + 1)
  socket.gone()
  t.equal(timers(), resting)
  await closer.drained()
})
