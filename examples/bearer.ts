import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import fastifySecurity, { bearer, defineSchemes, secrets, type SchemesFrom } from 'fastify-openapi-security'

export const token = process.env['TOKEN'] ?? randomBytes(24).toString('base64url')

const schemes = defineSchemes({
  service: bearer({ verify: secrets([{ value: token, credentials: { name: 'billing' } }]) })
})

declare module 'fastify-openapi-security' {
  interface FastifySecuritySchemes extends SchemesFrom<typeof schemes> {}
}

export async function build () {
  const app = Fastify()
  await app.register(swagger, { openapi: { openapi: '3.1.1', info: { title: 'Invoices', version: '1.0.0' } } })
  await app.register(fastifySecurity, { schemes, security: [{ service: [] }] })
  app.get('/whoami', { schema: { security: [{ service: [] }] } }, async (request) => ({ name: request.auth.service.name }))
  app.get('/invoices', async () => [])
  app.get('/health', { schema: { security: [] } }, async () => ({ healthy: true }))
  return app
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const app = await build()
  const origin = await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) })
  console.log(`curl -i -H 'Authorization: Bearer ${token}' ${origin}/whoami`)
}
