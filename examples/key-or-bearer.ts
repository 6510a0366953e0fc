import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import fastifySecurity, { apiKey, bearer, defineSchemes, secrets, type SchemesFrom } from 'fastify-openapi-security'

export const key = process.env['KEY'] ?? randomBytes(24).toString('base64url')
export const token = process.env['TOKEN'] ?? randomBytes(24).toString('base64url')

const schemes = defineSchemes({
  partner: apiKey({
    in: 'header',
    name: 'X-API-Key',
    verify: secrets([{ value: key, credentials: { company: 'Paws & Co' } }])
  }),
  service: bearer({ verify: secrets([{ value: token, credentials: { name: 'billing' } }]) })
})

declare module 'fastify-openapi-security' {
  interface FastifySecuritySchemes extends SchemesFrom<typeof schemes> {}
}

export async function build () {
  const app = Fastify()
  await app.register(swagger, { openapi: { openapi: '3.1.1', info: { title: 'Orders', version: '1.0.0' } } })
  await app.register(fastifySecurity, { schemes, security: [{ service: [] }] })
  app.get('/orders', { schema: { security: [{ partner: [] }, { service: [] }] } },
    async ({ auth }) => ({ seenBy: auth.partner ? auth.partner.company : auth.service.name }))
  app.get('/invoices', { schema: { security: [{ partner: [], service: [] }] } },
    async ({ auth }) => ({ seenBy: `${auth.service.name} for ${auth.partner.company}` }))
  return app
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const app = await build()
  const origin = await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) })
  console.log(`curl -i -H 'X-API-Key: ${key}' ${origin}/orders`)
  console.log(`curl -i -H 'Authorization: Bearer ${token}' ${origin}/orders`)
  console.log(`curl -i -H 'X-API-Key: ${key}' -H 'Authorization: Bearer ${token}' ${origin}/invoices`)
}
