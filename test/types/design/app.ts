import Fastify from 'fastify'
import websocket from '@fastify/websocket'
import { expectType } from '../expect.ts'
import fastifySecurity, { apiKey, basic, defineSchemes, jwt, mutualTls, oauth2, openIdConnect, refuse, type SchemesFrom } from 'fastify-openapi-security'

interface Partner { readonly name: string }
interface Employee { readonly name: string, readonly scopes: readonly string[] }
const partners = new Map<string, Partner>()
const users = { check: async (_name: string, _password: string): Promise<Employee | undefined> => undefined }
const authorizationUrl = 'https://id.example/authorize'
const tokenUrl = 'https://id.example/token'

const schemes = defineSchemes({
  oauth: oauth2({
    flows: { authorizationCode: { authorizationUrl, tokenUrl, scopes: { 'pets:read': 'Read pets', 'pets:write': 'Change pets' } } },
    verify: jwt({ issuer: 'https://id.example', audience: 'https://api.example' })
  }),
  partner: apiKey({ in: 'header', name: 'X-API-Key', verify: (key) => partners.get(key) ?? null }),
  staff: basic({ verify: async ({ username, password }) => (await users.check(username, password)) ?? null }),
  machine: mutualTls({ verify: (certificate) => ({ serial: certificate.serialNumber }) }),
  login: openIdConnect({
    openIdConnectUrl: 'https://id.example/.well-known/openid-configuration',
    verify: jwt({ issuer: 'https://id.example', audience: 'https://api.example' })
  }),
  admin: apiKey({
    in: 'header',
    name: 'X-Admin-Key',
    roles: ['admin'],
    verify: (key) => key === '' ? refuse('credentials_invalid') : { name: 'root', scopes: ['admin'] }
  })
})
declare module 'fastify-openapi-security' { interface FastifySecuritySchemes extends SchemesFrom<typeof schemes> {} }

const app = Fastify()
await app.register(websocket)
await app.register(fastifySecurity, {
  schemes,
  security: [{ oauth: [] }],
  realm: 'pets',
  websocket: { origins: ['https://app.example'] }
})
app.get('/pets', { schema: { security: [{ oauth: ['pets:read'] }, { partner: [] }] } },
  async (request) => request.auth.oauth ? request.auth.oauth.subject : request.auth.partner.name)
app.get('/live', { websocket: true, schema: { security: [{ oauth: ['pets:read'] }] } },
  (socket, request) => socket.send(request.auth.oauth.subject))

app.get('/types', { schema: { security: [{ oauth: [], partner: [], staff: [], machine: [], login: ['anything'], admin: ['admin'] }] } }, async (request) => {
  expectType<string>()(request.auth.oauth.subject)
  expectType<Partner>()(request.auth.partner)
  expectType<Employee>()(request.auth.staff)
  expectType<{ serial: string }>()(request.auth.machine)
  expectType<string>()(request.auth.login.subject)
  expectType<{ name: string, scopes: string[] }>()(request.auth.admin)
})
