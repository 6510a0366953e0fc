import type { FastifyRequest } from 'fastify'

/** Whether a request is a WebSocket handshake, as @fastify/websocket marks it; it need not be installed. */
export function isHandshake (request: FastifyRequest): boolean {
  return 'ws' in request && request.ws === true
}
