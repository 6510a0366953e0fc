import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { PROBLEM_TYPE } from '../challenge/problem.ts'
import { parseObject } from '../websocket/message-format.ts'
import { joined } from './exchange.ts'
import { accept, pair, type Pair } from './pair.ts'
import { ready, type Application } from './ready.ts'

/** What a client sends with its handshake, and how long it waits. */
export interface HandshakeOptions {
  /** Header fields by name, besides those that make the handshake. */
  readonly headers?: Readonly<Record<string, string>>
  /** Subprotocols to offer. */
  readonly subprotocols?: readonly string[]
  /** Milliseconds until an answer must have come. Default 5000. */
  readonly timeout?: number
}

/** The client's end of an open WebSocket, made by `ws`: it emits `message` with `(data: Buffer, isBinary: boolean)`. */
export interface HandshakeSocket extends EventEmitter {
  /** The subprotocol that was selected, or `''`. */
  readonly protocol: string
  /** As of the WebSocket API: 1 is open, 3 closed. */
  readonly readyState: number
  send (data: string | Uint8Array): void
  close (code?: number, reason?: string): void
  terminate (): void
}

/** How a connection ended (RFC 6455 §7.1.5); 1006 if there was no close frame. */
export interface HandshakeClosed {
  readonly code: number
  readonly reason: string
}

/** What became of a handshake. */
export interface HandshakeAnswer {
  /** 101 if it was completed. */
  readonly status: number
  /** Values by lower-cased name, the lines of a field joined. */
  readonly headers: Readonly<Record<string, string>>
  /** Of a refusal; `''` otherwise. */
  readonly body: string
  /** The body as an object where it is `application/problem+json` (RFC 9457), else `null`. */
  readonly problem: Readonly<Record<string, unknown>> | null
  /** The open connection, `null` after a refusal. */
  readonly socket: HandshakeSocket | null
  /** How the connection ends, also one that was completed only to be closed (`refuse: 'close'`); `null` after a refusal over HTTP. */
  readonly closed: Promise<HandshakeClosed> | null
}

type SocketClass = new (address: string, protocols: readonly string[], options: object) => HandshakeSocket & {
  pause (): void
  resume (): void
}

/** Milliseconds. */
const TIMEOUT = 5000

/**
 * Sends a WebSocket handshake (RFC 6455 §4.1) to an application without a network, and shows what came back, also a refusal. The
 * application need not listen. Messages are held until the caller has had its turn, so that a listener added right after `await` misses
 * none.
 *
 * @param url path and query
 * @throws Error if no whole answer came in time, or one that a client must not accept
 * @throws TypeError if @fastify/websocket is not registered
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import Fastify from 'fastify'
 * import { handshake } from 'fastify-openapi-security/testing'
 *
 * const app = Fastify() // the application
 * const { status, headers, problem } = await handshake(app, '/live')
 * assert.equal(status, 401)
 * assert.equal(problem?.code, 'credentials_missing')
 * assert.match(headers['www-authenticate'] ?? '', /^Bearer /)
 * ```
 */
export async function handshake (
  app: Application, url: string, { headers = {}, subprotocols = [], timeout = TIMEOUT }: HandshakeOptions = {}
): Promise<HandshakeAnswer> {
  const instance = await ready(app)
  const Socket = socketClassOf(instance)
  const ends = pair()
  const options = { headers, perMessageDeflate: false, createConnection: () => ends.client }
  const socket = new Socket(new URL(url, 'ws://localhost').href, subprotocols, options)
  socket.on('error', () => {}) // a close event follows
  accept(instance, ends.server)
  return await answerTo(socket, ends, timeout)
}

/** Of `ws`, which @fastify/websocket brings along: the server knows what it makes its own ends of. */
function socketClassOf (app: object): SocketClass {
  const { websocketServer } = app as { readonly websocketServer?: unknown } // where @fastify/websocket puts it
  const { options } = Object(websocketServer) as { readonly options?: { readonly WebSocket?: unknown } } // looked at
  if (typeof options?.WebSocket !== 'function') throw new TypeError('handshake(): @fastify/websocket is not registered where it is asked')
  return options.WebSocket as SocketClass
}

async function answerTo (socket: InstanceType<SocketClass>, ends: Pair, timeout: number): Promise<HandshakeAnswer> {
  const closed = new Promise<HandshakeClosed>((resolve) => {
    socket.once('close', (code: number, reason: Buffer) => {
      ends.client.destroy()
      ends.server.destroy()
      resolve({ code, reason: reason.toString() })
    })
  })
  return await new Promise((resolve, reject) => {
    let answered: IncomingMessage | null = null
    const timer = setTimeout(() => {
      reject(new Error(`handshake(): no answer in ${timeout} ms`))
      socket.terminate()
    }, timeout)
    socket.once('upgrade', (response: IncomingMessage) => { answered = response })
    socket.once('open', () => {
      clearTimeout(timer)
      socket.pause()
      setImmediate(() => { socket.resume() })
      const headers = joined(answered?.headersDistinct ?? {})
      resolve({ status: 101, headers, body: '', problem: null, socket, closed })
    })
    socket.once('unexpected-response', (_request: unknown, response: IncomingMessage) => {
      refusalOf(response).then(resolve, reject).finally(() => {
        clearTimeout(timer)
        socket.terminate()
      })
    })
    socket.once('error', (error: Error) => {
      clearTimeout(timer)
      reject(error)
    })
  })
}

async function refusalOf (response: IncomingMessage): Promise<HandshakeAnswer> {
  const headers = joined(response.headersDistinct)
  const body = await text(response)
  const problem = headers['content-type']?.toLowerCase().startsWith(PROBLEM_TYPE) === true ? parseObject(body) : null
  return { status: response.statusCode ?? 0, headers, body, problem, socket: null, closed: null }
}
