import t from 'tap'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import swagger, { type SwaggerOptions } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import websocket from '@fastify/websocket'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { Validator } from '@seriousme/openapi-schema-validator'
import WebSocket from 'ws'
import { parse } from 'yaml'
import fastifySecurity, { apiKey, basic, bearer, mutualTls, oauth2, openIdConnect } from '../../lib/index.ts'
import { judge } from '../support/oracles.ts'

type Json = Record<string, unknown>
interface Header { required?: boolean, example?: unknown }
interface Media { schema?: unknown, example?: unknown, examples?: Record<string, { value: unknown }> }
interface Response { $ref?: string, description?: string, headers?: Record<string, Header>, content?: Record<string, Media> }
interface Operation {
  operationId?: string, summary?: string, description?: string, security?: unknown, parameters?: { in: string, name: string }[], responses: Record<string, Response>
}
interface Document {
  openapi: string
  security?: unknown
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Json>, responses: Record<string, Response>, securitySchemes: Record<string, Json> }
}

const SCOPELESS = 'scopeless-token'
const UNSURE = 'unsure-token'
const PROBLEM = 'application/problem+json'

function verifyToken (token: string) {
  if (token === UNSURE) throw new Error('the identity provider is down')
  return token === SCOPELESS ? { subject: 'a' } : null
}

const flows = { clientCredentials: { tokenUrl: 'https://id.example/token', scopes: { 'pets:read': 'Read pets', 'pets:write': 'Change pets' } } }
const schemes = {
  oauth: oauth2({ flows, verify: verifyToken }),
  login: openIdConnect({ openIdConnectUrl: 'https://id.example/.well-known/openid-configuration', verify: verifyToken }),
  service: bearer({ query: 'access_token', realm: 'services', verify: verifyToken }),
  partner: apiKey({ in: 'header', name: 'X-API-Key', roles: ['admin'], verify: (key) => key === SCOPELESS ? { key } : null }),
  param: apiKey({ in: 'query', name: 'key', verify: () => null }),
  session: apiKey({ in: 'cookie', name: 'sid', verify: () => null }),
  staff: basic({ verify: () => null }),
  machine: mutualTls({ verify: () => ({}), proxy: { header: 'Client-Cert', addresses: ['192.0.2.1'] } })
}
const security = [{ oauth: [] }]
const options = { schemes, security, websocket: { origins: ['https://app.example'] } }

const ok = async () => ({ ok: true })

/** Routes of every kind that documents treat differently. */
async function addRoutes (app: FastifyInstance): Promise<void> {
  app.get('/inherits', ok)
  app.get('/public', { schema: { security: [] } }, ok)
  app.get('/pets/:id', { schema: { summary: 'A pet', security: [{ oauth: ['pets:read'] }, { partner: [] }] } }, ok)
  app.put('/pets/:id(^\\d+$)', { schema: { security: [{ oauth: ['pets:read', 'pets:write'], partner: ['admin'] }] } }, ok)
  app.get('/optional', { schema: { security: [{}, { staff: [] }] } }, ok)
  app.get('/everything', { schema: { security: [{ staff: [] }, { param: [], session: [] }, { service: [] }, { login: ['pets:write'] }] } }, ok)
  app.get('/machine', { schema: { security: [{ machine: [] }] } }, ok)
  app.route({ method: ['POST', 'DELETE'], url: '/roles/*', schema: { security: [{ partner: ['admin'] }] }, handler: ok })
  app.get('/live', { websocket: true, schema: { security: [{ oauth: ['pets:read'] }] } }, (socket) => { socket.close() })
  app.route({ method: 'GET', url: '/both', schema: { security: [{ partner: [] }] }, handler: ok, wsHandler: (socket) => { socket.close() } })
  await app.register(async (scope) => {
    scope.security.default([{ staff: [] }])
    scope.get('/', ok)
    scope.get('/toys', ok)
  }, { prefix: '/scope' })
}

const ORDERS = ['swagger first', 'swagger last', 'swagger in a child', 'websocket first'] as const

async function build (order: typeof ORDERS[number] = 'swagger last', swaggerOptions: SwaggerOptions = {}, add = addRoutes): Promise<FastifyInstance> {
  const app = Fastify()
  const documented = { openapi: { openapi: '3.1.0', info: { title: 'Pets', version: '1.0.0' } }, ...swaggerOptions } as SwaggerOptions // both modes
  if (order === 'swagger first') await app.register(swagger, documented)
  if (order === 'websocket first') await app.register(websocket)
  await app.register(fastifySecurity, options)
  if (order !== 'websocket first') await app.register(websocket)
  if (order === 'swagger in a child') {
    await app.register(async (child) => {
      await child.register(swagger, documented)
      child.get('/document', { schema: { hide: true, security: [] } }, async () => child.swagger())
      await add(child)
    })
  } else {
    if (order !== 'swagger first') await app.register(swagger, documented)
    await add(app)
  }
  await app.ready()
  t.teardown(() => app.close())
  return app
}

function documentOf (app: FastifyInstance): Document {
  return app.swagger() as unknown as Document // what @fastify/swagger makes
}

function response (document: Document, operation: Operation | undefined, status: number): Response | undefined {
  const declared = operation?.responses[status]
  const name = declared?.$ref?.replace('#/components/responses/', '')
  return name === undefined ? declared : document.components.responses[name]
}

function operations (document: Document): [method: string, path: string, operation: Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) =>
    [method.toUpperCase(), path, operation] as [string, string, Operation]))
}

interface Live { statusCode: number, headers: IncomingMessage['headers'], body: string }

/** Unlike inject(), with lines that are not combined. */
async function send (app: FastifyInstance, method: string, path: string, headers: readonly string[] = []): Promise<Live> {
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers: ['Host', 'localhost', ...headers] as never, agent: false }) // lines are allowed
  sent.end()
  const [received] = await once(sent, 'response') as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of received) chunks.push(chunk as Buffer)
  return { statusCode: received.statusCode ?? 0, headers: received.headers, body: Buffer.concat(chunks).toString() }
}

/** Whether a documented response is what came over the wire. */
function equals (t: Tap.Test, documented: Response | undefined, live: Live, name: string): void {
  judge(live)
  t.equal(documented?.headers?.['WWW-Authenticate']?.example, live.headers['www-authenticate'], `${name}: challenge`)
  const { example, examples } = documented?.content?.[PROBLEM] ?? {}
  const body = JSON.parse(live.body) as { code: string }
  t.strictSame(examples === undefined ? example : examples[body.code]?.value, body, `${name}: body`)
}

for (const order of ORDERS) {
  t.test(`documents are complete and valid: ${order}`, async (t) => {
    for (const openapi of ['3.0.3', '3.1.0', '3.2.0'] as const) {
      const app = await build(order, { openapi: { openapi, info: { title: 'Pets', version: '1.0.0' } } })
      const document = order === 'swagger in a child' ? (await app.inject('/document')).json<Document>() : documentOf(app)
      const { valid, errors } = await new Validator().validate(structuredClone(document) as never) // any JSON
      t.equal(valid, true, `${openapi}: ${JSON.stringify(errors)}`)
      t.notMatch(JSON.stringify(document), 'x-fastify-openapi-security', 'no mark is left')
      t.strictSame(document.security, security)
      t.strictSame(Object.keys(document.components.securitySchemes), Object.keys(schemes))
      t.ok(document.components.schemas['Problem'])
      const found = operations(document).map(([method, path, operation]) => `${method} ${path} ${Object.keys(operation.responses).join()}`)
      t.strictSame(found, [
        'GET /inherits 200,400,401,503',
        'GET /public 200',
        'GET /pets/{id} 200,400,401,403,503',
        'PUT /pets/{id} 200,400,401,403,503',
        'GET /optional 200,400,401,503',
        'GET /everything 200,400,401,403,503',
        'GET /machine 200,403,503',
        'POST /roles/{*} 200,400,401,403,503',
        'DELETE /roles/{*} 200,400,401,403,503',
        'GET /live 101,400,401,403,503',
        'GET /both 101,200,400,401,403,503',
        'GET /scope/ 200,400,401,503',
        'GET /scope/toys 200,400,401,503'
      ], openapi)
    }
  })
}

t.test('JSON and YAML are the same, whichever is asked for first', async (t) => {
  const [json, yaml] = [await build(), await build()]
  const document = json.swagger()
  const text = yaml.swagger({ yaml: true })
  t.strictSame(parse(text), JSON.parse(JSON.stringify(document)))
  t.equal(json.swagger({ yaml: true }), text)
  t.strictSame(yaml.swagger(), document)
  t.equal(json.swagger(), document, 'made once')
  t.notMatch(text, /[&*]a\d/, 'no aliases')
})

t.test('every operation says what its route enforces', async (t) => {
  const app = await build()
  const enforced = new Map(app.security.routes().map(({ method, url, security }) =>
    [`${method} ${url.replace('(^\\d+$)', '').replace(':id', '{id}').replace('*', '{*}').replace(/^\/scope$/, '/scope/')}`, security]))
  const found = operations(documentOf(app))
  for (const [method, path, operation] of found) t.strictSame(operation.security, enforced.get(`${method} ${path}`), `${method} ${path}`)
  t.equal(found.length, 13)
})

t.test('roles are documented where the version has a place for them', async (t) => {
  const [older, newer] = [await build('swagger last', { openapi: {} }), await build()].map(documentOf)
  t.match(older?.paths['/roles/{*}']?.['post'], { security: [{ partner: [] }], 'x-required-roles': [{ partner: ['admin'] }] })
  t.match(newer?.paths['/roles/{*}']?.['post'], { security: [{ partner: ['admin'] }], 'x-required-roles': undefined })
  t.match(older?.components.securitySchemes['machine'], { type: 'http', 'x-type': 'mutualTLS' })
  t.match(newer?.components.securitySchemes['machine'], { type: 'mutualTLS' })
})

t.test('what an anonymous request is told is what the document shows', async (t) => {
  const app = await build()
  const document = documentOf(app)
  let refused = 0
  for (const [method, path, operation] of operations(document)) {
    const live = await send(app, method, path.replace(/\{[^}]*\}/, '1'))
    const documented = response(document, operation, live.statusCode)
    t.ok(documented, `${method} ${path}: ${live.statusCode} is documented`)
    if (live.statusCode < 400) continue
    refused++
    equals(t, documented, live, `${method} ${path}`)
  }
  t.equal(refused, 11)
})

t.test('what other requests are told is what the document shows', async (t) => {
  const app = await build()
  const document = documentOf(app)
  const basicLine = ['Authorization', 'Basic YTpi']
  const token = (value: string) => ['Authorization', `Bearer ${value}`]
  const table: [method: string, path: string, status: number, headers: string[]][] = [
    ['GET', '/pets/{id}', 400, [...token(SCOPELESS), ...token(SCOPELESS)]],
    ['GET', '/everything', 400, [...token(SCOPELESS), ...basicLine]],
    ['GET', '/optional', 400, [...basicLine, ...basicLine]],
    ['GET', '/optional', 401, basicLine],
    ['POST', '/roles/{*}', 400, ['X-API-Key', SCOPELESS, 'X-API-Key', SCOPELESS]],
    ['POST', '/roles/{*}', 403, ['X-API-Key', SCOPELESS]],
    ['GET', '/pets/{id}', 403, token(SCOPELESS)],
    ['PUT', '/pets/{id}', 403, [...token(SCOPELESS), 'X-API-Key', SCOPELESS]],
    ['GET', '/live', 403, token(SCOPELESS)],
    ['GET', '/inherits', 503, token(UNSURE)]
  ]
  for (const [method, path, status, headers] of table) {
    const name = `${method} ${path} ${status}`
    const live = await send(app, method, path.replace(/\{[^}]*\}/, '1'), headers)
    t.equal(live.statusCode, status, name)
    const documented = response(document, document.paths[path]?.[method.toLowerCase()], status)
    equals(t, documented, live, name)
    t.equal(documented?.headers?.['Retry-After'] !== undefined, live.headers['retry-after'] !== undefined, `${name}: Retry-After`)
  }
})
