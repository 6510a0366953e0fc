import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import Fastify, { type FastifyInstance } from 'fastify'
import swagger, { type SwaggerOptions } from '@fastify/swagger'
import websocket from '@fastify/websocket'
import fastifySecurity, { apiKey, basic, bearer, mutualTls, oauth2, openIdConnect } from '../../../lib/index.ts'
import { judge } from '../../support/oracles.ts'

export type Json = Record<string, unknown>
export type Examples = Record<string, { $ref?: string, value?: unknown }>
export interface Header { $ref?: string, required?: boolean, example?: unknown, examples?: Examples }
export interface Media { schema?: unknown, example?: unknown, examples?: Examples }
export interface Response { $ref?: string, description?: string, headers?: Record<string, Header>, content?: Record<string, Media> }
export interface Operation {
  operationId?: string
  summary?: string
  security?: unknown
  parameters?: { in: string, name: string }[]
  responses: Record<string, Response>
}
export interface Document {
  openapi: string
  security?: unknown
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, Json>, responses: Record<string, Response>, securitySchemes: Record<string, Json>, examples: Examples
  }
}

export const SCOPELESS = 'scopeless-token'
export const UNSURE = 'unsure-token'
export const PROBLEM = 'application/problem+json'

function verifyToken (token: string) {
  if (token === UNSURE) throw new Error('the identity provider is down')
  return token === SCOPELESS ? { subject: 'a' } : null
}

const flows = { clientCredentials: { tokenUrl: 'https://id.example/token', scopes: { 'pets:read': 'Read pets', 'pets:write': 'Change pets' } } }
export const schemes = {
  oauth: oauth2({ flows, verify: verifyToken }),
  login: openIdConnect({ openIdConnectUrl: 'https://id.example/.well-known/openid-configuration', verify: verifyToken }),
  service: bearer({ query: 'access_token', realm: 'services', verify: verifyToken }),
  partner: apiKey({ in: 'header', name: 'X-API-Key', roles: ['admin'], verify: (key) => key === SCOPELESS ? { key } : null }),
  param: apiKey({ in: 'query', name: 'key', verify: () => null }),
  session: apiKey({ in: 'cookie', name: 'sid', verify: () => null }),
  staff: basic({ verify: () => null }),
  machine: mutualTls({ verify: () => ({}), proxy: { header: 'Client-Cert', addresses: ['192.0.2.1'] } })
}
export const security = [{ oauth: [] }]
export const options = { schemes, security, websocket: { origins: ['https://app.example'] } }

export const ok = async () => ({ ok: true })

/** Routes of every kind that documents treat differently. */
export async function addRoutes (app: FastifyInstance): Promise<void> {
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

export const ORDERS = ['swagger first', 'swagger last', 'swagger in a child', 'websocket first'] as const

export async function build (order: typeof ORDERS[number] = 'swagger last', swaggerOptions: SwaggerOptions = {}, add = addRoutes): Promise<FastifyInstance> {
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

export function documentOf (app: FastifyInstance): Document {
  return app.swagger() as unknown as Document // what @fastify/swagger makes
}

export function response (document: Document, operation: Operation | undefined, status: number): Response | undefined {
  const declared = operation?.responses[status]
  const name = declared?.$ref?.replace('#/components/responses/', '')
  return name === undefined ? declared : document.components.responses[name]
}

export function operations (document: Document): [method: string, path: string, operation: Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) =>
    [method.toUpperCase(), path, operation] as [string, string, Operation]))
}

export interface Live { statusCode: number, headers: IncomingMessage['headers'], body: string }

/** Unlike inject(), with lines that are not combined. */
export async function send (app: FastifyInstance, method: string, path: string, headers: readonly string[] = []): Promise<Live> {
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers: ['Host', 'localhost', ...headers] as never, agent: false }) // lines are allowed
  sent.end()
  const [received] = await once(sent, 'response') as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of received) chunks.push(chunk as Buffer)
  return { statusCode: received.statusCode ?? 0, headers: received.headers, body: Buffer.concat(chunks).toString() }
}

/** The challenges that a response documents, by the reason they are sent for. */
export function challenges (documented: Response | undefined): Record<string, unknown> {
  const { example, examples = {} } = documented?.headers?.['WWW-Authenticate'] ?? {}
  return example === undefined ? Object.fromEntries(Object.entries(examples).map(([key, { value }]) => [key, value])) : { only: example }
}

/** The bodies that a response documents, by the reason they are sent for. */
export function bodies (document: Document, documented: Response | undefined): Record<string, unknown> {
  const entries = Object.entries(documented?.content?.[PROBLEM]?.examples ?? {})
  return Object.fromEntries(entries.map(([key, { $ref, value }]) =>
    [key, $ref === undefined ? value : document.components.examples[$ref.replace('#/components/examples/', '')]?.value]))
}

/** Whether a documented response is what came over the wire. */
export function equals (t: Test, document: Document, documented: Response | undefined, live: Live, name: string): void {
  judge(live)
  const body = JSON.parse(live.body) as { code: string }
  const challenge = live.headers['www-authenticate']
  if (challenge === undefined) t.not(documented?.headers?.['WWW-Authenticate']?.required, true, `${name}: no challenge`)
  else t.ok(Object.values(challenges(documented)).includes(challenge), `${name}: challenge`)
  t.strictSame(bodies(document, documented)[body.code], body, `${name}: body`)
}
