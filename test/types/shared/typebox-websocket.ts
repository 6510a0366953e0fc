import fastify from 'fastify'
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { expectType } from '../expect.ts'
import type { User } from './schemes.ts'

const app = fastify().withTypeProvider<TypeBoxTypeProvider>()
app.get('/rooms/:room', {
  websocket: true,
  schema: { params: Type.Object({ room: Type.Number() }), security: [{ oauth: ['pets:read'] }] }
}, (socket, request) => {
  expectType<number>()(request.params.room)
  expectType<User>()(request.auth.oauth)
  socket.close()
})
