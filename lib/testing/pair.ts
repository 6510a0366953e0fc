import { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'

/** One end of a connection within this process. */
class End extends Duplex {
  readonly remoteAddress = '127.0.0.1'
  readonly remotePort = 0
  other: End | undefined

  override _read (): void {}

  override _write (chunk: Buffer, _encoding: string, done: () => void): void {
    // As over a network, nobody is answered before they have finished what they were doing.
    setImmediate(() => {
      if (this.other?.readable === true) this.other.push(chunk)
      done()
    })
  }

  override _final (done: () => void): void {
    this.#end()
    done()
  }

  override _destroy (error: Error | null, done: (error: Error | null) => void): void {
    this.#end()
    done(error)
  }

  #end (): void {
    if (this.other?.readable === true && !this.other.readableEnded) this.other.push(null)
    this.other = undefined
  }
}

/** Both ends of a connection. */
export interface Pair {
  readonly client: Duplex
  readonly server: Duplex
}

/** Makes a connection without a network. */
export function pair (): Pair {
  const client = new End()
  const server = new End()
  client.other = server
  server.other = client
  for (const end of [client, server]) end.on('error', () => {}) // ends are torn off on purpose
  return { client, server }
}

/** Hands an end to the server of an application, as if a client had connected. */
export function accept (app: FastifyInstance, server: Duplex): void {
  // A TLS server hands connections on when its own handshake is done.
  app.server.emit(app.server.listenerCount('secureConnection') > 0 ? 'secureConnection' : 'connection', server)
}
