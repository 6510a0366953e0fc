import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isOutermost } from '../boot.ts'
import { takeSubprotocol } from '../credentials/subprotocol.ts'
import type { Refusal } from '../scheme.ts'
import type { Network, Socket } from './socket.ts'

/** What Node.js hands over with an upgrade request. */
export interface Upgrade {
  readonly network: Network
  readonly head: Uint8Array
  /** The token that was offered as a subprotocol, and is not there any more. */
  readonly subprotocol: string | Refusal | undefined
}

/** Upgrades by their request. */
export type Upgrades = WeakMap<object, Upgrade>

/** The upgrade of a request, which is then forgotten: it is looked at once, and connections are to take no more memory than they must. */
export function takeUpgrade (upgrades: Upgrades, request: object): Upgrade | undefined {
  const upgrade = upgrades.get(request)
  upgrades.delete(request)
  return upgrade
}

/** What the plugin uses of a WebSocket server of `ws`. */
export interface WebSocketServer {
  handleUpgrade (request: object, network: Network, head: Uint8Array, established: (socket: Socket) => void): void
}

/** Whether a request is a WebSocket handshake, as @fastify/websocket marks it; it need not be installed. */
export function isHandshake (request: FastifyRequest): boolean {
  return 'ws' in request && request.ws === true
}

/** The server that @fastify/websocket hands handshakes of a request to. */
export function serverOf (request: FastifyRequest): WebSocketServer | undefined {
  return (request.server as { readonly websocketServer?: WebSocketServer }).websocketServer // where @fastify/websocket puts it
}

/**
 * Looks at upgrade requests before anything else does, and takes the tokens out of them: @fastify/websocket answers 101 on any route,
 * public ones too, and by default echoes the first subprotocol offered. Does nothing where nobody upgrades, since Node would then wait for
 * us to answer.
 *
 * @param prefix what stands before a token, or `null`
 */
export function watchUpgrades (app: FastifyInstance, prefix: string | null, upgrades: Upgrades): void {
  if (app.server.listenerCount('upgrade') === 0) return
  app.server.prependListener('upgrade', (request: IncomingMessage, network: Network, head: Uint8Array) => {
    upgrades.set(request, { network, head, subprotocol: prefix === null ? undefined : takeSubprotocol(request, prefix) })
  })
  const isCovered = isOutermost(app) && app.hasDecorator('websocketServer')
  app.server.on('upgrade', (request: IncomingMessage, network: Network) => {
    const response = network._httpMessage
    // Fastify listens where it is to run hooks; one listener more would take 200 bytes of every connection. Behind a request that is still
    // to be answered (RFC 9112 §9.3.2) the response is of that one, and nothing at all becomes of the handshake.
    const isEnded = isCovered && response?.req === request && response.listenerCount('finish') > 0
    if (!isEnded) response?.on('finish', () => { endAnswered(network) })
  })
}

/**
 * Ends a connection once it was answered over HTTP. @fastify/websocket does so in a hook, and Fastify runs none for a URL that it cannot
 * decode or a parameter that is too long, nor for what is outside of its scope: anybody could leave such connections open, and close()
 * would wait for them.
 */
function endAnswered (network: Network): void {
  if (network.destroySoon !== undefined) network.destroySoon()
  else network.destroy()
}
