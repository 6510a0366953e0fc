import t from 'tap'
import { FIRST_MESSAGE } from '../../../lib/websocket/message-format.ts'
import { readRouteConfig, readWebSocketOptions, type WebSocketOptions } from '../../../lib/websocket/settings.ts'

t.test('what holds if nothing is said', async (t) => {
  const { identify, ...settings } = readWebSocketOptions()
  t.strictSame(settings, {
    refuse: 'http',
    firstMessage: null,
    renewal: null,
    carriers: new Set(['header', 'subprotocol']),
    limits: { total: Infinity, perIdentity: Infinity, pending: 1000 },
    warnBefore: 60_000,
    asyncapi: null
  })
  t.strictSame([identify('oauth', { subject: 'ada' }), identify('oauth', { subject: '' }), identify('oauth', { subject: 7 }), identify('oauth', {})],
    ['ada', undefined, undefined, undefined])
})

t.test('carriers are switched on and off', async (t) => {
  const table: [options: WebSocketOptions, carriers: string[]][] = [
    [{ subprotocol: false }, ['header']], [{ subprotocol: 'x.' }, ['header', 'subprotocol']],
    [{ query: true, ticket: true }, ['header', 'subprotocol', 'query', 'ticket']], [{ firstMessage: true }, ['header', 'subprotocol', 'message']],
    [{ firstMessage: false }, ['header', 'subprotocol']], [{ firstMessage: {} }, ['header', 'subprotocol', 'message']]
  ]
  for (const [options, carriers] of table) t.strictSame([...readWebSocketOptions(options).carriers], carriers, JSON.stringify(options))
})

t.test('a route completes what it says with what holds for all', async (t) => {
  const read = () => undefined
  const format = { ...FIRST_MESSAGE, timeout: 1 }
  const table: [name: string, all: WebSocketOptions, own: unknown, expected: object][] = [
    ['nothing', { refuse: 'close', firstMessage: { timeout: 1 } }, undefined, { refuse: 'close', firstMessage: format, renewal: format }],
    ['refuse', { refuse: 'close' }, { refuse: 'http' }, { refuse: 'http', firstMessage: null, renewal: null }],
    ['first messages off, and renewals with them', { firstMessage: true }, { firstMessage: false }, { firstMessage: null, renewal: null }],
    ['first messages on, and renewals with them', {}, { firstMessage: true }, { firstMessage: FIRST_MESSAGE, renewal: FIRST_MESSAGE }],
    ['renewals only', {}, { renewal: true }, { firstMessage: null, renewal: FIRST_MESSAGE }],
    ['no renewals', { firstMessage: true }, { renewal: false }, { firstMessage: FIRST_MESSAGE, renewal: null }],
    ['renewals in the format of all', { firstMessage: { timeout: 1 } }, { firstMessage: false, renewal: true }, { firstMessage: null, renewal: format }],
    ['a format that leaves something out', {}, { firstMessage: { read, timeout: undefined } }, { firstMessage: { ...FIRST_MESSAGE, read }, renewal: null }],
    ['renewals in a format of one\'s own', {}, { firstMessage: { read }, renewal: true }, { renewal: { ...FIRST_MESSAGE, read } }]
  ]
  for (const [name, all, own, expected] of table) t.match(readRouteConfig(own, readWebSocketOptions(all), 'the route'), expected, name)
})

t.test('what a route cannot say', async (t) => {
  for (const config of [null, 1, 'close', { refuse: 'no' }, { refuse: true }, { renewal: 1 }, { firstMessage: 'yes' }, { firstMessage: null }]) {
    t.throws(() => readRouteConfig(config, readWebSocketOptions(), 'Route GET /live'),
      { code: 'FST_SECURITY_WEBSOCKET_INVALID', message: /Route GET \/live/ }, JSON.stringify(config))
  }
})
