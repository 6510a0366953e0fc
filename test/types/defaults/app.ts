/** What a route that says nothing gets, named once. */
import fastify, { type FastifyRequest } from 'fastify'
import 'fastify-openapi-security'
import { expectType } from '../expect.ts'
import type { AnyAuth } from 'fastify-openapi-security'
import type { Machine, User } from '../shared/schemes.ts'

declare module 'fastify-openapi-security' {
  interface FastifySecurityDefaults { security: readonly [{ readonly oauth: readonly ['pets:read'] }] }
}

const app = fastify()
const subject = (request: FastifyRequest): string | undefined => request.auth?.oauth?.subject
app.get('/1', { schema: { params: {} } }, async (request) => {
  expectType<User>()(request.auth.oauth)
  return subject(request)
})
app.get('/2', { schema: { security: [{ machine: [] }] } }, async (request) => {
  expectType<Machine>()(request.auth.machine)
  return subject(request)
})
app.get('/3', { schema: { security: [] } }, async (request) => { expectType<null>()(request.auth) })

// A known limit: without any schema a request has the type that helpers take.
app.get('/4', async (request) => { expectType<AnyAuth>()(request.auth) })
