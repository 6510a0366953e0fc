/** What handlers of WebSocket routes see. Compiled with this package loaded before and after @fastify/websocket, and with `strict`. */
import fastify, { type FastifyRequest } from 'fastify'
import type { WebSocket } from '@fastify/websocket'
import { expectType, use } from '../expect.ts'
import type { Machine, User } from './schemes.ts'

const app = fastify()

app.get('/one', { websocket: true, schema: { security: [{ oauth: ['pets:read'] }] } }, (socket, request) => {
  expectType<WebSocket>()(socket)
  expectType<User>()(request.auth.oauth)
  socket.send(request.auth.oauth.subject)
})
app.get('/or', { websocket: true, schema: { security: [{ oauth: ['pets:read'] }, { machine: [] }] } }, async (socket, request) => {
  // @ts-expect-error -- may be absent
  use(request.auth.oauth.subject)
  if (request.auth.oauth) expectType<User>()(request.auth.oauth)
  else expectType<Machine>()(request.auth.machine)
  socket.close()
})
app.get('/and', { websocket: true, schema: { security: [{ oauth: [], machine: [] }] } }, (socket, request) => {
  expectType<User>()(request.auth.oauth)
  expectType<Machine>()(request.auth.machine)
  socket.close()
})
app.get('/optional', { websocket: true, schema: { security: [{ oauth: ['pets:read'] }, {}] } }, (socket, request) => {
  // @ts-expect-error -- null for anonymous callers
  use(request.auth.oauth)
  expectType<User | undefined>()(request.auth?.oauth)
  socket.close()
})
app.get('/public', { websocket: true, schema: { security: [] } }, (socket, request) => {
  expectType<null>()(request.auth)
  socket.close()
})
app.get('/nothing-said', { websocket: true }, (socket, request) => {
  expectType<User | undefined>()(request.auth?.oauth)
  socket.close()
})
app.get('/hooks', {
  websocket: true,
  schema: { security: [{ oauth: ['pets:read'] }] },
  preValidation: async (request) => { expectType<User>()(request.auth.oauth) }
}, (socket, request) => { socket.send(request.auth.oauth.subject) })

app.get('/two-arguments', {
  websocket: true,
  schema: { security: [{ oauth: ['pets:read'] }] },
  handler: (socket, request) => {
    expectType<WebSocket>()(socket)
    expectType<User>()(request.auth.oauth)
    socket.send(request.auth.oauth.subject)
  }
})
app.route({
  method: 'GET',
  url: '/route',
  websocket: true,
  schema: { security: [{ oauth: ['pets:read'] }, {}] },
  handler: (socket, request) => {
    expectType<User | undefined>()(request.auth?.oauth)
    socket.close()
  }
})
app.route({
  method: 'GET',
  url: '/both',
  schema: { security: [{ oauth: ['pets:read'] }] },
  handler: async (request) => request.auth.oauth.subject,
  wsHandler: (socket, request) => {
    expectType<User>()(request.auth.oauth)
    socket.close()
  }
})

const greet = (socket: WebSocket, request: FastifyRequest): void => { socket.send(request.auth?.oauth?.subject ?? 'nobody') }
app.get('/helper', { websocket: true, schema: { security: [{ oauth: ['pets:read'] }] } }, greet)
app.get('/helper-inside', { websocket: true, schema: { security: [{ oauth: ['pets:read'] }] } }, (socket, request) => greet(socket, request))
app.get('/http', { websocket: false, schema: { security: [{ oauth: ['pets:read'] }] } }, async (request) => request.auth.oauth.subject)
