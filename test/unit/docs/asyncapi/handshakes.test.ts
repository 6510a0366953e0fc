import t from 'tap'
import { writeBindings, writeParameters } from '../../../../lib/docs/asyncapi/handshakes.ts'
import type { Json } from '../../../../lib/docs/openapi.ts'
import { protect } from '../../docs/protections.ts'
import type { Security } from '../../../../lib/requirement/parse.ts'

const find = () => undefined
const object = (...names: string[]) => ({ type: 'object', properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])), required: names })
const TICKET = new Map([['ticket', 'A ticket.']])

t.test('the binding names what a handshake brings, and no credential', async (t) => {
  const table: [what: string, schema: Json, security: Security | null, carriers: ReadonlyMap<string, string>, ws: Json][] = [
    ['nothing', {}, null, new Map(), {}],
    ['a query', { querystring: object('since') }, null, new Map(), { query: object('since') }],
    ['the other name', { query: object('since') }, null, new Map(), { query: object('since') }],
    ['a ticket', {}, [{ oauth: [] }], TICKET, { query: { type: 'object', properties: { ticket: { type: 'string', description: 'A ticket.' } } } }],
    ['a ticket that the route describes', { querystring: object('ticket') }, [{ oauth: [] }], TICKET, { query: object('ticket') }],
    ['an API key in the query', { querystring: object('key', 'since') }, [{ param: [] }], new Map(), { query: object('since') }],
    ['a parameter that only its case tells from the key', { querystring: object('KEY') }, [{ param: [] }], new Map(), { query: object('KEY') }],
    ['fields', { headers: object('X-Trace', 'Authorization', 'COOKIE', 'x-api-key', 'sec-websocket-protocol') }, [{ partner: [] }], new Map(), { headers: object('X-Trace') }],
    ['only credentials', { headers: object('authorization') }, [{ oauth: [] }], new Map(), {}],
    ['a field that is nobody\'s credential here', { headers: object('x-api-key') }, null, new Map(), { headers: object('x-api-key') }]
  ]
  for (const [what, schema, security, carriers, ws] of table) {
    const policy = security === null ? null : protect(security).policy
    t.strictSame(writeBindings({ schema, find, policy, carriers }), { ws: { method: 'GET', ...ws, bindingVersion: '0.1.0' } }, what)
  }
})

t.test('parameters are texts, as addresses are', async (t) => {
  const params = {
    type: 'object',
    properties: {
      room: { type: 'string', description: 'A room.', enum: ['a', 'b'], default: 'a', examples: ['b'] },
      floor: { type: 'integer', const: 1, default: { odd: true }, examples: [] },
      '*': { description: 'A path.' }
    }
  }
  t.strictSame(writeParameters('/{floor}/{room}/{other}/{wildcard}', params, find), {
    floor: { enum: ['1'] },
    room: { description: 'A room.', enum: ['a', 'b'], default: 'a', examples: ['b'] },
    other: {},
    wildcard: { description: 'A path.' }
  })
  t.strictSame(writeParameters('/{wildcard}/{toString}', undefined, find), { wildcard: { description: 'Whatever follows, with its slashes.' }, toString: {} })
  t.strictSame(writeParameters('/live', params, find), {})
})
