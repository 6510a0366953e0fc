import fastify = require('fastify')
import websocket = require('@fastify/websocket')
import security = require('fastify-openapi-security')
import expect = require('../expect.ts')
import type { SchemesFrom } from 'fastify-openapi-security'

const schemes = security.defineSchemes({
  partner: security.apiKey({ in: 'header', name: 'X-API-Key', roles: ['admin'], verify: (key) => ({ key }) })
})
declare module 'fastify-openapi-security' { interface FastifySecuritySchemes extends SchemesFrom<typeof schemes> {} }

const app = fastify()
app.register(websocket)
app.register(security.default, { schemes, security: [{ partner: [] }] })
app.get('/', { schema: { security: [{ partner: ['admin'] }, {}] } }, async (request) => {
  expect.expectType<{ key: string } | undefined>()(request.auth?.partner)
  return request.auth?.partner?.key
})
app.get('/live', { websocket: true, schema: { security: [{ partner: [] }] } }, (socket, request) => { socket.send(request.auth.partner.key) })
// @ts-expect-error -- no such role
app.security.default([{ partner: ['root'] }])
