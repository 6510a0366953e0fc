import type { Clock } from './clock.ts'
import { readControl, writeAuthenticate } from './messages.ts'
import type { Renewal } from './renewal.ts'
import { OPEN, type Data, type Socket } from './socket.ts'

/** One WebSocket, from the attempt to its end. */
export interface Session {
  /** Answers whether it could be sent. */
  send (data: Data): boolean
  /** Ends it; nothing more is heard of it. */
  close (code?: number, reason?: string): void
}

/** What is told of one; `ended` once. */
export interface SessionEvents {
  /** @param expiresAt epoch seconds, if the server said so */
  opened (protocol: string, expiresAt: number | undefined): void
  message (data: string | ArrayBuffer): void
  ended (code: number, reason: string): void
}

/** What the browsers say of a connection that failed. */
const ABNORMAL = 1006

/**
 * Watches over a WebSocket that is being opened.
 *
 * @param first the token to be sent as the first message; `null` if the handshake has brought one
 * @param timeout milliseconds until the server has let it in
 */
export function startSession (
  socket: Socket, first: string | null, timeout: number, clock: Clock, renewal: Renewal, events: SessionEvents
): Session {
  let phase: 'handshake' | 'first-message' | 'open' | 'ended' = 'handshake'
  const callOff = clock.after(timeout, () => {
    end(ABNORMAL, 'timeout')
    socket.close()
  })

  function open (expiresAt?: number): void {
    phase = 'open'
    callOff()
    events.opened(socket.protocol, expiresAt)
  }

  function stop (): void {
    phase = 'ended'
    callOff()
    renewal.stop()
  }

  function end (code: number, reason: string): void {
    if (phase === 'ended') return
    stop()
    events.ended(code, reason)
  }

  function receive (data: string | ArrayBuffer): void {
    const control = readControl(data)
    if (phase === 'first-message') {
      // A server may accept without a word; that something else comes shows it.
      open(control?.type === 'authenticated' ? control.expiresAt : undefined)
      if (control?.type === 'authenticated') return
    }
    if (phase !== 'open' || (control !== null && renewal.take(control))) return
    events.message(data)
  }

  socket.binaryType = 'arraybuffer'
  socket.onopen = () => {
    if (phase !== 'handshake') return
    if (first === null) return open()
    phase = 'first-message'
    socket.send(writeAuthenticate(first))
  }
  socket.onmessage = ({ data }: { readonly data: string | ArrayBuffer }) => { receive(data) }
  // Not every class tells the end of a handshake that failed. Later errors are followed by the end, which says more.
  socket.onerror = () => { if (phase === 'handshake') end(ABNORMAL, '') }
  socket.onclose = ({ code, reason }: { readonly code: number, readonly reason: string }) => { end(code, reason) }

  return {
    send (data) {
      if (phase !== 'open' || socket.readyState !== OPEN) return false
      socket.send(data)
      return true
    },
    close (code, reason) {
      socket.close(code, reason)
      stop()
    }
  }
}
