/** A program that names no schemes, and imports `strict` all the same. */
import fastify, { type FastifyRequest, type FastifySchema } from 'fastify'
import '@fastify/swagger'
import '@fastify/websocket'
import fastifySecurity, { apiKey, defineSchemes, type AnyAuth, type Security } from 'fastify-openapi-security'
import 'fastify-openapi-security/strict'
import { expectSame, expectType, use } from '../expect.ts'

const app = fastify()
const partner = apiKey({ in: 'header', name: 'X-Key', roles: ['admin'], verify: (key) => ({ key }) })
await app.register(fastifySecurity, { schemes: { partner }, security: [{ partner: ['admin'] }] })
await app.register(fastifySecurity, { schemes: defineSchemes({ partner }), security: [] })
expectSame<AnyAuth, Readonly<Record<string, unknown>> | null>()

const helper = (request: FastifyRequest): unknown => request.auth?.['partner']
app.get('/1', { schema: { security: [{ partner: ['admin'] }] } }, async (request) => {
  expectType<AnyAuth>()(request.auth)
  return helper(request)
})
app.get('/2', { schema: { security: [{ whatever: ['x'], other: [] }] } }, async (request) => helper(request))
app.get('/3', { websocket: true, schema: { security: [{ partner: [] }] } }, (socket, request) => {
  helper(request)
  socket.close()
})
export const schema: FastifySchema = { security: [{ partner: ['admin'] }] }
export const security: Security = [{ partner: ['admin'] }]
app.security.default([{ partner: ['admin'] }])
app.get('/4', { preHandler: async (request) => { use(app.security.satisfies(request, [{ partner: [] }])) } }, async (request) => helper(request))
