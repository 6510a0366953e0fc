import { IncomingMessage, ServerResponse, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** One way of doing a job, ready to be asked. */
export interface Side {
  /** What every request must be answered with. */
  readonly status: number
  /** Starts the request of that number; `done` may be called before it returns. */
  start (number: number, done: (status: number) => void): void
}

/** Makes the fields of a request. Values are new strings each time, as they are off the wire: nothing of them has been hashed before. */
export type Fields = (number: number) => Record<string, string>

/** The path that every side answers at. */
export const PATH = '/things'
/** What every handler answers with. */
export const BODY = '{"id":7,"name":"a thing"}'

const COMMON = { host: 'api.example', accept: 'application/json', 'user-agent': 'bench/1' }

/** The fields every client sends, and one more. */
export function fieldOf (name: string, values: readonly string[]): Fields {
  const bytes = values.map((value) => Buffer.from(value, 'latin1'))
  const template: Record<string, string> = { ...COMMON, [name]: '' }
  return (number) => {
    const fields = { ...template }
    fields[name] = bytes[number % bytes.length]?.toString('latin1') ?? ''
    return fields
  }
}

/** The fields of a client that presents nothing. */
export const nothing: Fields = () => ({ ...COMMON })

/** As much of an IncomingMessage as Fastify reads of a GET. */
class LightRequest {
  readonly method = 'GET'
  readonly url = PATH
  readonly httpVersion = '1.1'
  readonly httpVersionMajor = 1
  readonly socket = SOCKET
  readonly headers: Record<string, string>
  readonly rawHeaders: string[]

  constructor (headers: Record<string, string>) {
    this.headers = headers
    const { host = '', accept = '', 'user-agent': agent = '', authorization, 'x-api-key': key } = headers
    this.rawHeaders = ['Host', host, 'Accept', accept, 'User-Agent', agent]
    if (authorization !== undefined) this.rawHeaders.push('Authorization', authorization)
    if (key !== undefined) this.rawHeaders.push('X-API-Key', key)
  }

  on (): this { return this }
  once (): this { return this }
  removeListener (): this { return this }
}

const SOCKET = { remoteAddress: '127.0.0.1', destroyed: false, on () {}, removeListener () {} }

/** As much of a ServerResponse as Fastify needs to send a string. */
class LightResponse {
  statusCode = 200
  headersSent = false
  writableEnded = false
  readonly destroyed = false
  readonly #done: (status: number) => void

  constructor (done: (status: number) => void) {
    this.#done = done
  }

  getHeader (): undefined { return undefined }
  getHeaders (): IncomingHttpHeaders { return {} }
  hasHeader (): boolean { return false }
  setHeader (): void {}
  removeHeader (): void {}
  on (): this { return this }
  once (): this { return this }
  removeListener (): this { return this }
  writeHead (status: number): void { this.statusCode = status; this.headersSent = true }
  end (): void { this.writableEnded = true; this.#done(this.statusCode) }
}

/** Asks a Fastify application in process. */
export async function fastifySide (app: FastifyInstance, fields: Fields, status: number): Promise<Side> {
  await app.ready()
  return {
    status,
    start (number, done) { app.routing(new LightRequest(fields(number)) as never, new LightResponse(done) as never) } // as much as it uses
  }
}

/** Asks what listens to Node's own server: real messages, without a socket that anything is written to. */
export function nodeSide (listener: RequestListener, fields: Fields, status: number): Side {
  const socket = new Socket()
  return {
    status,
    start (number, done) {
      const request = new IncomingMessage(socket)
      Object.assign(request, { method: 'GET', url: PATH, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 })
      const values = fields(number)
      for (const name in values) {
        request.headers[name] = values[name]
        request.rawHeaders.push(name, values[name] ?? '')
      }
      request.push(null)
      const response = new ServerResponse(request)
      response.end = () => { done(response.statusCode); return response }
      listener(request, response)
    }
  }
}
