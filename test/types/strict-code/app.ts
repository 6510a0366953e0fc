import fastify, { type FastifySchema, type RouteOptions, type RouteShorthandOptions } from 'fastify'
import '@fastify/swagger'
import '@fastify/websocket'
import type { Security } from 'fastify-openapi-security'
import 'fastify-openapi-security/strict'
import '../shared/code.ts'
import { expectType } from '../expect.ts'
import type { User } from '../shared/schemes.ts'

const app = fastify()
const handler = async (): Promise<void> => {}

// A known limit: in a variable of one of Fastify's own types 'pets:read' is only a string, which `strict` cannot tell from a wrong scope.
// @ts-expect-error -- string is not a scope
export const options1: RouteShorthandOptions = { schema: { security: [{ oauth: ['pets:read'] }] } }
// @ts-expect-error -- string is not a scope
export const route1: RouteOptions = { method: 'GET', url: '/', schema: { security: [{ oauth: ['pets:read'] }] }, handler }
// @ts-expect-error -- string is not a scope
export const schema1: FastifySchema = { security: [{ oauth: ['pets:read'] }] }
// @ts-expect-error -- string is not a scope
app.addHook('onRoute', (route) => { route.schema = { ...route.schema, security: [{ oauth: ['pets:read'] }] } })
const unconst = { security: [{ oauth: ['pets:read'] }] }
// @ts-expect-error -- string is not a scope
app.get('/', { schema: unconst }, handler)
// @ts-expect-error -- string is not a scope
app.get<{ Params: { id: string } }>('/', { schema: { security: [{ oauth: ['pets:read'] }] } }, handler)

// A known limit: interfaces have no index signature; types have.
interface BodyOnly { body: { type: 'object' } }
const bodyOnly: BodyOnly = { body: { type: 'object' } }
// @ts-expect-error -- an interface without index signature
app.post('/', { schema: bodyOnly }, handler)

// The mend.
export const options2: RouteShorthandOptions = { schema: { security: [{ oauth: ['pets:read'] }] satisfies Security } }
export const route2: RouteOptions = { method: 'GET', url: '/', schema: { security: [{ oauth: ['pets:read'] }] satisfies Security }, handler }
export const schema2: FastifySchema = { security: [{ oauth: ['pets:read'] }] satisfies Security }
app.addHook('onRoute', (route) => { route.schema = { ...route.schema, security: [{ oauth: ['pets:read'] }] satisfies Security } })
const constant = { security: [{ oauth: ['pets:read'] }] } as const satisfies FastifySchema
app.get('/', { schema: constant }, async (request) => { expectType<User>()(request.auth.oauth) })
const satisfying = { security: [{ oauth: ['pets:read'] }] satisfies Security }
app.get('/', { schema: satisfying }, async (request) => { expectType<User>()(request.auth.oauth) })
app.get<{ Params: { id: string } }>('/', { schema: { security: [{ oauth: ['pets:read'] }] satisfies Security } }, handler)
