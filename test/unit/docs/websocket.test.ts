import t from 'tap'
import { collectComponents } from '../../../lib/docs/components.ts'
import { addHandshake, toWebSocket } from '../../../lib/docs/websocket.ts'
import type { Json } from '../../../lib/docs/openapi.ts'

const invented = { description: 'Default Response' }
const handshake = { $ref: '#/components/responses/SwitchingProtocols' }

t.test('a handshake is answered with 101, and a 200 that nobody declared goes', async (t) => {
  const table: [what: string, responses: Json, canInvent: boolean, written: Json][] = [
    ['nothing declared', { 200: invented }, true, { 101: handshake }],
    ['an HTTP handler beside', { 200: invented }, false, { 101: handshake, 200: invented }],
    ['a 200 with words', { 200: { description: 'Fine.' } }, true, { 101: handshake, 200: { description: 'Fine.' } }],
    ['others', { 404: invented }, true, { 101: handshake, 404: invented }]
  ]
  for (const [what, responses, canInvent, written] of table) {
    t.strictSame(addHandshake(Object.freeze(responses), collectComponents({}), { invented: canInvent, byClose: false }), written, what)
  }
})

t.test('the fields of a handshake are documented', async (t) => {
  const components = collectComponents({})
  addHandshake({}, components, { invented: true, byClose: false })
  t.match(components.toJson(), {
    responses: {
      SwitchingProtocols: {
        headers: {
          Upgrade: { required: true },
          Connection: { required: true },
          'Sec-WebSocket-Accept': { required: true },
          'Sec-WebSocket-Protocol': { required: undefined }
        },
        content: undefined
      }
    }
  })
})

t.test('a 101 that the application declares keeps its words', async (t) => {
  const { 101: written } = addHandshake({ 101: { description: 'Prices follow.', headers: { 'X-Feed': {} } } }, collectComponents({}), { invented: true, byClose: true })
  t.match(written, { description: 'Prices follow.', headers: { 'X-Feed': {}, Upgrade: { required: true } } })
})

t.test('servers are addressed as handshakes are', async (t) => {
  const table: [servers: unknown, addressed: unknown[]][] = [
    [[{ url: 'https://api.example/v1', description: 'Live' }, { url: 'HTTP://127.0.0.1:3000' }],
      [{ url: 'wss://api.example/v1', description: 'Live' }, { url: 'ws://127.0.0.1:3000' }]],
    [[{ url: '/' }, { url: 'wss://api.example' }, null, {}], []],
    [undefined, []],
    ['https://api.example', []]
  ]
  for (const [servers, addressed] of table) t.strictSame(toWebSocket(servers), addressed)
})
