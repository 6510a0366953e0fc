import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { execute } from '../../.ci/execute.ts'
import { portOf } from '../support/drivers.ts'
import { CLASSES, emptied, serve } from './server.ts'

// Slow machines get the time they need; what is waited for has its own limit.
t.setTimeout(170_000)

const STATES = [
  'before anything', 'asking for a token', 'in the handshake', 'waiting for the answer to the first message', 'open', 'renewing',
  'waiting for the next attempt', 'waiting while nothing listens', 'aborted'
]

t.test('a client that is closed in any state keeps neither its process nor a connection', async (t) => {
  const app = await serve({ firstMessage: { timeout: 60_000 }, renewal: true })
  t.teardown(() => app.close())
  let connections = 0
  const mute = createServer((socket) => {
    connections++
    socket.on('error', () => {}).on('close', () => { connections-- })
    socket.resume()
  }).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  t.teardown(() => mute.close())
  const ports = [portOf(app), (mute.address() as AddressInfo).port].map(String) // a TCP server's address
  const script = fileURLToPath(new URL('leaving.ts', import.meta.url))
  for (const [name] of CLASSES) {
    const { code, stdout, stderr } = await execute(process.execPath, ['--import', 'tsx', script, name, ...ports], { timeout: 20_000 })
    t.strictSame([code, stderr], [0, ''], `${name}: it ends by itself`)
    t.strictSame(stdout.trim().split('\n'), STATES.map((state) => `${state}: closed`))
    await emptied(app)
    t.equal(connections, 0)
  }
})
