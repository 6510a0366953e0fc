import t from 'tap'
import websocket from '@fastify/websocket'
import { Type } from '@sinclair/typebox'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { apiKey, bearer, defineMessage, secrets, type AsyncApiDocument, type FastifySecurityOptions, type Security } from 'fastify-openapi-security'
import { problemsOf, readBack } from '../../support/asyncapi.ts'
import { captureLog } from '../../support/log.ts'
import { makeSchemes } from '../../support/schemes.ts'

const schemes = makeSchemes([])
const close = (socket: { close: () => void }) => { socket.close() }

async function build (add: (app: FastifyInstance) => unknown, options: Partial<FastifySecurityOptions> = {}): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(websocket)
  await app.register(fastifySecurity, { schemes, security: [{ oauth: ['read'] }], ...options, websocket: { origins: ['https://app.example'], ...options.websocket } })
  await add(app)
  await app.ready()
  return app
}

async function describe (add: (app: FastifyInstance) => unknown, options: Partial<FastifySecurityOptions> = {}): Promise<AsyncApiDocument> {
  const document = (await build(add, options)).security.asyncapi()
  t.strictSame(problemsOf(document), [], 'valid')
  return document
}

/** Requirements of every shape. */
const SECURITIES: Readonly<Record<string, Security>> = {
  public: [],
  anonymous: [{}],
  oauth: [{ oauth: [] }],
  read: [{ oauth: ['read'] }],
  write: [{ oauth: ['read', 'write'] }],
  or: [{ oauth: ['read'] }, { key: [] }, { role: ['admin', 'audit'] }],
  optional: [{}, { oauth: ['read'] }],
  optionalLast: [{ staff: ['boss'] }, {}],
  and: [{ oauth: ['read'], key: [] }],
  andOr: [{ oauth: ['admin'], role: ['admin'] }, { staff: [] }, { session: [] }],
  andOptional: [{}, { oauth: [], qkey: [] }],
  three: [{ login: ['anything:at-all'], key: [], machine: ['plant'] }],
  ...Object.fromEntries(Object.keys(schemes).map((name) => [`only-${name}`, [{ [name]: [] }]]))
}

t.test('the document says of each channel what is enforced', async (t) => {
  for (const options of [{}, { firstMessage: true, refuse: 'close', ticket: true, query: true }] as const) {
    const app = await build((app) => {
      for (const [name, security] of Object.entries(SECURITIES)) {
        app.get(`/${name}`, { websocket: true, schema: { security } }, close)
        app.route({ method: 'GET', url: `/twin/${name}`, schema: { security }, handler: async () => '', wsHandler: close })
      }
      app.get('/inherits', { websocket: true }, close)
    }, { websocket: options })
    const document = app.security.asyncapi()
    t.strictSame(problemsOf(document), [], 'valid')
    const enforced = app.security.routes().filter((route) => route.websocket)
    t.equal(Object.keys(document.channels).length, enforced.length)
    for (const { url, security } of enforced) {
      const [key = '', channel] = Object.entries(document.channels).find(([, { address }]) => address === url) ?? []
      t.strictSame(channel?.['x-security'], security, url)
      const operations = Object.values(document.operations).filter((operation) => operation.channel.$ref === `#/channels/${key}`)
      t.ok(operations.some(({ action }) => action === 'receive') && operations.some(({ action }) => action === 'send'), `${url}: both ways`)
      for (const operation of operations) {
        const isOpen = operation.messages[0]?.$ref.endsWith('/authenticate')
        t.strictSame(readBack(operation, document, Object.keys(schemes)), isOpen ? [] : security, `${url} ${operation.action}`)
        if (security.some((one) => Object.keys(one).length === 0)) t.notOk('security' in operation, `${url}: optional has no machine form`)
      }
    }
  }
})

t.test('no list reads as if one of several were enough', async (t) => {
  const { operations, components: { securitySchemes } } = await describe((app) => {
    app.get('/live', { websocket: true, schema: { security: [{ oauth: ['read'], key: [] }, { staff: [] }] } }, close)
  })
  const { security = [], description } = operations['live.receive'] ?? {}
  const named = security.map(({ $ref }) => $ref.replace('#/components/securitySchemes/', ''))
  t.strictSame(named, ['oauth.read.with.key', 'key.with.oauth.read', 'staff'])
  for (const name of named.slice(0, 2)) t.match(securitySchemes[name]?.description, /Not enough alone/)
  t.match(description, /`oauth` \(`read`\) and `key`, or `staff`/)
})

t.test('each kind of scheme is what AsyncAPI calls it', async (t) => {
  const { operations, components: { securitySchemes } } = await describe((app) => {
    for (const name of Object.keys(schemes)) app.get(`/${name}`, { websocket: true, schema: { security: [{ [name]: [] }] } }, close)
  })
  const table: Readonly<Record<keyof typeof schemes, object>> = {
    oauth: { type: 'oauth2', flows: { authorizationCode: { availableScopes: { read: 'Read', write: 'Write', admin: 'All' } } }, scopes: [] },
    service: { type: 'http', scheme: 'bearer' },
    inner: { type: 'http', scheme: 'bearer' },
    login: { type: 'openIdConnect', openIdConnectUrl: 'https://id.example/.well-known/openid-configuration', scopes: [] },
    legacy: { type: 'http', scheme: 'bearer' },
    staff: { type: 'http', scheme: 'basic' },
    device: { type: 'http', scheme: 'device' },
    hawk: { type: 'http', scheme: 'hawk' },
    broken: { type: 'http', scheme: 'broken' },
    key: { type: 'httpApiKey', in: 'header', name: 'X-API-Key' },
    role: { type: 'httpApiKey', in: 'header', name: 'X-Role-Key' },
    qkey: { type: 'httpApiKey', in: 'query', name: 'key' },
    session: { type: 'httpApiKey', in: 'cookie', name: 'sid' },
    machine: { type: 'X509' }
  }
  for (const [name, scheme] of Object.entries(table)) {
    t.strictSame(operations[`${name}.receive`]?.security, [{ $ref: `#/components/securitySchemes/${name}` }], name)
    t.match(securitySchemes[name], scheme, name)
  }
  t.strictSame(Object.keys(securitySchemes).sort(), Object.keys(schemes).sort())
  t.notMatch(JSON.stringify(Object.values(securitySchemes).map(({ flows }) => flows)), /"scopes"/, 'scopes of flows are called otherwise')
})

t.test('messages ask for what they ask beyond the connection', async (t) => {
  const schema = (type: string) => Type.Object({ type: Type.Literal(type), id: Type.String() })
  const document = await describe((app) => {
    app.get('/pets/:room', {
      websocket: true,
      schema: { security: [{ oauth: ['read'] }, { key: [] }] },
      config: {
        websocket: {
          renewal: true,
          messages: {
            'pet.read': { schema: schema('pet.read'), summary: 'Asks for a pet', description: 'Any of them.' },
            'pet.update': defineMessage({ schema: schema('pet.update'), security: [{ oauth: ['write'] }], handler () {} }),
            'pet.never': { schema: schema('pet.never'), security: [{ staff: ['boss'] }] }
          },
          sends: { 'pet.updated': { schema: schema('pet.updated'), summary: 'A pet has changed' } }
        }
      }
    }, close)
  })
  const { operations, channels, components: { messages } } = document
  const asked = Object.fromEntries(Object.entries(operations).map(([name, operation]) =>
    [name.replace('pets.room.', ''), readBack(operation, document, Object.keys(schemes))]))
  const route = [{ oauth: ['read'] }, { key: [] }]
  t.strictSame(asked, {
    'receive.pet.read': route,
    'receive.pet.update': [{ oauth: ['read', 'write'] }],
    'receive.pet.never': [{ oauth: ['read'], staff: ['boss'] }, { key: [], staff: ['boss'] }],
    'send.pet.updated': route,
    'receive.authenticate': route,
    'send.authenticated': route,
    'send.expiring': route,
    'send.refused': route,
    'send.problem': route
  })
  t.match(operations['pets.room.receive.pet.never']?.description, /No connection/)
  t.match(messages['pet.read'], { name: 'pet.read', summary: 'Asks for a pet', description: 'Any of them.' })
  t.strictSame(messages['pet.updated']?.payload, JSON.parse(JSON.stringify(schema('pet.updated'))))
  t.strictSame(Object.keys(channels['pets.room']?.messages ?? {}).sort(),
    ['authenticate', 'authenticated', 'expiring', 'pet.never', 'pet.read', 'pet.update', 'pet.updated', 'problem', 'refused'])
})

t.test('routes of every scope and prefix are there, as they are', async (t) => {
  const { channels } = await describe(async (app) => {
    app.get('/http', async () => '')
    app.route({ method: ['GET', 'HEAD'], url: '/both', handler: async () => '', wsHandler: close })
    await app.register(async (scope) => {
      scope.security.default([{ staff: [] }])
      scope.get('/live/:room', {
        websocket: true, schema: { summary: 'News', description: 'Of a room.', tags: ['news'], params: { type: 'object', properties: { room: { type: 'string', description: 'A room.' } } } }
      }, close)
      await scope.register(async (inner) => { inner.get('/', { websocket: true }, close) }, { prefix: '/inner' })
    }, { prefix: '/scope' })
  })
  t.strictSame(Object.keys(channels), ['both', 'scope.live.room', 'scope.inner'])
  t.match(channels['scope.live.room'], {
    address: '/scope/live/{room}',
    summary: 'News',
    description: /^Of a room\.\n\nCredentials that are asked for: `staff`\./,
    tags: [{ name: 'news' }],
    parameters: { room: { description: 'A room.' } },
    'x-security': [{ staff: [] }]
  })
  t.strictSame(channels['scope.inner']?.['x-security'], [{ staff: [] }])
  t.strictSame(channels['both']?.['x-security'], [{ oauth: ['read'] }])
})

t.test('a route that the application hides is not there, nor are its messages', async (t) => {
  const secret = { schema: Type.Object({ type: Type.Literal('secret') }) }
  const document = await describe((app) => {
    app.get('/hidden', { websocket: true, schema: { hide: true }, config: { websocket: { messages: { secret } } } }, close)
    app.route({ method: 'GET', url: '/hidden-too', schema: { hide: true, security: [{ key: [] }] }, handler: async () => '', wsHandler: close })
    app.get('/shown', { websocket: true, schema: { security: [] } }, close)
  })
  t.strictSame(Object.keys(document.channels), ['shown'])
  t.notMatch(JSON.stringify(document), /secret|X-API-Key|hidden/)
  t.strictSame(document.components.securitySchemes, {})
})

t.test('what is on for handshakes is in the binding, and no header field that is a credential', async (t) => {
  const querystring = { type: 'object', properties: { since: { type: 'string' }, key: { type: 'string' } }, required: ['key'] }
  const headers = { type: 'object', properties: { authorization: { type: 'string' }, 'X-Api-Key': { type: 'string' }, 'x-trace': { type: 'string' } } }
  const { channels } = await describe((app) => {
    app.addSchema({ $id: 'since', type: 'object', properties: { since: { type: 'string' } } })
    app.get('/oauth', { websocket: true, schema: { security: [{ oauth: [] }] } }, close)
    app.get('/shared', { websocket: true, schema: { security: [], querystring: { $ref: 'since#' } } }, close)
    app.get('/keys', { websocket: true, schema: { security: [{ key: [] }, { qkey: [] }], querystring, headers } }, close)
    app.get('/legacy', { websocket: true, schema: { security: [{ legacy: [] }] } }, close)
    app.get('/public', { websocket: true, schema: { security: [] } }, close)
  }, { websocket: { ticket: true, query: true } })
  interface Bound { query?: { properties: object, required?: string[] }, headers?: { properties: object } }
  const ws = (key: string) => channels[key]?.bindings.ws as Bound | undefined
  const names = (key: string) => Object.keys(ws(key)?.query?.properties ?? {})
  t.strictSame([names('oauth'), names('shared'), names('keys'), names('legacy'), names('public')],
    [['access_token', 'ticket'], ['since'], ['ticket', 'since'], ['access_token', 'ticket'], []])
  t.strictSame(ws('keys')?.query?.required, undefined)
  t.strictSame(Object.keys(ws('keys')?.headers?.properties ?? {}), ['x-trace'])
  t.strictSame(ws('public'), { method: 'GET', bindingVersion: '0.1.0' })
})

t.test('the subprotocol in which a token may come is described, where one may', async (t) => {
  const add = (app: FastifyInstance) => {
    app.get('/token', { websocket: true, schema: { security: [{ oauth: [] }] } }, close)
    app.get('/key', { websocket: true, schema: { security: [{ key: [] }] } }, close)
  }
  const table: [subprotocol: string | false | undefined, shown: RegExp | null][] = [
    [undefined, /subprotocol.*`base64url\.bearer\.authorization\.k8s\.io\.`/], ['ours.', /subprotocol.*`ours\.`/], [false, null]
  ]
  for (const [subprotocol, shown] of table) {
    const { channels } = await describe(add, { websocket: subprotocol === undefined ? {} : { subprotocol } })
    if (shown === null) t.notMatch(channels['token']?.description, /a subprotocol/)
    else t.match(channels['token']?.description, shown)
    t.notMatch(channels['key']?.description, /a subprotocol/)
  }
})

t.test('no secret, no function and nothing of TypeBox gets into the document', async (t) => {
  const value = 'canary-secret-of-the-application'
  const kept = {
    token: bearer({ verify: secrets([{ value, credentials: { name: value } }]) }),
    key: apiKey({ in: 'header', name: 'X-Key', description: 'A key.', verify: secrets([{ value: `${value}-2`, credentials: { name: value } }]) })
  }
  const document = await describe((app) => {
    app.get('/live', { websocket: true, schema: { security: [{ token: [] }, { key: [] }] }, config: { websocket: { messages: { a: { schema: Type.Object({ type: Type.Literal('a') }) } } } } }, close)
  }, { schemes: kept, security: [{ token: [] }], websocket: { firstMessage: true, ticket: true } })
  t.notMatch(JSON.stringify(document), /canary/)
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'function' || typeof value === 'symbol' || value === undefined) t.fail(`${path} is ${typeof value}`)
    if (typeof value !== 'object' || value === null) return
    t.strictSame(Object.getOwnPropertySymbols(value), [], path)
    t.ok(Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype, `${path} is plain`)
    for (const [key, one] of Object.entries(value)) walk(one, `${path}/${key}`)
  }
  walk(document, '')
})

t.test('each call makes the same anew, and leaves what the application wrote as it is', async (t) => {
  const security = Object.freeze([Object.freeze({ oauth: Object.freeze(['read']), key: Object.freeze([]) })])
  const querystring = Object.freeze({ type: 'object', properties: Object.freeze({ since: Object.freeze({ type: 'string' }) }) })
  const schema = Object.freeze({ security, querystring, tags: Object.freeze(['a']) as unknown as string[] })
  const app = await build((app) => app.get('/live/:room', { websocket: true, schema }, close), { websocket: { ticket: true } })
  const [one, other] = [app.security.asyncapi(), app.security.asyncapi()]
  t.strictSame(one, other)
  const before = JSON.stringify(other)
  const spoil = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const key of Object.keys(value)) {
      spoil((value as Record<string, unknown>)[key])
      ;(value as Record<string, unknown>)[key] = 'spoilt'
    }
  }
  spoil(one)
  t.equal(JSON.stringify(other), before)
  t.equal(JSON.stringify(app.security.asyncapi()), before)
})

t.test('before all routes are known there is no document', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(websocket)
  await app.register(fastifySecurity, { schemes, security: [] })
  app.get('/live', { websocket: true }, close)
  t.throws(() => app.security.asyncapi(), { code: 'FST_SECURITY_ASYNCAPI_INVALID', message: /app\.ready/ })
  await app.ready()
  t.strictSame(Object.keys(app.security.asyncapi().channels), ['live'])
})

t.test('without WebSocket routes it is an empty one', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(fastifySecurity, { schemes, security: [] })
  app.get('/', async () => '')
  await app.ready()
  const document = app.security.asyncapi()
  t.strictSame(problemsOf(document), [])
  t.strictSame(document, {
    asyncapi: '3.0.0',
    info: { title: 'WebSocket API', version: '0.0.0' },
    defaultContentType: 'application/json',
    channels: {},
    operations: {},
    components: { messages: {}, securitySchemes: {} }
  })
})

t.test('what the document cannot say in the form of AsyncAPI is logged, once', async (t) => {
  const { log, server } = captureLog()
  const app = Fastify(server)
  t.teardown(() => app.close())
  await app.register(websocket)
  await app.register(fastifySecurity, { schemes, security: [{ oauth: [] }] })
  app.get('/one', { websocket: true }, close)
  app.get('/both', { websocket: true, schema: { security: [{ oauth: [], key: [] }] } }, close)
  await app.ready()
  app.security.asyncapi()
  app.security.asyncapi()
  t.strictSame(log.said(/AsyncAPI/).map(({ msg }) => msg), ['the AsyncAPI document says only in `x-security` and in words that credentials are asked for together: both'])
})

t.test('what a public route sends may be described; what would have to be enforced may not', async (t) => {
  const sends = { tick: { schema: Type.Object({ type: Type.Literal('tick') }) } }
  const { operations } = await describe((app) => {
    app.get('/live', { websocket: true, schema: { security: [] }, config: { websocket: { sends } } }, close)
  })
  t.strictSame(Object.keys(operations), ['live.receive', 'live.send.tick'])
  const table: [config: object, problem: RegExp][] = [
    [{ sends, refuse: 'close' }, /public/], [{}, /public/], [{ sends: 7 }, /`sends` is not an object/], [{ sends: { tick: {} } }, /message "tick".*`schema`/]
  ]
  for (const [config, message] of table) {
    await t.rejects(build((app) => app.get('/live', { websocket: true, schema: { security: [] }, config: { websocket: config } }, close)),
      { code: 'FST_SECURITY_WEBSOCKET_INVALID', message }, JSON.stringify(config))
  }
})
