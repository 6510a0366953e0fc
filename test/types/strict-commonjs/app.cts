import fastify = require('fastify')
import security = require('fastify-openapi-security')
import strict = require('fastify-openapi-security/strict')
import type { SchemesFrom } from 'fastify-openapi-security'

const schemes = security.defineSchemes({
  partner: security.apiKey({ in: 'header', name: 'X-API-Key', roles: ['admin'], verify: (key) => ({ key }) })
})
declare module 'fastify-openapi-security' { interface FastifySecuritySchemes extends SchemesFrom<typeof schemes> {} }

const app = fastify()
app.get('/', { schema: { security: [{ partner: ['admin'] }] } }, async (request) => request.auth.partner.key)
// @ts-expect-error -- no such role
app.get('/', { schema: { security: [{ partner: ['root'] }] } }, async () => strict)
// @ts-expect-error -- no such scheme
app.get('/', { schema: { security: [{ patner: [] }] } }, async () => strict)
