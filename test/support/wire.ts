import { connect, type Socket } from 'node:net'

/** A response as it stood on the wire. */
export interface WireResponse {
  readonly statusCode: number
  readonly statusLine: string
  /** Field lines in order, names as written. */
  readonly lines: readonly (readonly [name: string, value: string])[]
  /** Values by lower-cased name, one per line. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: string
}

const GIVE_UP = 15_000

/** One connection to a server under test, read byte by byte so that lines, frames and the end of the stream are visible. */
export class Connection {
  readonly socket: Socket
  /** Settles when the stream has ended, for whatever reason. */
  readonly closed: Promise<void>
  #received = Buffer.alloc(0)
  #ended = false
  #wake: () => void = () => {}

  /** @param socket open, plain or TLS */
  constructor (socket: Socket) {
    this.socket = socket
    socket.setTimeout(GIVE_UP, () => socket.destroy())
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes])
      this.#wake()
    })
    socket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      const end = () => {
        this.#ended = true
        this.#wake()
        resolve()
      }
      socket.once('end', () => socket.end())
      socket.once('close', end)
    })
  }

  static async open (port: number): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1' })
    await new Promise<void>((resolve, reject) => { socket.once('connect', resolve).once('error', reject) })
    return new Connection(socket)
  }

  /** Sends characters as the octets of the same number. */
  send (text: string): this {
    this.socket.write(text, 'latin1')
    return this
  }

  /** Reads one response and leaves what follows it. */
  async response (method = 'GET'): Promise<WireResponse> {
    const head = (await this.#take(() => {
      const end = this.#received.indexOf('\r\n\r\n')
      return end === -1 ? null : end + 4
    })).toString('latin1')
    const [statusLine = '', ...fields] = head.trimEnd().split('\r\n')
    const lines = fields.map((field): [string, string] => {
      const colon = field.indexOf(':')
      return [field.slice(0, colon), field.slice(colon + 1).trim()]
    })
    const headers: Record<string, string[]> = {}
    for (const [name, value] of lines) (headers[name.toLowerCase()] ??= []).push(value)
    const statusCode = Number(statusLine.split(' ')[1])
    const bodiless = method === 'HEAD' || statusCode < 200 || statusCode === 204 || statusCode === 304
    return { statusCode, statusLine, lines, headers, body: bodiless ? '' : await this.#body(headers) }
  }

  async #body (headers: Readonly<Record<string, readonly string[]>>): Promise<string> {
    const length = headers['content-length']?.[0]
    if (length !== undefined) return (await this.#take(() => this.#received.length >= Number(length) ? Number(length) : null)).toString()
    if (headers['transfer-encoding'] === undefined) return (await this.#take(() => this.#ended ? this.#received.length : null)).toString()
    let body = ''
    for (;;) {
      const line = await this.#take(() => {
        const end = this.#received.indexOf('\r\n')
        return end === -1 ? null : end + 2
      })
      const size = parseInt(line.toString(), 16)
      const chunk = await this.#take(() => this.#received.length >= size + 2 ? size + 2 : null)
      if (size === 0) return body
      body += chunk.subarray(0, size).toString()
    }
  }

  /** Reads one WebSocket frame of the server (RFC 6455 §5.2). */
  async frame (): Promise<{ opcode: number, payload: Buffer }> {
    const head = await this.#take(() => this.#received.length >= 2 ? 2 : null)
    const [first = 0, second = 0] = head
    let length = second & 0x7F
    if (length === 126) length = (await this.#take(() => this.#received.length >= 2 ? 2 : null)).readUInt16BE()
    return { opcode: first & 0x0F, payload: await this.#take(() => this.#received.length >= length ? length : null) }
  }

  /** Whatever was received and not read yet. */
  get unread (): string {
    return this.#received.toString('latin1')
  }

  async #take (measure: () => number | null): Promise<Buffer> {
    for (;;) {
      const length = measure()
      if (length !== null) {
        const taken = this.#received.subarray(0, length)
        this.#received = this.#received.subarray(length)
        return taken
      }
      if (this.#ended) throw new Error(`the connection ended after ${JSON.stringify(this.unread)}`)
      await new Promise<void>((resolve) => { this.#wake = resolve })
    }
  }
}

/** The head of a request: octets as characters, nothing added but `Host` and what is given. */
export function requestHead (method: string, target: string, lines: readonly string[]): string {
  return [`${method} ${target} HTTP/1.1`, 'Host: api.example', ...lines, '', ''].join('\r\n')
}

/** What a WebSocket client sends besides (RFC 6455 §4.1). */
export const UPGRADE: readonly string[] = [
  'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
]
