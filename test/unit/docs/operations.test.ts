import t from 'tap'
import { collectComponents } from '../../../lib/docs/components.ts'
import { finishOperation, type DocumentedRoute } from '../../../lib/docs/operations.ts'
import { prepareRefusals } from '../../../lib/docs/refusal-responses.ts'
import type { Json } from '../../../lib/docs/openapi.ts'
import type { Security } from '../../../lib/requirement/parse.ts'
import { protect, schemes } from './protections.ts'

interface Finished { parameters?: { name: string }[], responses: Record<string, Json>, security: unknown }

function finished (operation: Json, security: Security, route: Partial<DocumentedRoute> = {}, method = 'GET', declared: Json = {}, servers: Json[] = []): Finished {
  const components = collectComponents(declared)
  const documented: DocumentedRoute = {
    methods: [method],
    url: '/',
    security,
    protection: security.every((requirement) => Object.keys(requirement).length === 0) ? 'public' : protect(security),
    upgrade: 'never',
    surroundings: { origins: false, subprotocol: false },
    ownBodies: false,
    responds: false,
    ...route
  }
  const drafting = { version: 1, schemes, components, refusals: prepareRefusals(components), webSocketServers: servers } as const
  return finishOperation(operation, method, documented, drafting) as unknown as Finished // what is asked for
}

t.test('what a route declares is added, and everything else stays', async (t) => {
  const operation = Object.freeze({ operationId: 'a', tags: ['b'], 'x-c': 1, responses: Object.freeze({ 200: { description: 'd' } }) })
  const { responses, security, ...rest } = finished(operation, [{ oauth: ['pets:read'] }])
  t.strictSame(rest, { operationId: 'a', tags: ['b'], 'x-c': 1 })
  t.strictSame(security, [{ oauth: ['pets:read'] }])
  t.strictSame(Object.keys(responses), ['200', '400', '401', '403', '503'])
  t.strictSame(operation, { operationId: 'a', tags: ['b'], 'x-c': 1, responses: { 200: { description: 'd' } } })
})

t.test('a public operation says so and has no refusals', async (t) => {
  t.strictSame(finished({ responses: { 200: {} } }, []), { security: [], responses: { 200: {} } })
  t.strictSame(finished({}, [{}]), { security: [{}], responses: {} })
})

t.test('credentials are no parameters', async (t) => {
  const parameters = [
    { in: 'header', name: 'AUTHORIZATION' }, { in: 'header', name: 'x-api-key' }, { in: 'query', name: 'key' }, { in: 'query', name: 'Key' },
    { in: 'cookie', name: 'sid' }, { in: 'query', name: 'access_token' }, { in: 'path', name: 'key' }, { in: 'header', name: 'sid' },
    { $ref: '#/components/parameters/page' }
  ]
  const table: [security: Security, kept: (string | undefined)[]][] = [
    [[], ['x-api-key', 'key', 'Key', 'sid', 'access_token', 'key', 'sid', undefined]],
    [[{ partner: [] }], ['key', 'Key', 'sid', 'access_token', 'key', 'sid', undefined]],
    [[{ param: [] }, { session: [] }], ['x-api-key', 'Key', 'access_token', 'key', 'sid', undefined]],
    [[{ service: [] }], ['x-api-key', 'key', 'Key', 'sid', 'key', 'sid', undefined]]
  ]
  for (const [security, kept] of table) {
    t.strictSame(finished({ parameters }, security).parameters?.map(({ name }) => name), kept, JSON.stringify(security))
  }
  t.notOk('parameters' in finished({ parameters: [{ in: 'header', name: 'Authorization' }] }, []), 'nothing is left')
})

t.test('what the application declares of a refusal stays in place, what it does not is a reference', async (t) => {
  const theirs = { description: 'Log in first.', content: { 'application/json': { schema: { type: 'string' } } } }
  const { responses } = finished({ responses: { 401: theirs, '4XX': { description: 'Something.' }, default: { description: 'Other.' } } }, [{ oauth: ['pets:read'] }])
  t.match(responses['401'], { ...theirs, headers: { 'WWW-Authenticate': { required: true, examples: { credentials_missing: { value: 'Bearer realm="api", scope="pets:read"' } } } } })
  t.strictSame(responses['403'], { $ref: '#/components/responses/Forbidden.Bearer_pets-read' })
  t.strictSame(responses['4XX'], { description: 'Something.' })
  t.strictSame(responses['default'], { description: 'Other.' })
})

t.test('a reference of the application is completed where it stands, and its component stays', async (t) => {
  const components = { responses: { Login: { description: 'Log in first.' } } }
  const { responses } = finished({ responses: { 401: { $ref: '#/components/responses/Login' } } }, [{ oauth: [] }], {}, 'GET', components)
  t.match(responses['401'], { description: 'Log in first.', headers: { 'WWW-Authenticate': { required: true } } })
  t.strictSame(components, { responses: { Login: { description: 'Log in first.' } } })
})

t.test('bodies are documented where they are ours and there are any', async (t) => {
  const table: [what: string, route: Partial<DocumentedRoute>, method: string, name: string][] = [
    ['ours', {}, 'GET', 'Unauthorized.Bearer'],
    ['those of an error handler', { ownBodies: true }, 'GET', 'Unauthorized.Bearer.bare'],
    ['HEAD', {}, 'HEAD', 'Unauthorized.Bearer.bare']
  ]
  for (const [what, route, method, name] of table) {
    t.strictSame(finished({}, [{ oauth: [] }], route, method).responses['401'], { $ref: `#/components/responses/${name}` }, what)
  }
})

t.test('a handshake is addressed as such, and a token may come as a subprotocol', async (t) => {
  const socket: Partial<DocumentedRoute> = { upgrade: 'only', surroundings: { origins: false, subprotocol: true } }
  const servers = [{ url: 'wss://api.example' }]
  const make = (operation: Json, route = socket, method = 'GET') =>
    finished(operation, [{ oauth: [] }], route, method, {}, servers) as Finished & { servers?: unknown }
  t.match(make({}), { servers, parameters: [{ $ref: '#/components/parameters/WebSocketProtocol' }] })
  t.match(make({ servers: [{ url: 'wss://theirs.example' }] }), { servers: [{ url: 'wss://theirs.example' }] }, 'where the application says so')
  const own = { in: 'header', name: 'sec-websocket-protocol' }
  t.strictSame(make({ parameters: [own] }).parameters, [own], 'the application describes the field')
  t.equal(make({}, { ...socket, upgrade: 'also' }).servers, undefined, 'GET is answered there, too')
  t.equal(make({}, socket, 'POST').parameters, undefined)
  t.notMatch(finished({}, [{ oauth: [] }], socket), { servers: [] }, 'the document names no host')
})

t.test('an upgrade is documented for GET only', async (t) => {
  t.strictSame(Object.keys(finished({ responses: { 200: { description: 'Default Response' } } }, [{ oauth: [] }], { upgrade: 'only' }).responses),
    ['101', '400', '401', '503'])
  t.strictSame(Object.keys(finished({ responses: { 200: { description: 'Default Response' } } }, [], { upgrade: 'only', responds: true }).responses),
    ['101', '200'], 'the application declares it')
  t.strictSame(Object.keys(finished({ responses: { 200: {} } }, [], { upgrade: 'also' }).responses), ['101', '200'])
  t.strictSame(Object.keys(finished({ responses: { 200: {} } }, [], { upgrade: 'also' }, 'HEAD').responses), ['200'])
})
