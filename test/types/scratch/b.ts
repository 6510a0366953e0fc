import fastify from 'fastify'

import '@fastify/websocket'
import "fastify-openapi-security"
declare module 'fastify-openapi-security' {
  interface FastifySecuritySchemes { oauth: { scopes: 'a' | 'b', credentials: { sub: string } }, apiKey: { credentials: { clientId: string } } }
}
const app = fastify()
app.get('/ws', { websocket: true, schema: { security: [{ oauth: ['a'] }] } }, (socket, request) => {
  const x: { m: 1 } = request.routeOptions.schema!.security
})
const opt = true as boolean
app.get('/x', { schema: { security: opt ? [] : [{ oauth: ['a'] }] } }, (request) => {
  const x: { m: 1 } = request.auth
})
