/** Code of every kind that handles requests, schemas and routes in general. Compiled with and without `strict`. */
import fastify, {
  type FastifyInstance, type FastifyPluginAsync, type FastifyPluginCallback, type FastifyReply, type FastifyRequest, type FastifySchema,
  type RawRequestDefaultExpression, type RawServerDefault, type RouteGenericInterface, type RouteHandlerMethod, type RouteOptions,
  type RouteShorthandOptions, type onRequestHookHandler, type preHandlerAsyncHookHandler
} from 'fastify'
import fp from 'fastify-plugin'
import { Type, type FastifyPluginAsyncTypebox, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { AnyAuth, AuthOf, CredentialsOf, SchemeName, ScopeOf, Security, SecurityRequirement } from 'fastify-openapi-security'
import { expectSame, expectType, use } from '../expect.ts'
import type { Machine, User } from './schemes.ts'

const app = fastify()
const typed = app.withTypeProvider<TypeBoxTypeProvider>()

// Helpers, hooks and handlers that take any request.
const whoami = (request: FastifyRequest): string => request.auth?.oauth?.subject ?? request.auth?.machine?.serial ?? 'nobody'
const audit: preHandlerAsyncHookHandler = async (request) => { whoami(request) }
const note: onRequestHookHandler = (request, _reply, done) => { whoami(request); done() }
const handler = async (request: FastifyRequest, _reply: FastifyReply): Promise<string> => whoami(request)
const method: RouteHandlerMethod = async (request) => whoami(request)
app.get('/1', { schema: { security: [{ oauth: ['pets:read'] }] }, preHandler: [audit], onRequest: note }, handler)
app.get('/2', { schema: { security: [{ oauth: ['pets:read'] }, { machine: [] }] } }, async (request) => whoami(request))
app.get('/3', { schema: { security: [{ oauth: ['pets:read'] }] } }, method)
typed.get('/4', { schema: { params: Type.Object({ id: Type.Number() }), security: [{ machine: [] }] } }, async (request) => whoami(request))

// Hooks and decorators of the application.
app.addHook('onRequest', async (request) => { expectType<AnyAuth>()(request.auth) })
app.addHook('onRoute', (route) => { route.schema = { ...route.schema, security: [{ machine: [] }] } })
app.addHook('onRoute', (route) => { use(route.schema?.security?.map((requirement) => Object.keys(requirement))) })
app.decorateRequest('auth', null)
app.decorateRequest('auth', { getter () { return null } })
app.decorate('whoami', whoami)

// Schemas, requirements and routes declared aside.
const schema = { params: Type.Object({ id: Type.Number() }), security: [{ oauth: ['pets:read'] }] } as const satisfies FastifySchema
typed.get('/5', { schema }, async (request) => {
  expectType<number>()(request.params.id)
  return request.auth.oauth.subject
})
const readers = [{ oauth: ['pets:read'] }] as const satisfies Security
app.get('/6', { schema: { security: readers } }, async (request) => { expectType<User>()(request.auth.oauth) })
const requirement = { oauth: ['pets:read'] } as const satisfies SecurityRequirement
app.get('/7', { schema: { security: [requirement, { machine: [] }] } }, async (request) => { expectType<User | undefined>()(request.auth.oauth) })
app.get('/8', { schema: { ...schema, security: [...schema.security, { machine: [] }] } }, async (request) => {
  if (request.auth.oauth === undefined) expectType<Machine>()(request.auth.machine)
})
const unconst = { security: [{ machine: [] }] }
app.get('/9', { schema: unconst }, async (request) => { expectType<Machine>()(request.auth.machine) })
const unconstPublic = { security: [] }
app.get('/10', { schema: unconstPublic }, async (request) => { expectType<null>()(request.auth) })

// What is annotated has forgotten what was written: the upper bound.
const annotated: Security = [{ oauth: ['pets:read'] }]
app.get('/11', { schema: { security: annotated } }, async (request) => { expectType<AnyAuth>()(request.auth) })
const wide: FastifySchema = { security: [{ machine: [] }] }
app.get('/12', { schema: wide }, async (request) => { expectType<AnyAuth>()(request.auth) })
const options: RouteShorthandOptions = { schema: { security: [{ machine: [] }] } }
app.get('/13', options, async (request) => { expectType<AnyAuth>()(request.auth) })
const route: RouteOptions = { method: 'GET', url: '/14', schema: { security: [{ machine: [] }] }, handler }
app.route(route)
interface Declared { security: readonly [{ readonly oauth?: readonly ['pets:read'], readonly machine: readonly [] }] }
expectSame<AuthOf<Declared>, { readonly machine: Machine, readonly oauth?: User | undefined }>()

// Type arguments given by hand end inference: the upper bound, unless the schema is given too.
app.get<{ Params: { id: string } }>('/15', { schema: { security: [{ machine: [] }] } }, async (request) => {
  expectType<AnyAuth>()(request.auth)
  return request.params.id
})
app.get<{ Params: { id: string } }, unknown, typeof schema>('/16', { schema }, async (request) => request.auth.oauth.subject)

// Plugins.
const plugin: FastifyPluginAsync = async (instance) => {
  instance.get('/17', { schema: { security: [{ oauth: ['pets:write'] }] } }, async (request) => request.auth.oauth.subject)
}
const callback: FastifyPluginCallback = (instance, _options, done) => {
  instance.get('/18', { schema: { security: [{ oauth: ['pets:write'] }] } }, async (request) => request.auth.oauth.subject)
  done()
}
const typebox: FastifyPluginAsyncTypebox = async (instance) => {
  instance.get('/19', { schema: { querystring: Type.Object({ limit: Type.Integer() }), security: [{ machine: [] }] } }, async (request) => {
    expectType<number>()(request.query.limit)
    return request.auth.machine.serial
  })
}
app.register(plugin)
app.register(callback)
app.register(typebox)
app.register(fp(plugin))
app.register(async (instance: FastifyInstance) => { instance.get('/20', async (request) => whoami(request)) })

// Controllers typed by their schema.
type RequestFor<Schema extends FastifySchema> =
  FastifyRequest<RouteGenericInterface, RawServerDefault, RawRequestDefaultExpression, Schema, TypeBoxTypeProvider>
type Controller<Schema extends FastifySchema> = (request: RequestFor<Schema>) => Promise<string>
const controller: Controller<typeof schema> = async (request) => {
  expectType<number>()(request.params.id)
  return request.auth.oauth.subject
}
typed.get('/21', { schema }, controller)
const auth: AuthOf<typeof schema> = { oauth: { subject: '', tenant: '' } }
use(auth)

// A schema of a named type that says nothing about security.
type BodyOnly = { body: { type: 'object' } }
const bodyOnly: BodyOnly = { body: { type: 'object' } }
app.post('/22', { schema: bodyOnly }, async (request: FastifyRequest) => whoami(request))
app.post('/23', { schema: bodyOnly }, async (request) => { expectType<AnyAuth>()(request.auth) })

expectSame<SchemeName, 'oauth' | 'machine'>()
expectSame<ScopeOf<'oauth'>, 'pets:read' | 'pets:write'>()
expectSame<ScopeOf<'machine'>, never>()
expectSame<CredentialsOf<'oauth'>, User>()
expectSame<SecurityRequirement, { readonly oauth?: readonly ('pets:read' | 'pets:write')[], readonly machine?: readonly never[] }>()
