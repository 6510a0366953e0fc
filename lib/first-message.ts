import type { Denial } from './decision/decide.ts'
import { ANONYMOUS, isDenial } from './decision/decide.ts'
import type { Judged } from './decision/gather.ts'
import { closeWaiting, enter, isGone, judge, plainDenial, type Asked, type Handshaking } from './handshake.ts'
import { logRefusal } from './log.ts'
import type { Outcome } from './scheme.ts'
import { closingFor } from './websocket/close-codes.ts'
import type { FirstMessage } from './websocket/message-format.ts'
import type { Upgrade, WebSocketServer } from './websocket/handshake.ts'
import type { Socket } from './websocket/socket.ts'
import { waitForMessage, type Waiting } from './websocket/waiting.ts'

/**
 * Completes a handshake and leaves its request where it is, in the guard, until the message that authenticates has come: the hooks behind
 * the guard and the handler see an authenticated request, as they do otherwise.
 *
 * @param before what became of the schemes whose credentials the handshake brought
 */
export function awaitMessage (
  handshaking: Handshaking, format: FirstMessage, asked: Asked, server: WebSocketServer, { network, head }: Upgrade,
  before: readonly Outcome[]
): void {
  const { sessions, waiting: sockets } = handshaking
  const { request, reply } = asked
  // Whoever is not authenticated gets no decompressor.
  delete request.raw.headers['sec-websocket-extensions']
  server.handleUpgrade(request.raw, network, head, (socket) => {
    // Nothing may be written there as HTTP any more.
    if (reply.raw.socket !== null) reply.raw.detachSocket(reply.raw.socket)
    network.once('close', () => { sockets.delete(socket) })
    const waiting = waitForMessage(socket, network, format, sessions.deadlines, {
      gone () { reply.hijack() },
      failed (closing) {
        const session = sessions.find(request)
        if (session !== undefined) return sessions.end(session, closing)
        reply.hijack()
        closeWaiting(handshaking, socket, closing)
      },
      brought (token) {
        const brought: Asked = { ...asked, handshake: { ...asked.handshake, message: token } }
        judge(handshaking, brought, before, (judged) => {
          if (!isGone(brought)) conclude(handshaking, brought, judged, socket, waiting)
        })
      }
    })
    sockets.set(socket, waiting)
  })
}

function conclude (handshaking: Handshaking, asked: Asked, { decision, outcomes }: Judged, socket: Socket, waiting: Waiting): void {
  const { sessions, waiting: sockets } = handshaking
  if (waiting.isOver) return
  if (decision !== ANONYMOUS && isDenial(decision)) return refuseMessage(handshaking, asked, decision, outcomes, socket, waiting)
  const admission = { alternative: decision, outcomes }
  if (!enter(handshaking, asked, admission)) return refuseMessage(handshaking, asked, plainDenial('too_many_attempts'), outcomes, socket, waiting)
  const session = sessions.find(asked.request)
  if (session === undefined) return
  sockets.delete(socket)
  session.socket = socket
  session.waiting = waiting
  handshaking.admit(asked.request, asked.reply, admission, asked.done)
}

function refuseMessage (
  { answers, settings, sessions }: Handshaking, { request, reply }: Asked, denial: Denial, outcomes: readonly Outcome[],
  socket: Socket, waiting: Waiting
): void {
  const { answer: { reason, requiredScopes }, record } = answers.prepared(denial, outcomes)
  logRefusal(request, settings.logLevel, record)
  waiting.stop()
  reply.hijack()
  closeWaiting({ sessions }, socket, closingFor(reason, requiredScopes))
}
