import type { Closing } from './close-codes.ts'

/** What the plugin uses of a WebSocket; those of `ws` are such. */
export interface Socket {
  readonly readyState: number
  emit (event: string | symbol, ...values: unknown[]): boolean
  on (event: string, listener: (...values: never[]) => void): unknown
  off (event: string, listener: (...values: never[]) => void): unknown
  send (text: string, ...rest: unknown[]): void
  ping (...values: unknown[]): void
  pong (...values: unknown[]): void
  close (code: number, reason: string): void
  terminate (): void
}

/** What the plugin uses of the connection below it. */
export interface Network {
  readonly destroyed: boolean
  on (event: 'data', listener: (chunk: Uint8Array) => void): unknown
  off (event: 'data', listener: (chunk: Uint8Array) => void): unknown
  on (event: 'close', listener: () => void): unknown
  once (event: 'close', listener: () => void): unknown
  destroy (): unknown
  /** Destroys it when everything is written; not there on streams that are no sockets. */
  destroySoon? (): unknown
  /** Where Node.js keeps the response that is being written. */
  readonly _httpMessage?: Answering | null
}

/** What the plugin uses of the response that is written to a connection. */
export interface Answering {
  readonly req: object
  listenerCount (event: 'finish'): number
  on (event: 'finish', listener: () => void): unknown
  on (event: 'close', listener: (this: Answering) => void): unknown
}

/** `readyState` of an open connection. */
export const OPEN = 1
/** `readyState` of one that is gone. */
export const CLOSED = 3

/** Events by which frames reach a handler. */
const FRAMES: ReadonlySet<string | symbol> = new Set(['message', 'ping', 'pong'])

/**
 * Shuts a socket for its handler: from here on no frame reaches it and nothing it sends goes out, whatever it holds on to; and it does
 * not end for another reason. Its close event still comes. What was sent before is not affected.
 */
export function shut (socket: Socket): void {
  Object.assign(socket, { emit: emitOthers, send: sendNothing, ping: sendNothing, pong: sendNothing, close: sendNothing })
}

/** Sends the close frame of a socket that is shut. */
export function closeShut (socket: Socket, { code, reason }: Closing): void {
  const { close } = Object.getPrototypeOf(socket) as Socket // the own property does nothing
  Reflect.apply(close, socket, [code, reason])
}

function emitOthers (this: Socket, event: string | symbol, ...values: unknown[]): boolean {
  if (FRAMES.has(event)) return false
  const { emit } = Object.getPrototypeOf(this) as Socket // the own property is this function
  return Reflect.apply(emit, this, [event, ...values])
}

/** Answers callbacks as `ws` does after a close. */
function sendNothing (...values: unknown[]): void {
  const callback = values.findLast((value) => typeof value === 'function')
  if (callback !== undefined) process.nextTick(callback as (error: Error) => void, new Error('The connection is being closed'))
}
