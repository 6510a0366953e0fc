import Fastify, { type FastifyInstance } from 'fastify'
import swagger, { type SwaggerOptions } from '@fastify/swagger'
import websocket from '@fastify/websocket'
import fastifySecurity, { apiKey, basic, defineSchemes, http, mutualTls, oauth2, type FastifySecurityOptions } from '../../lib/index.ts'

const nobody = () => null
const flows = { clientCredentials: { tokenUrl: 'https://id.example/token', scopes: { read: 'Read', write: 'Write' } } }

/** One scheme of each kind, none of which accepts anybody. */
export const schemes = defineSchemes({
  oauth: oauth2({ flows, verify: nobody }),
  staff: basic({ roles: ['boss'], verify: nobody }),
  device: http({ scheme: 'Device', parse: (text: string) => /^[a-z]+-\d+$/.test(text) ? { id: text } : null, verify: nobody }),
  broken: http({ scheme: 'Broken', parse: (text: string) => JSON.parse(text) as string, verify: nobody }),
  key: apiKey({ in: 'header', name: 'X-Key', roles: ['admin'], verify: nobody }),
  session: apiKey({ in: 'cookie', name: 'sid', verify: nobody }),
  param: apiKey({ in: 'query', name: 'key', verify: nobody }),
  machine: mutualTls({ verify: nobody, proxy: { header: 'Client-Cert', addresses: ['192.0.2.1'] } })
})

export const ORIGIN = 'https://app.example'

/** What an application is made with. */
export interface Making {
  readonly openapi?: object
  readonly swagger?: SwaggerOptions
  readonly server?: object
  readonly plugin?: Partial<FastifySecurityOptions>
  /** Before the plugin is registered. */
  readonly before?: (app: FastifyInstance) => unknown
}

/** An application with the schemes above; `add` adds the routes. */
export async function make (add: (app: FastifyInstance) => unknown, making: Making = {}): Promise<FastifyInstance> {
  const app = Fastify(making.server ?? {})
  const openapi = { openapi: '3.1.0', info: { title: 'Pets', version: '1.0.0' }, ...making.openapi }
  await app.register(swagger, { openapi, ...making.swagger } as SwaggerOptions) // one of its two modes
  await app.register(websocket)
  await making.before?.(app)
  await app.register(fastifySecurity, { schemes, security: [{ oauth: [] }], websocket: { origins: [ORIGIN] }, ...making.plugin })
  await add(app)
  return app
}

/** Route options that ask for something. */
export const asked = (...security: Record<string, string[]>[]) => ({ schema: { security } })

export const ok = async () => ({ ok: true })
