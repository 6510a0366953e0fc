import type { FastifyRequest } from 'fastify'
import { acceptanceOf, listen } from './inbound.ts'
import type { Upgrade, WebSocketServer } from './handshake.ts'
import type { Session } from './session.ts'
import type { Sessions } from './sessions.ts'
import { ignore } from './waiting.ts'
import { shut, type Socket } from './socket.ts'
import type { Closing } from './close-codes.ts'

/** Lets connections that were let in pass through the registry before a handler gets them. */
export interface Upgrading {
  /** Looks at every handshake that a server completes from here on. */
  attach (server: WebSocketServer): void
  /** Says which session a handshake belongs to. */
  expect (request: FastifyRequest, session: Session): void
}

export function upgrading (sessions: Sessions): Upgrading {
  const attached = new WeakSet<WebSocketServer>()
  const expected = new WeakMap<object, Session>()

  function establish (session: Session, established: (socket: Socket) => void): (socket: Socket) => void {
    return (socket) => {
      if (!sessions.establish(session, socket)) return socket.on('error', ignore)
      listen(session, socket)
      established(socket)
    }
  }

  function handOver (session: Session, established: (socket: Socket) => void): void {
    const { socket, waiting, route } = session
    if (socket === null || waiting === null || session.closing !== null) return
    const acceptance = route.firstMessage === null ? null : acceptanceOf(session, route.firstMessage)
    if (acceptance !== null) socket.send(acceptance)
    listen(session, socket)
    session.waiting = null
    waiting.handOver(established)
  }

  return {
    expect (request, session) { expected.set(request.raw, session) },
    attach (server) {
      if (attached.has(server)) return
      attached.add(server)
      const { handleUpgrade } = server
      server.handleUpgrade = function (request, network, head, established) {
        const session = expected.get(request)
        if (session === undefined) return Reflect.apply(handleUpgrade, this, [request, network, head, established])
        expected.delete(request)
        if (session.waiting !== null) return handOver(session, established)
        return Reflect.apply(handleUpgrade, this, [request, network, head, establish(session, established)])
      }
    }
  }
}

/** Completes a handshake only to close it, so that scripts in browsers can see why. */
export function closeUpgraded (
  server: WebSocketServer, request: FastifyRequest, { network, head }: Upgrade, closing: Closing, { closer }: Sessions
): void {
  server.handleUpgrade(request.raw, network, head, (socket) => {
    socket.on('error', ignore)
    shut(socket)
    closer.close(socket, closing)
  })
}
