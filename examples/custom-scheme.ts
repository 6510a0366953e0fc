import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import fastifySecurity, { defineSchemes, http, refuse, type SchemesFrom } from 'fastify-openapi-security'

const devices = new Map([['thermostat-7', { site: 'north', secret: randomBytes(32) }]])
const maxAgeSeconds = 60

const schemes = defineSchemes({
  device: http({
    scheme: 'Device',
    description: 'Device id, epoch seconds and HMAC-SHA-256 of "<method> <url> <seconds>", separated by colons.',
    refusals: ['token_expired'],
    parse (text) {
      const [, id, seconds, mac] = /^([a-z]+-\d{1,4}):(\d{10}):([\w-]{43})$/.exec(text) ?? []
      return id && seconds && mac ? { id, seconds, mac: Buffer.from(mac, 'base64url') } : null
    },
    verify ({ id, seconds, mac }, { method, url }) {
      const device = devices.get(id)
      if (device === undefined || !timingSafeEqual(mac, sign(device.secret, method, url, seconds))) return null
      return Math.abs(Date.now() / 1000 - Number(seconds)) < maxAgeSeconds ? { id, site: device.site } : refuse('token_expired')
    }
  })
})

declare module 'fastify-openapi-security' {
  interface FastifySecuritySchemes extends SchemesFrom<typeof schemes> {}
}

function sign (secret: Buffer, method: string, url: string, seconds: string) {
  return createHmac('sha256', secret).update(`${method} ${url} ${seconds}`).digest()
}

export function authorize (id: string, method: string, url: string, seconds = Math.floor(Date.now() / 1000)) {
  const secret = devices.get(id)?.secret ?? Buffer.alloc(32)
  return `Device ${id}:${seconds}:${sign(secret, method, url, String(seconds)).toString('base64url')}`
}

export async function build () {
  const app = Fastify()
  await app.register(swagger, { openapi: { openapi: '3.1.1', info: { title: 'Thermostats', version: '1.0.0' } } })
  await app.register(fastifySecurity, { schemes, security: [{ device: [] }] })
  app.get('/setpoint', { schema: { security: [{ device: [] }] } },
    async ({ auth }) => ({ site: auth.device.site, celsius: 20 }))
  return app
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const app = await build()
  const origin = await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) })
  console.log(`curl -i -H 'Authorization: ${authorize('thermostat-7', 'GET', '/setpoint')}' ${origin}/setpoint`)
}
