import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import swagger from '@fastify/swagger'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import fastifySecurity, { bearer, defineSchemes, secrets, type SchemesFrom } from 'fastify-openapi-security'

export const token = process.env['TOKEN'] ?? randomBytes(24).toString('base64url')

const schemes = defineSchemes({
  member: bearer({ verify: secrets([{ value: token, credentials: { name: 'Ada' } }]) })
})

declare module 'fastify-openapi-security' {
  interface FastifySecuritySchemes extends SchemesFrom<typeof schemes> {}
}

export async function build () {
  const app = Fastify()
  await app.register(swagger, { openapi: { openapi: '3.1.1', info: { title: 'Echo', version: '1.0.0' } } })
  await app.register(websocket, { options: { maxPayload: 1024 } })
  await app.register(fastifySecurity, {
    schemes,
    security: [{ member: [] }],
    websocket: { origins: ['https://app.example'] }
  })
  app.get('/echo', { websocket: true, schema: { security: [{ member: [] }] } }, (socket, { auth }) => {
    socket.send(`Hello, ${auth.member.name}!`)
    socket.on('message', (message) => { socket.send(String(message)) })
  })
  return app
}

export function subprotocols (accessToken: string) {
  return ['echo', `base64url.bearer.authorization.k8s.io.${Buffer.from(accessToken).toString('base64url')}`]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const app = await build()
  const origin = await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) })
  console.log(`curl -i ${origin}/echo -H 'Connection: Upgrade' -H 'Upgrade: websocket' \\
  -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}'`)
  console.log(`In a page: new WebSocket('${origin.replace('http', 'ws')}/echo', ${JSON.stringify(subprotocols(token))})`)
}
