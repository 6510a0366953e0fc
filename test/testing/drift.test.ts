import t from 'tap'
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'
import { auditDocument, type AuditOptions, type Finding } from '../../lib/testing.ts'
import { asked, make, ok, type Making } from './app.ts'

type Json = Record<string, any> // eslint-disable-line @typescript-eslint/no-explicit-any -- documents are edited at will here

/** One planted difference, and the kinds of all findings it leads to. */
interface Row {
  readonly name: string
  readonly add: (app: FastifyInstance) => unknown
  readonly making?: Making
  /** Changes a copy of the document, which is then given as the option `document`. */
  readonly edit?: (document: Json) => void
  readonly options?: AuditOptions
  readonly found: readonly Finding['kind'][]
  /** What the first message says. */
  readonly says: RegExp
}

const SECURED = (app: FastifyInstance) => app.get('/pets', asked({ oauth: ['read'] }), ok)
const SOCKET = (app: FastifyInstance) => app.get('/live', { websocket: true, ...asked({ oauth: ['read'] }) }, (socket) => { socket.close() })

/** A hook that runs before the guard. */
const hook = (run: onRequestAsyncHookHandler): Making => ({ before: (app) => { app.addHook('onRequest', run) } })

/** The response of a status, wherever it stands. */
function response (document: Json, path: string, status: number): Json {
  const found = document['paths'][path].get.responses[status]
  return found.$ref === undefined ? found : document['components'].responses[found.$ref.split('/').at(-1)]
}

const ROWS: readonly Row[] = [
  {
    name: 'a hook that answers 401 before the guard, without a challenge',
    add: SECURED,
    making: hook(async (request, reply) => request.headers['x-tenant'] === undefined ? reply.code(401).send({ no: 'tenant' }) : undefined),
    found: ['body', 'challenge', 'header'],
    says: /^GET \/pets with no credentials: header: expected Cache-Control|^GET \/pets with no credentials: challenge: expected WWW-Authenticate: Bearer/
  },
  {
    name: 'a hook that lets everyone through to its own answer',
    add: SECURED,
    making: hook(async (_request, reply) => reply.send('cached')),
    found: ['let_in'],
    says: /^GET \/pets with no credentials: let_in: expected a refusal \(credentials_missing\), got let in, status 200\. Declare/
  },
  {
    name: 'a hook after the guard that answers 401 without a challenge',
    add: (app) => app.get('/pets', { ...asked({ oauth: ['read'] }), preHandler: async (_request, reply) => reply.code(401).send('no') }, ok),
    found: ['body', 'challenge', 'header'],
    says: /with exactly enough: oauth read/
  },
  {
    name: 'a rate limit that says nothing of itself',
    add: SECURED,
    making: hook(async (_request, reply) => reply.code(429).send()),
    found: ['status_undocumented'],
    says: /status_undocumented: expected 200, 400, 401, 403, 503, got 429\. Declare 429 in schema\.response/
  },
  {
    name: 'a handler that answers an undocumented 403',
    add: (app) => app.get('/pets', asked({ oauth: [] }), async (_request, reply) => reply.code(403).send({ not: 'yours' })),
    found: ['status_undocumented'],
    says: /with exactly enough: oauth: status_undocumented: .* got 403 application\/json/
  },
  {
    name: 'a handler of a public route that answers an undocumented 401',
    add: (app) => app.get('/pets', asked(), async (_request, reply) => reply.code(401).send()),
    found: ['refused'],
    says: /^GET \/pets with no credentials: refused: expected to be let in with no credentials, got status 401/
  },
  {
    name: 'a different body documented for 401 by the application',
    add: (app) => {
      const schema = { type: 'object', required: ['reason'], properties: { reason: { type: 'string' } } }
      const response = { 401: { description: 'no', content: { 'application/problem+json': { schema } } } }
      app.get('/pets', { schema: { security: [{ oauth: [] }], response } }, ok)
    },
    found: ['body'],
    says: /must have required property 'reason'/
  },
  {
    name: 'a response that the document leaves out',
    add: SECURED,
    edit: (document) => { delete document['paths']['/pets'].get.responses[403] },
    found: ['status_undocumented'],
    says: /with too few scopes: oauth read: status_undocumented: expected .* got 403/
  },
  {
    name: 'an edited challenge',
    add: SECURED,
    edit: (document) => {
      const header = response(document, '/pets', 401)['headers']['WWW-Authenticate']
      Object.assign(header, JSON.parse(JSON.stringify(header).replaceAll('realm=\\"api\\"', 'realm=\\"pets\\"')))
    },
    found: ['challenge'],
    says: /expected WWW-Authenticate: Bearer realm="pets".* got WWW-Authenticate: Bearer realm="api", scope="read"/
  },
  {
    name: 'a challenge that the document leaves out',
    add: SECURED,
    edit: (document) => { delete response(document, '/pets', 401)['headers']['WWW-Authenticate'] },
    found: ['challenge'],
    says: /expected no WWW-Authenticate, got WWW-Authenticate: Bearer/
  },
  {
    name: 'an edited body',
    add: SECURED,
    edit: (document) => {
      const media = response(document, '/pets', 401)['content']['application/problem+json']
      const text = JSON.stringify(media).replaceAll('Unauthorized', 'Go away')
      response(document, '/pets', 401)['content']['application/problem+json'] = JSON.parse(text)
      document['components'] = JSON.parse(JSON.stringify(document['components']).replaceAll('"Unauthorized"', '"Go away"'))
    },
    found: ['body'],
    says: /body: expected a body that is valid by the documented schema \(\/title .* got .*Unauthorized/
  },
  {
    name: 'a header documented as required that nobody sends',
    add: SECURED,
    edit: (document) => { response(document, '/pets', 401)['headers']['X-Request-Id'] = { required: true, schema: { type: 'string' } } },
    found: ['header'],
    says: /header: expected X-Request-Id: \(any\), got no X-Request-Id\. Send X-Request-Id/
  },
  {
    name: 'a header with another value than documented',
    add: SECURED,
    edit: (document) => { response(document, '/pets', 401)['headers']['Cache-Control'] = { schema: { type: 'string', enum: ['private', 'public'] } } },
    found: ['header'],
    says: /expected Cache-Control: private \| public, got Cache-Control: no-store/
  },
  {
    name: 'documented as public',
    add: SECURED,
    edit: (document) => { document['paths']['/pets'].get.security = [] },
    found: ['refused', 'security'],
    says: /^GET \/pets: security: expected \[\], got \[\{"oauth":\["read"\]\}\]/
  },
  {
    name: 'documented as protected',
    add: (app) => app.get('/pets', asked(), ok),
    edit: (document) => { document['paths']['/pets'].get.security = [{ oauth: ['read'] }] },
    found: ['let_in', 'security'],
    says: /security: expected \[\{"oauth":\["read"\]\}\], got \[\]/
  },
  {
    name: 'documented as asking for nothing by leaving it out',
    add: SECURED,
    edit: (document) => {
      delete document['security']
      delete document['paths']['/pets'].get.security
    },
    found: ['refused', 'security'],
    says: /security: expected \[\]/
  },
  {
    name: 'documented as asking for less',
    add: SECURED,
    edit: (document) => { document['paths']['/pets'].get.security = [{ oauth: [] }] },
    found: ['refused', 'security'],
    says: /security: expected \[\{"oauth":\[\]\}\], got \[\{"oauth":\["read"\]\}\]/
  },
  {
    name: 'documented as optional',
    add: SECURED,
    edit: (document) => { document['paths']['/pets'].get.security = [{ oauth: ['read'] }, {}] },
    found: ['refused', 'security'],
    says: /security/
  },
  {
    name: 'a scheme that the application does not have',
    add: SECURED,
    edit: (document) => { document['paths']['/pets'].get.security = [{ cookie: [] }] },
    found: ['security'],
    says: /something that cannot be read .*"cookie"/
  },
  {
    name: 'a requirement that is none',
    add: SECURED,
    edit: (document) => { document['paths']['/pets'].get.security = { oauth: [] } },
    found: ['security'],
    says: /something that cannot be read/
  },
  {
    name: 'roles left out of a document of OpenAPI 3.0',
    add: (app) => app.get('/pets', asked({ key: ['admin'] }), ok),
    making: { openapi: { openapi: '3.0.3' } },
    edit: (document) => { delete document['paths']['/pets'].get['x-required-roles'] },
    found: ['refused', 'security'],
    says: /security: expected \[\{"key":\[\]\}\], got \[\{"key":\["admin"\]\}\]/
  },
  {
    name: 'an operation without a route',
    add: SECURED,
    edit: (document) => { document['paths']['/cats'] = { delete: document['paths']['/pets'].get } },
    found: ['operation_without_route'],
    says: /^DELETE \/cats: operation_without_route/
  },
  {
    name: 'a route without an operation',
    add: (app) => {
      SECURED(app)
      app.post('/cats', ok)
    },
    edit: (document) => { delete document['paths']['/cats'] },
    found: ['route_without_operation'],
    says: /^POST \/cats: route_without_operation/
  },
  {
    name: 'a path parameter of another name is no difference, another path is',
    add: (app) => app.get('/pets/:id', ok),
    edit: (document) => {
      const item = document['paths']['/pets/{id}']
      document['paths'] = { '/pets/{name}': item, '/pet/{id}': item }
    },
    found: ['operation_without_route'],
    says: /^GET \/pet\/\{id\}: operation_without_route/
  },
  {
    name: 'a reference to nothing',
    add: SECURED,
    edit: (document) => { document['paths']['/pets'].get.responses[404] = { $ref: '#/components/responses/Not~1There' } },
    found: ['reference'],
    says: /^GET \/pets: reference: expected #\/components\/responses\/Not~1There in the document, got nothing there\. Mend the \$ref at #\/paths\/\/pets\/get\/responses\/404/
  },
  {
    name: 'a reference to nothing among the components',
    add: SECURED,
    edit: (document) => {
      const properties = { $ref: { type: 'string' }, owner: { $ref: '#/components/schemas/Owner' } }
      document['components'].schemas.Pet = { properties, example: { $ref: '#/a' } }
    },
    found: ['reference'],
    says: /^#\/components\/schemas\/Pet\/properties\/owner: reference/
  },
  {
    name: 'a response that is a reference to nothing',
    add: SECURED,
    edit: (document) => { document['paths']['/pets'].get.responses[401] = { $ref: '#/components/responses/Gone' } },
    found: ['reference', 'status_undocumented'],
    says: /reference/
  },
  {
    name: 'a made-up path parameter that the pattern of the route does not match',
    add: (app) => app.get('/:name(^[a-z]{3}-[a-z]$)', ok),
    found: ['unreachable'],
    says: /unreachable: expected \/1 to get to the route, got status 404\. Give values that match in the option `parameters`/
  },
  {
    name: 'a made-up path parameter that leads to another route',
    add: (app) => {
      app.get('/pets/1', asked({ oauth: ['read'] }), ok)
      app.get('/pets/:id', ok)
    },
    found: ['unreachable'],
    says: /GET \/pets\/\{id\} with no credentials: unreachable: expected \/pets\/1 to get to the route, got the route \/pets\/1/
  },
  {
    name: 'a host name that is a pattern',
    add: (app) => app.route({ method: 'GET', url: '/', constraints: { host: /^api\./ }, handler: ok }),
    found: ['unreachable'],
    says: /routes constrained by anything but a host name or a version/i
  },
  {
    name: 'a hook that never ends',
    add: SECURED,
    making: hook(() => new Promise(() => {})),
    options: { timeout: 20 },
    found: ['no_answer'],
    says: /no_answer: expected an answer, got none within 20 ms/
  },
  {
    name: 'a handshake whose 101 is not documented',
    add: SOCKET,
    edit: (document) => { delete document['paths']['/live'].get.responses[101] },
    found: ['status_undocumented'],
    says: /^GET \/live as a WebSocket handshake with exactly enough: oauth read: status_undocumented: .* got 101/
  },
  {
    name: 'a foreign origin whose refusal is not documented',
    add: (app) => app.get('/live', { websocket: true, ...asked({ oauth: [] }) }, (socket) => { socket.close() }),
    edit: (document) => { delete document['paths']['/live'].get.responses[403] },
    found: ['status_undocumented'],
    says: /as a WebSocket handshake with exactly enough, from a foreign origin: status_undocumented: .* got 403/
  },
  {
    name: 'a hook that refuses handshakes alone',
    add: SOCKET,
    making: hook(async (request, reply) => 'ws' in request && request.ws === true ? reply.code(426).send() : undefined),
    found: ['status_undocumented'],
    says: /as a WebSocket handshake .* got 426/
  }
]

t.test('differences between document and application are found', async (t) => {
  for (const { name, add, making, edit, options, found, says } of ROWS) {
    const app = await make(add, making)
    await app.ready()
    const document = structuredClone(app.swagger()) as unknown as Json // what @fastify/swagger makes
    edit?.(document)
    const { findings } = await auditDocument(app, { ...options, ...(edit === undefined ? {} : { document }) })
    t.strictSame([...new Set(findings.map(({ kind }) => kind))].sort(), found, name)
    t.match(findings[0]?.message, says, name)
    t.notOk(/principal:|cHJpbmNpcGFs/.test(JSON.stringify(findings)), `${name}: no credential is told`)
    await app.close()
  }
})

t.test('a transform of the application between the plugin and the reader', async (t) => {
  const edits: readonly (readonly [name: string, edit: (document: Json) => void, kind: Finding['kind']])[] = [
    ['removes what is asked', (document) => { for (const item of Object.values<Json>(document['paths'])) delete item['get'].security }, 'refused'],
    ['removes a path', (document) => { delete document['paths']['/pets'] }, 'route_without_operation'],
    ['removes a response', (document) => { delete document['paths']['/pets'].get.responses[403] }, 'status_undocumented']
  ]
  for (const [name, edit, kind] of edits) {
    const app = await make(SECURED, { openapi: { security: [] } })
    await app.ready()
    const made = structuredClone(app.swagger()) as unknown as Json
    delete made['security']
    edit(made)
    Object.defineProperty(app, 'swagger', { value: () => made })
    const { findings } = await auditDocument(app)
    t.ok(findings.some((finding) => finding.kind === kind), name)
    await app.close()
  }
})

t.test('the document of another version of the application', async (t) => {
  const older = await make(SECURED)
  await older.ready()
  const newer = await make(SECURED, {
    before: (app) => app.setErrorHandler((error: Error, _request, reply) => { reply.send({ oops: error.name }) })
  })
  const { findings } = await auditDocument(newer, { document: older.swagger() })
  t.ok(findings.length > 0)
  t.ok(findings.every(({ kind, expected, actual }) => kind === 'body' && expected === 'application/problem+json' && actual === 'application/json'))
  await Promise.all([older.close(), newer.close()])
})

t.test('nothing to compare', async (t) => {
  const app = await make(SECURED)
  t.teardown(() => app.close())
  await t.rejects(auditDocument(app, { document: { openapi: '2.0' } }), { code: 'FST_SECURITY_DOCUMENT_UNSUPPORTED' })
  await t.rejects(auditDocument(app, { document: [] }), TypeError)
  Object.defineProperty(app, 'swagger', { value: undefined })
  await t.rejects(auditDocument(app), /Register @fastify\/swagger, or give the option `document`/)
})

t.test('credentials stay out of findings, also where the application tells them', async (t) => {
  const app = await make(SECURED, hook(async ({ headers: { authorization } }, reply) => reply.code(401).send({
    got: authorization, decoded: Buffer.from(authorization?.split(' ')[1] ?? '', 'base64').toString()
  })))
  t.teardown(() => app.close())
  await app.ready()
  const document = structuredClone(app.swagger()) as unknown as Json
  response(document, '/pets', 401)['content'] = { 'application/json': { schema: { type: 'object', required: ['reason'] } } }
  const { findings } = await auditDocument(app, { document })
  const told = findings.filter(({ kind, probe }) => kind === 'body' && probe.startsWith('exactly enough'))
  t.equal(told.length, 1)
  t.match(told[0]?.actual, /"got":"Bearer \[redacted\]","decoded":"\[redacted\]"/)
  t.notMatch(JSON.stringify(findings), /principal:|cHJpbmNpcGFs/)
})

t.test('handlers run only if they may', async (t) => {
  const ran: string[] = []
  const app = await make((app) => {
    const note = async ({ url }: { url: string }) => { ran.push(url) }
    app.get('/open', asked(), note)
    app.get('/guarded', asked({ oauth: [] }), note)
    app.get('/optional', asked({ oauth: [] }, {}), note)
    app.get('/live', { websocket: true, ...asked({ oauth: [] }) }, (socket, { url }) => {
      ran.push(url)
      socket.close()
    })
  })
  t.teardown(() => app.close())
  const without = await auditDocument(app, { handlers: false })
  t.strictSame(ran, [])
  const all = await auditDocument(app)
  t.strictSame([...new Set(ran)].sort(), ['/guarded', '/live', '/open', '/optional'])
  t.equal(all.requests, without.requests + 1, 'the public operation was not sent')
  t.strictSame([without.findings, all.findings], [[], []])
})
