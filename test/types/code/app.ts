import fastify, { type FastifyRequest, type FastifySchema, type RouteOptions, type RouteShorthandOptions } from 'fastify'
import '@fastify/swagger'
import '@fastify/websocket'
import type { AnyAuth, UnknownSecurityScheme } from 'fastify-openapi-security'
import '../shared/code.ts'
import { expectType } from '../expect.ts'
import type { User } from '../shared/schemes.ts'

const app = fastify()
const handler = async (): Promise<void> => {}

// Without `strict` literals may widen to string.
export const options: RouteShorthandOptions = { schema: { security: [{ oauth: ['pets:read'] }] } }
export const route: RouteOptions = { method: 'GET', url: '/', schema: { security: [{ oauth: ['pets:read'] }] }, handler }
export const schema: FastifySchema = { tags: ['pets'], security: [{ oauth: ['pets:read'] }] }
app.addHook('onRoute', (routeOptions) => { routeOptions.schema = { ...routeOptions.schema, security: [{ oauth: ['pets:read'] }] } })
const unconst = { security: [{ oauth: ['pets:read'] }] }
app.get('/', { schema: unconst }, async (request) => { expectType<User>()(request.auth.oauth) })

// Without `strict` a schema may be of an interface type.
interface BodyOnly { body: { type: 'object' } }
const bodyOnly: BodyOnly = { body: { type: 'object' } }
app.post('/', { schema: bodyOnly }, async (request: FastifyRequest) => { expectType<AnyAuth>()(request.auth) })
app.post('/', { schema: bodyOnly }, async (request) => { expectType<AnyAuth>()(request.auth) })

// Without `strict` a wrong name shows where the credentials are used.
app.get('/', { schema: { security: [{ oath: ['pets:read'] }] } }, async (request) => {
  expectType<UnknownSecurityScheme<'oath'>>()(request.auth)
  // @ts-expect-error -- no such member
  return request.auth.oath
})
app.get('/', { schema: { security: [{ oauth: ['pets:read'], machin: [] }] } }, async (request) => {
  // @ts-expect-error -- no such member
  return request.auth.oauth
})
app.get('/', { schema: { security: [{ oauth: ['pets:read'] }, { machin: [] }] } }, async (request) => {
  // @ts-expect-error -- not in all alternatives
  return request.auth.oauth
})
app.get('/', { websocket: true, schema: { security: [{ oath: [] }] } }, (socket, request) => {
  // @ts-expect-error -- no such member
  socket.send(request.auth.oath)
})
