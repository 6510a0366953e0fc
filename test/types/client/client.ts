/** What the client takes where the types of a browser are known too. */
import { connect, type Connection, type ConnectOptions, type State, type WebSocketConstructor } from 'fastify-openapi-security/client'
import { WebSocket as Undici } from 'undici'
import { WebSocket as Ws } from 'ws'
import { expectType, use } from '../expect.ts'

const token = async (): Promise<string | null> => null
const classes: readonly WebSocketConstructor[] = [WebSocket, Ws, Undici, class Own extends WebSocket {}]
use(classes)

const live = connect('/live', { token, WebSocket })
expectType<Connection>()(live)
expectType<State>()(live.state)
live.send('text')
live.send(new Uint8Array(2))
live.send(new ArrayBuffer(2))

connect(new URL('https://api.example/live'), { token: ({ fresh, signal }) => fetch(fresh ? '/new' : '/token', { signal }).then((answer) => answer.text()) })
connect('/live', { ticket: () => 'ticket', renewal: false })
connect('/live', {
  token,
  renewal: { before: 30 },
  onMessage: (data) => { expectType<string | ArrayBuffer>()(data) },
  onStateChange: (change) => {
    if (change.state === 'waiting' || change.state === 'closed') expectType<readonly string[]>()(change.ending.scopes)
    if (change.state === 'open') expectType<string>()(change.protocol)
  }
})

// @ts-expect-error -- neither tokens nor tickets
connect('/live', {})
// @ts-expect-error -- a token is asked for, so that there can be a fresh one
connect('/live', { token: 'token' })
// @ts-expect-error -- no carrier
use({ token, carrier: 'cookie' } satisfies ConnectOptions)
// @ts-expect-error -- seconds are needed
connect('/live', { token, renewal: true })
