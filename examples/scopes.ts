import { fileURLToPath } from 'node:url'
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import fastifySecurity, { defineSchemes, jwt, oauth2, type SchemesFrom } from 'fastify-openapi-security'
import { generateKeyPair, SignJWT } from 'jose'

const issuer = 'https://id.example'
const audience = 'https://api.example'
const { privateKey, publicKey } = await generateKeyPair('ES256')

const schemes = defineSchemes({
  oauth: oauth2({
    description: 'JWT access tokens, verified as RFC8725 has it.',
    flows: {
      clientCredentials: {
        tokenUrl: `${issuer}/token`,
        scopes: { 'pets:read': 'See the pets', 'pets:write': 'Add and remove pets' }
      }
    },
    verify: jwt({ issuer, audience, key: publicKey })
  })
})

declare module 'fastify-openapi-security' {
  interface FastifySecuritySchemes extends SchemesFrom<typeof schemes> {}
}

export async function build () {
  const app = Fastify()
  await app.register(swagger, { openapi: { openapi: '3.1.1', info: { title: 'Pets', version: '1.0.0' } } })
  await app.register(fastifySecurity, { schemes, security: [{ oauth: ['pets:read'] }] })
  app.get('/pets', async () => ['Rex', 'Mimi'])
  app.delete('/pets/:name', { schema: { security: [{ oauth: ['pets:read', 'pets:write'] }] } },
    async (request) => ({ removedBy: request.auth.oauth.subject }))
  return app
}

export async function issueToken (scope: string) {
  return await new SignJWT({ client_id: 'shop', scope })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
    .setIssuer(issuer).setAudience(audience).setSubject('ada').setJti(crypto.randomUUID())
    .setIssuedAt().setExpirationTime('10 minutes')
    .sign(privateKey)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const app = await build()
  const origin = await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) })
  console.log(`curl -i -H 'Authorization: Bearer ${await issueToken('pets:read')}' ${origin}/pets`)
  console.log(`curl -i -X DELETE -H 'Authorization: Bearer ${await issueToken('pets:read')}' ${origin}/pets/Rex`)
}
