import t from 'tap'
import { closeShut, shut } from '../../../lib/websocket/socket.ts'
import { FakeSocket } from './stage.ts'

t.test('a shut socket lets no frame in or out', async (t) => {
  const socket = new FakeSocket()
  const heard: unknown[] = []
  for (const event of ['message', 'ping', 'pong', 'close', 'expiring']) socket.on(event, (...values: unknown[]) => { heard.push([event, ...values]) })
  const { send } = socket
  shut(socket)
  t.strictSame(['message', 'ping', 'pong'].map((event) => socket.emit(event, 'x')), [false, false, false])
  t.strictSame(heard, [])
  t.equal(socket.emit('expiring', 1), true)
  const answers: unknown[] = []
  socket.send('x', (error: unknown) => { answers.push(error) })
  socket.send('x', { binary: false }, (error: unknown) => { answers.push(error) })
  socket.send('x')
  Reflect.apply(socket.ping, socket, ['x'])
  Reflect.apply(socket.pong, socket, ['x', true, (error: unknown) => { answers.push(error) }])
  t.strictSame(answers, [], 'callbacks come later')
  await new Promise(process.nextTick)
  t.match(answers, [Error, Error, Error], 'with an error')
  socket.close(4500, 'of the handler')
  t.strictSame(socket.done, [], 'nor does it end for another reason')
  closeShut(socket, { code: 3000, reason: 'token_revoked' })
  socket.gone()
  t.strictSame(socket.done, ['close 3000 token_revoked'], 'the close frame goes out')
  t.strictSame(heard, [['expiring', 1], ['close']], 'and its event comes')
  t.equal(socket.send === send, false)
})

t.test('listeners that are added afterwards hear nothing either, and shutting again changes nothing', async (t) => {
  const socket = new FakeSocket()
  shut(socket)
  shut(socket)
  const heard: unknown[] = []
  socket.on('message', () => { heard.push('message') })
  socket.once('close', () => { heard.push('close') })
  socket.emit('message', 'x')
  socket.gone()
  t.strictSame(heard, ['close'])
})
