/** A type provider and `request.auth` do not disturb each other. */
import fastify from 'fastify'
import { Type, type FastifyPluginAsyncTypebox, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { expectType } from '../expect.ts'
import type { User } from './schemes.ts'

const app = fastify().withTypeProvider<TypeBoxTypeProvider>()
const response = { 200: Type.Object({ subject: Type.String() }) }

app.get('/pets/:id', {
  schema: { params: Type.Object({ id: Type.Number() }), security: [{ oauth: ['pets:read'] }], response }
}, async (request) => {
  expectType<number>()(request.params.id)
  expectType<User>()(request.auth.oauth)
  return { subject: request.auth.oauth.subject }
})
app.route({
  method: 'POST',
  url: '/route',
  schema: { body: Type.Object({ count: Type.Number() }), security: [{ oauth: ['pets:write'] }, {}] },
  handler: async (request) => {
    expectType<number>()(request.body.count)
    expectType<User | undefined>()(request.auth?.oauth)
  }
})

const plugin: FastifyPluginAsyncTypebox = async (instance) => {
  instance.get('/plugin', { schema: { querystring: Type.Object({ limit: Type.Integer() }), security: [{ oauth: ['pets:read'] }] } }, async (request) => {
    expectType<number>()(request.query.limit)
    return request.auth.oauth.subject
  })
}
await app.register(plugin)
