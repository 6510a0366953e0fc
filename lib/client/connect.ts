import { CLOCK } from './clock.ts'
import { startConnection, type Connection } from './connection.ts'
import type { ConnectOptions } from './options.ts'
import { readOptions } from './settings.ts'

/**
 * Opens a WebSocket with credentials, in browsers and elsewhere, and keeps it open: a token that is about to end is renewed in place, a
 * connection that is lost or was refused with 3000 is opened again with a fresh token, later each time, and one refused with 3003 is not.
 * What is sent and received between two connections is lost, unless the option `queue` keeps some of it.
 *
 * @param url of the scheme `wss:` (or `https:`), or `ws:` on this machine; in browsers it may be relative to the page
 * @returns at once; listeners hear nothing before
 * @throws TypeError if the options cannot work
 * @example
 * ```ts
 * import { connect } from 'fastify-openapi-security/client'
 *
 * const live = connect('wss://api.example/live', {
 *   protocols: 'chat.v1',
 *   token: async ({ fresh }) => {
 *     const response = await fetch('/session/token', { headers: fresh ? { 'cache-control': 'no-cache' } : {} })
 *     return response.status === 401 ? null : await response.text()
 *   },
 *   onMessage: (data) => { console.log(data) },
 *   onStateChange: (change) => {
 *     if (change.state === 'open') live.send('{"type":"subscribe"}')
 *     if (change.state === 'closed') console.log(`ended: ${change.ending.reason} ${change.ending.scopes.join(' ')}`)
 *   }
 * })
 * ```
 */
export function connect (url: string | URL, options: ConnectOptions): Connection {
  return startConnection(readOptions(url, options), options, CLOCK)
}
