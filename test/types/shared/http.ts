/** What handlers of HTTP routes see. Compiled with and without the optional peers, and with and without `strict`. */
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { AnyAuth, AuthOf } from 'fastify-openapi-security'
import { expectSame, expectType, use } from '../expect.ts'
import type { Machine, User } from './schemes.ts'

const app = fastify()

app.get('/one', { schema: { security: [{ oauth: ['pets:read'] }] } }, async (request) => {
  expectType<{ readonly oauth: User, readonly machine?: undefined }>()(request.auth)
  expectType<User>()(request.auth.oauth)
  // @ts-expect-error -- cannot be written to
  request.auth = null
  // @ts-expect-error -- nor can its members
  request.auth.oauth = { subject: '', tenant: '' }
  return request.auth.oauth.subject
})

app.get('/or', { schema: { security: [{ oauth: ['pets:read'] }, { machine: [] }] } }, async (request) => {
  // @ts-expect-error -- may be absent
  use(request.auth.oauth.subject)
  if (request.auth.oauth) expectType<User>()(request.auth.oauth)
  else expectType<Machine>()(request.auth.machine)
  if (request.auth.oauth === undefined) expectType<Machine>()(request.auth.machine)
  return request.auth.machine ? request.auth.machine.serial : request.auth.oauth.subject
})

app.get('/and', { schema: { security: [{ oauth: ['pets:read', 'pets:write'], machine: [] }] } }, async (request) => {
  expectType<{ readonly oauth: User, readonly machine: Machine }>()(request.auth)
})

app.get('/or-and', { schema: { security: [{ oauth: [], machine: [] }, { machine: [] }] } }, async (request) => {
  expectType<Machine>()(request.auth.machine)
  expectType<User | undefined>()(request.auth.oauth)
})

app.get('/optional', { schema: { security: [{ oauth: [] }, {}] } }, async (request) => {
  // @ts-expect-error -- null for anonymous callers
  use(request.auth.oauth)
  expectType<User | undefined>()(request.auth?.oauth)
  if (request.auth !== null) expectType<User>()(request.auth.oauth)
})

app.get('/anonymous-only', { schema: { security: [{}] } }, async (request) => { expectType<null>()(request.auth) })
app.get('/public', { schema: { security: [] } }, async (request) => { expectType<null>()(request.auth) })

app.get('/nothing-said', async (request) => { expectType<AnyAuth>()(request.auth) })
app.get('/schema-without', { schema: { params: {} } }, async (request) => {
  expectType<AnyAuth>()(request.auth)
  expectType<User | undefined>()(request.auth?.oauth)
})
app.get('/undefined', { schema: { security: undefined as never } }, async () => 1)

const open = process.env['OPEN'] === 'yes'
app.get('/conditional', { schema: { security: open ? [] as const : [{ oauth: [] }] as const } }, async (request) => {
  expectType<User | undefined>()(request.auth?.oauth)
  // @ts-expect-error -- null if public
  use(request.auth.oauth)
})

app.route({
  method: ['GET', 'POST'],
  url: '/route',
  schema: { security: [{ oauth: ['pets:write'] }] },
  onRequest: async (request) => { expectType<User>()(request.auth.oauth) },
  preHandler: [async (request) => { expectType<User>()(request.auth.oauth) }],
  handler: async (request, reply) => {
    expectType<User>()(request.auth.oauth)
    return reply.send({ subject: request.auth.oauth.subject })
  }
})
app.post('/two-arguments', { schema: { security: [{ machine: [] }] }, handler: async (request) => request.auth.machine.serial })
app.all('/all', { schema: { security: [{ machine: [] }] } }, function (request, reply) {
  expectType<FastifyInstance['version']>()(this.version)
  reply.send(request.auth.machine.serial)
})
for (const method of ['put', 'patch', 'delete', 'head', 'options'] as const) {
  app[method]('/each', { schema: { security: [{ machine: [] }] } }, async (request) => request.auth.machine.serial)
}

// A known limit: these see a refused request too, whose `auth` is null.
app.get('/late', {
  schema: { security: [{ oauth: [] }] },
  onSend: async (request) => { expectType<User>()(request.auth.oauth) },
  errorHandler: (_error, request) => { expectType<User>()(request.auth.oauth) }
}, async () => 1)

// Every request is a FastifyRequest.
const subject = (request: FastifyRequest): string => request.auth?.oauth?.subject ?? request.auth?.machine?.serial ?? 'nobody'
app.get('/helper', { schema: { security: [{ oauth: ['pets:read'] }, {}] } }, async (request) => subject(request))
app.get('/helper-public', { schema: { security: [] } }, async (request) => subject(request))
app.addHook('preHandler', async (request) => { expectType<AnyAuth>()(request.auth); subject(request) })

expectSame<AnyAuth, { readonly oauth?: User | undefined, readonly machine?: Machine | undefined } | null>()
expectSame<AuthOf<{ security: readonly [{ oauth: readonly [] }, {}] }>, { readonly oauth: User, readonly machine?: undefined } | null>()
expectSame<FastifyRequest['auth'], AnyAuth>()
