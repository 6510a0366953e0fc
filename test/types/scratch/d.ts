import 'fastify-openapi-security'
import 'fastify-openapi-security/strict'
import "@fastify/swagger"
import "@fastify/websocket"
import fastify, { type FastifySchema, type RouteShorthandOptions } from 'fastify'
import { Type } from '@fastify/type-provider-typebox'
declare module 'fastify-openapi-security' {
  interface FastifySecuritySchemes { oauth: { scopes: 'a' | 'b', credentials: { sub: string } }, apiKey: { scopes: never, credentials: { clientId: string } } }
}
const app = fastify()
app.get('/ok', { schema: { params: Type.Object({}), security: [{ oauth: ['a'], apiKey: [] }] } }, async () => 1)
app.get('/1', { schema: { security: [{ oath: ['a'] }] } }, async () => 1)
app.get('/2', { schema: { security: [{ oauth: ['zz'] }] } }, async () => 1)
app.get('/3', { schema: { security: [{ oauth: ['a'], apikey: [] }] } }, async () => 1)
app.get('/4', { schema: { security: [{ oauth: ['a'] }, { apikey: [] }] } }, async () => 1)
app.get('/5', { schema: { security: [{ apiKey: ['x'] }] } }, async () => 1)
const s6 = { security: [{ oauth: ['a'], apikey: [] }] } as const
app.get('/6', { schema: s6 }, async () => 1)
const s7 = { security: [{ oauth: ['a'] }, {apikey: [] }] } as const
app.get('/7', { schema: s7 }, async () => 1)
const s8 = { security: [{ oauth: ['a'], apikey: [] }] } as const satisfies FastifySchema
const o9: RouteShorthandOptions = { schema: { security: [{ oauth: ['a'] }] } }
app.route({ method: 'GET', url: '/10', schema: { security: [{ oauth: ['a'], apikey: [] }] }, handler: async () => 1 })
app.route({ method: 'GET', url: '/11', schema: { security: [{ oath: ['a'] }] }, handler: async () => 1 })
const s12 = { security: [{ oauth: ['a'] }] }
app.get('/12', { schema: s12 }, async () => 1)
const s13 = { security: [{ apiKey: [] }] }
app.get('/13', { schema: s13 }, async (r) => r.auth.apiKey)
const s14 = { security: [] }
app.get('/14', { schema: s14 }, async (r) => { const x: null = r.auth; return x })
