import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { takeSubprotocol } from '../credentials/subprotocol.ts'
import type { Refusal } from '../scheme.ts'

/** Tokens taken from upgrade requests, by request. */
export type OfferedTokens = WeakMap<object, string | Refusal | undefined>

/** Whether a request is a WebSocket handshake, as @fastify/websocket marks it; it need not be installed. */
export function isHandshake (request: FastifyRequest): boolean {
  return 'ws' in request && request.ws === true
}

/**
 * Takes tokens out of upgrade requests before anything else sees them: @fastify/websocket answers 101 on any route, public ones too, and
 * by default echoes the first subprotocol offered. Does nothing where nobody upgrades, since Node would then wait for us to answer.
 *
 * @param prefix what stands before a token, or `null`
 */
export function takeOfferedTokens (app: FastifyInstance, prefix: string | null, offered: OfferedTokens): void {
  if (prefix === null || app.server.listenerCount('upgrade') === 0) return
  app.server.prependListener('upgrade', (request: IncomingMessage) => {
    offered.set(request, takeSubprotocol(request, prefix))
  })
}
