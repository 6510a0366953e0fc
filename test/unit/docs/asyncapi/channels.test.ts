import t from 'tap'
import { writeChannel, type ChannelSource } from '../../../../lib/docs/asyncapi/channels.ts'
import { readServers } from '../../../../lib/docs/asyncapi/servers.ts'
import type { Requirement } from '../../../../lib/requirement/parse.ts'
import type { KnownRoute } from '../../../../lib/routes.ts'
import { protect } from '../../docs/protections.ts'

const http = { refuse: 'http', firstMessage: null, renewal: null }

/** Of a route with this requirement and schema. */
function channel (security: readonly Requirement[], schema: object | undefined, source: Partial<ChannelSource> = {}) {
  const guarded = security.length === 0 ? { protection: 'public', socket: null } : { protection: protect(security), socket: http }
  const instance = { getSchema: () => undefined }
  const options = { url: '/v1/live/:room', schema }
  const route = { security, options, instance, ...guarded } as unknown as KnownRoute // nothing else is looked at
  const surroundings = { origins: false, subprotocol: false }
  return writeChannel({ route, surroundings, servers: new Map(), subprotocol: 'ours.', operation: null, ...source })
}

t.test('a public channel says little', async (t) => {
  t.strictSame(channel([], undefined), {
    address: '/v1/live/{room}',
    description: 'No credentials are asked for.',
    parameters: { room: {} },
    bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
    'x-security': []
  })
})

t.test('the words of the application come first', async (t) => {
  const schema = { summary: 'News', description: 'Of a room.', tags: ['a', 'b', 'a', 7], params: { type: 'object', properties: { room: { type: 'string', enum: ['x'] } } } }
  const { summary, description, tags, parameters } = channel([{ oauth: ['pets:read'] }], schema)
  t.strictSame({ summary, tags, parameters }, { summary: 'News', tags: [{ name: 'a' }, { name: 'b' }], parameters: { room: { enum: ['x'] } } })
  t.match(description, /^Of a room\.\n\nCredentials that are asked for: `oauth` \(`pets:read`\)\.\n\nA handshake that is refused(?:.*\n)*.*\n\nA connection is closed with:\n/)
  t.strictSame(Object.keys(channel([], { summary: 7, description: {}, tags: 'a' })), ['address', 'description', 'parameters', 'bindings', 'x-security'])
})

t.test('what is known from elsewhere is put in', async (t) => {
  const servers = readServers(['wss://a.example/v1', 'wss://b.example'])
  const surroundings = { origins: false, subprotocol: true, byClose: true, query: ['ticket'] }
  const made = channel([{ service: [] }], undefined, { servers, surroundings, operation: 'https://api.example/openapi.json#/paths/~1live/get' })
  t.match(made, {
    address: '/live/{room}',
    servers: [{ $ref: '#/servers/a.example-v1' }],
    externalDocs: { url: 'https://api.example/openapi.json#/paths/~1live/get' },
    description: /subprotocol beside a real one: `ours\.`/,
    bindings: { ws: { query: { properties: { access_token: { type: 'string' }, ticket: { type: 'string' } } } } },
    'x-security': [{ service: [] }]
  })
  t.ok(made['x-refusals']?.some(({ code, status, close }) => code === 'credentials_missing' && status === 401 && close === 3000))
  t.strictSame(made['x-close-codes']?.map(({ code }) => code), [1001, 3000])
  t.notMatch(channel([{ service: [] }], undefined, { surroundings, subprotocol: null }).description, /a subprotocol/)
})
