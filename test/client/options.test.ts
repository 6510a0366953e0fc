import t from 'tap'
import { connect } from 'fastify-openapi-security/client'
import { readOptions } from '../../lib/client/settings.ts'
import type { ConnectOptions } from '../../lib/client/options.ts'
import { FakeSocket } from './sockets.ts'

const token = (): string => 'token'
const ticket = (): string => 'ticket'
const WebSocket = FakeSocket as NonNullable<ConnectOptions['WebSocket']>
const URL_ = 'wss://api.example/live'

t.test('the carrier follows from what is given', async (t) => {
  const table: [name: string, options: ConnectOptions, carrier: string, asks: unknown, renews: unknown][] = [
    ['a token', { token }, 'subprotocol', token, token],
    ['a token and subprotocols', { token, protocols: ['a', 'b'] }, 'subprotocol', token, token],
    ['a ticket', { ticket }, 'ticket', ticket, undefined],
    ['both', { token, ticket, protocols: 'a' }, 'ticket', ticket, token],
    ['both, and the application decides', { token, ticket, carrier: 'message' }, 'message', token, token]
  ]
  for (const [name, options, carrier, asks, renews] of table) {
    const settings = readOptions(URL_, { WebSocket, ...options })
    t.strictSame([settings.carrier, settings.source, settings.token], [carrier, asks, renews], name)
  }
})

t.test('URLs are completed as browsers do it', async (t) => {
  const table: [given: string | URL, url: string, options?: Partial<ConnectOptions>][] = [
    ['wss://api.example/live?a=%20b', 'wss://api.example/live?a=%20b'],
    [new URL('https://api.example:8443/live'), 'wss://api.example:8443/live'],
    ['http://localhost:3000/#there', 'ws://localhost:3000/'],
    ['ws://app.localhost/', 'ws://app.localhost/'],
    ['ws://127.0.0.1/', 'ws://127.0.0.1/'],
    ['ws://127.1:80/', 'ws://127.0.0.1/'],
    ['ws://[::1]:3000/', 'ws://[::1]:3000/'],
    ['ws://api.example/', 'ws://api.example/', { allowInsecure: true }]
  ]
  for (const [given, url, options] of table) t.equal(readOptions(given, { WebSocket, token, ...options }).target.url, url, String(given))
  Reflect.set(globalThis, 'location', { href: 'https://app.example/rooms/7?x=y' })
  t.teardown(() => { Reflect.deleteProperty(globalThis, 'location') })
  t.equal(readOptions('../live', { WebSocket, token }).target.url, 'wss://app.example/live', 'relative to the page')
})

t.test('what cannot work is said at once, and without the URL', async (t) => {
  const secret = '?access_token=hidden'
  const table: [message: RegExp, options: object, url?: string][] = [
    [/URL cannot be parsed/, { token }, `live${secret}`],
    [/URL cannot be parsed/, { token }, `wss://${secret}`],
    [/another scheme/, { token }, `ftp://api.example/${secret}`],
    [/another scheme/, { token }, `file:///live${secret}`],
    [/in the clear/, { token }, `ws://api.example/${secret}`],
    [/in the clear/, { token }, `http://api.example/${secret}`],
    [/in the clear/, { token }, `ws://localhost.api.example/${secret}`],
    [/in the clear/, { token }, `ws://127.0.0.1.api.example/${secret}`],
    [/in the clear/, { token }, `ws://localhost@api.example/${secret}`],
    [/in the clear/, { token }, `ws://0.0.0.0/${secret}`],
    [/subprotocol needs the option token/, {}],
    [/subprotocol needs the option token/, { token: 'hidden' }],
    [/ticket needs the option ticket/, { token, carrier: 'ticket' }],
    [/message needs the option token/, { ticket, carrier: 'message' }],
    [/token is a function/, { ticket, token: 'hidden' }],
    [/no such carrier/, { token, carrier: 'cookie' }],
    [/no such carrier/, { token, carrier: 'toString' }],
    [/no global WebSocket/, { token, WebSocket: 'ws' }],
    [/milliseconds/, { token, timeout: 0 }],
    [/milliseconds/, { token, timeout: NaN }],
    [/milliseconds/, { token, timeout: Infinity }],
    [/milliseconds/, { token, backoff: { initial: -1 } }],
    [/milliseconds/, { token, backoff: { max: 0 } }],
    [/seconds/, { token, renewal: {} }],
    [/queue/, { token, queue: -1 }],
    [/queue/, { token, queue: 1.5 }],
    [/prefix/, { token, prefix: '' }],
    [/prefix/, { token, prefix: 'a b' }],
    [/without a token/, { token, protocols: 'a b' }],
    [/without a token/, { token, protocols: ['a', ''] }],
    [/without a token/, { token, protocols: 'base64url.bearer.authorization.k8s.io.hidden' }],
    [/twice/, { token, protocols: ['a', 'a'] }]
  ]
  for (const [message, options, url = URL_] of table) {
    const call = (): unknown => connect(url, { WebSocket, ...options } as ConnectOptions) // from JavaScript
    t.throws(call, { name: 'TypeError', message }, JSON.stringify(options))
    try {
      call()
    } catch (error) {
      t.notMatch(`${(error as Error).stack} ${JSON.stringify(error)}`, /hidden/, `${message}`)
    }
  }
})

t.test('options that are undefined count as left out', async (t) => {
  const names = ['protocols', 'carrier', 'prefix', 'timeout', 'backoff', 'renewal', 'queue', 'allowInsecure', 'ticket', 'signal', 'reconnect']
  const undefinedOnes = Object.fromEntries(names.map((name) => [name, undefined]))
  const options = { WebSocket, token, ...undefinedOnes } as unknown as ConnectOptions // from JavaScript
  t.strictSame(readOptions(URL_, options), readOptions(URL_, { WebSocket, token }))
  const { backoff } = readOptions(URL_, { ...options, backoff: { initial: undefined } } as unknown as ConnectOptions)
  t.strictSame(backoff, { initial: 1000, max: 30_000 })
})
