import type { Reason } from '../errors.ts'
import { CLOSE_CODES, closingFor, type Closing } from './close-codes.ts'
import type { Deadline, Deadlines } from './deadlines.ts'
import type { FirstMessage } from './message-format.ts'
import type { Network, Socket } from './socket.ts'

/** An open connection whose client is not authenticated yet. */
export interface Waiting {
  /** Stops waiting and gives the connection away: first to what is given, then it gets the frames that came meanwhile, in order. */
  handOver (established: (socket: Socket) => void): void
  /** Stops waiting, whatever comes of a message that is being judged. */
  stop (): void
  /** Whether it has stopped. */
  readonly isOver: boolean
}

/** What comes of waiting; one of them, once. */
export interface Outcomes {
  brought (token: string): void
  failed (closing: Closing): void
  /** The client has left. */
  gone (): void
}

type Frame = readonly [data: unknown, isBinary: unknown]

/** Waits for the message that brings the credential, and keeps what else comes, within the limits of the format. */
export function waitForMessage (
  socket: Socket, network: Network, format: FirstMessage, deadlines: Deadlines, outcomes: Outcomes
): Waiting {
  const kept: Frame[] = []
  let bytes = 0
  let isWaiting = true
  let isOver = false
  const deadline: Deadline = { at: deadlines.clock() + format.timeout, due: () => { fail('credentials_missing', CLOSE_CODES.timeout) } }

  function onMessage (data: unknown, isBinary: unknown): void {
    const credential = isWaiting && isBinary !== true ? readSafely(format, String(data)) : undefined
    if (credential === null) return fail('credentials_malformed')
    if (credential === undefined || format.deliver) kept.push([data, isBinary])
    if (credential === undefined) return
    isWaiting = false
    deadlines.delete(deadline)
    outcomes.brought(credential)
  }

  function onData (chunk: Uint8Array): void {
    bytes += chunk.length
    if (bytes > format.maxBytes) fail('credentials_missing', CLOSE_CODES.tooBig)
  }

  function onClose (): void {
    stop()
    outcomes.gone()
  }

  function fail (reason: Reason, code?: number): void {
    stop()
    outcomes.failed(closingFor(reason, [], code))
  }

  function stop (): void {
    isOver = true
    deadlines.delete(deadline)
    socket.off('message', onMessage)
    socket.off('close', onClose)
    network.off('data', onData)
  }

  socket.on('message', onMessage)
  socket.on('close', onClose)
  socket.on('error', ignore)
  network.on('data', onData)
  deadlines.add(deadline)
  return {
    stop,
    get isOver () { return isOver },
    handOver (established) {
      stop()
      socket.off('error', ignore)
      established(socket)
      for (const [data, isBinary] of kept) socket.emit('message', data, isBinary)
    }
  }
}

/** Without a listener an error of the connection would end the process; a close event follows it. */
export function ignore (): void {}

function readSafely ({ read }: FirstMessage, message: string): string | null | undefined {
  try {
    return read(message)
  } catch {
    return null
  }
}
