import type { FastifyRequest } from 'fastify'
import { plug, type BootRow } from './row.ts'

const request = { auth: { oauth: { subject: 'ada' } } } as unknown as FastifyRequest // as far as a ticket needs it

function config (shows: string, websocket: unknown, says: readonly string[]): BootRow {
  return [`config.websocket: ${shows}`, 'FST_SECURITY_WEBSOCKET_INVALID', ['Route GET /live', ...says], async (app) => {
    await plug(app)
    app.get('/live', { websocket: true, config: { websocket: websocket as never } }, () => {})
  }]
}

/** What is wrong about connections, at boot or when it is asked for. */
export const CONNECTIONS: readonly BootRow[] = [
  config('no object', 1, ['not an object']), config('another way to refuse', { refuse: 'never' }, ['`refuse`']),
  config('a message without a schema', { messages: { a: {} } }, ['message "a"', '`schema`']),
  ['a ticket for what is no WebSocket route', 'FST_SECURITY_TICKET_INVALID', ['"/nowhere"', 'as it was registered'], async (app) => {
    await plug(app)
    app.security.ticket(request, { for: '/nowhere' })
  }],
  ['an AsyncAPI document before all routes are known', 'FST_SECURITY_ASYNCAPI_INVALID', ['app.security.asyncapi()', 'app.ready()'], async (app) => {
    await plug(app)
    app.security.asyncapi()
  }],
  ['a renewal of credentials that a connection does not have', 'FST_SECURITY_RENEWAL_INVALID', ['scheme "staff"'], async (app) => {
    await plug(app)
    await new Promise<void>((resolve, reject) => {
      app.get('/live', { websocket: true, schema: { security: [{ oauth: [] }] } }, (_socket, request) => {
        app.security.renew(request, 'x', { scheme: 'staff' }).then(() => { resolve() }, reject)
      })
      app.ready().then(() => app.injectWS('/live', { headers: { authorization: 'Bearer canary-ok' } })).then(undefined, reject)
    })
  }]
]
