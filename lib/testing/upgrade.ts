import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { FastifyInstance } from 'fastify'
import { fieldsFor, joined, pathFor, type Received, type Sent } from './exchange.ts'
import { accept, pair } from './pair.ts'
import { planSocket } from './plans.ts'

/** The key of RFC 6455 §1.3; it authenticates nobody. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

/**
 * Sends a WebSocket handshake (RFC 6455 §4.1) to an application without a network. A connection that comes about is ended at once.
 *
 * @returns `null` if no whole answer came in time
 */
export async function upgrade (app: FastifyInstance, origin: string | null, sent: Sent): Promise<Received | null> {
  const { client, server } = pair()
  planSocket(server, sent.plan)
  const timer = setTimeout(() => { client.destroy() }, sent.timeout)
  try {
    accept(app, server)
    return await handshake(client, origin, sent)
  } finally {
    clearTimeout(timer)
    client.destroy()
    server.destroy()
  }
}

async function handshake (client: Duplex, origin: string | null, { target, sending }: Sent): Promise<Received | null> {
  const fields = {
    host: 'localhost',
    ...fieldsFor(target, sending),
    ...(origin === null ? {} : { origin }),
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': KEY
  }
  const request = httpRequest({ createConnection: () => client, method: 'GET', path: pathFor(target, sending), headers: fields })
  const answered = Promise.race([once(request, 'response'), once(request, 'upgrade')]) as Promise<[IncomingMessage]> // both begin with it
  request.end()
  try {
    const [response] = await answered
    const status = response.statusCode ?? 0
    return { status, headers: joined(response.headersDistinct), body: status < 400 ? '' : await text(response) }
  } catch {
    return null
  }
}
