import cors from '@fastify/cors'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { apiKey } from 'fastify-openapi-security'
import { schemes } from '../behaviour/connections/app.ts'

/** The cookie of a session of Ada's. */
export const SESSION = 'session=canary-of-ada'
const KEY = SESSION.slice(SESSION.indexOf('=') + 1)

/** An application for pages of one origin. */
export interface Api {
  readonly app: FastifyInstance
  /** Of each handshake the origin, and what was answered over HTTP or that the handler ran. */
  readonly handshakes: string[]
  /** What came as cookies, request by request. */
  readonly cookies: (string | undefined)[]
}

/** One route for each way in. */
export async function serveApi (origin: string): Promise<Api> {
  const app = Fastify()
  const handshakes: string[] = []
  const cookies: (string | undefined)[] = []
  await app.register(cors, { origin })
  await app.register(websocket)
  await app.register(fastifySecurity, {
    schemes: { ...schemes, session: apiKey({ in: 'cookie', name: 'session', verify: (key) => key === KEY ? { subject: 'ada' } : null }) },
    security: [{ oauth: ['read'] }],
    logLevel: 'silent',
    websocket: { origins: [origin], refuse: 'close', ticket: true, query: true }
  })
  app.addHook('onRequest', async (request) => { cookies.push(request.headers.cookie) })
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.ws) handshakes.push(`${request.headers.origin} ${reply.statusCode} ${(JSON.parse(String(payload)) as { code: string }).code}`)
  })
  const add = (url: string, security: object[], config: object = {}): void => {
    const schema = { security: security as never } // by names that the program does not know
    app.get(url, { websocket: true, schema, config }, (socket, request) => {
      handshakes.push(`${request.headers.origin} let in`)
      socket.on('message', (data: Buffer) => { socket.send(`echo ${data.toString()}`) })
      socket.send('welcome')
    })
  }
  add('/live', [{ oauth: ['read'] }])
  add('/write', [{ oauth: ['write'] }])
  add('/message', [{ oauth: ['read'] }], { websocket: { firstMessage: true, renewal: false } })
  add('/hasty', [{ oauth: ['read'] }], { websocket: { firstMessage: { timeout: 1000 } } })
  add('/renewing', [{ oauth: ['read'] }], { websocket: { renewal: true } })
  add('/session', [{ session: [] }])
  app.post('/tickets', async (request) => app.security.ticket(request, { for: '/live', ttl: 30 }))
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, handshakes, cookies }
}
