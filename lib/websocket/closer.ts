import type { Closing } from './close-codes.ts'
import { Slices } from './slices.ts'
import { CLOSED, closeShut, type Socket } from './socket.ts'

interface Ending {
  readonly socket: Socket
  readonly closing: Closing
  readonly before: (() => void) | undefined
  /** Milliseconds. */
  readonly since: number
}

/** Milliseconds that a peer has to answer, its turn in the queue included. `ws` would wait for thirty seconds. */
const GRACE = 2000
/** Milliseconds that it has at least, however long the queue was. */
const LEAST = 400

/** Ends connections without holding up everything else. */
export class Closer {
  /** Until when each peer may still answer, the earliest first. */
  readonly #waiting = new Map<Socket, number>()
  readonly #closing: Slices<Ending>
  readonly #terminating: Slices<Socket>
  readonly #clock: () => number
  #timer: NodeJS.Timeout | undefined
  #drained: (() => void)[] = []

  /** @param clock milliseconds, monotonic */
  constructor (clock: () => number = () => performance.now()) {
    this.#clock = clock
    const settle = (): void => { this.#settle() }
    this.#closing = new Slices((ending) => { this.#begin(ending) }, settle)
    this.#terminating = new Slices((socket) => { socket.terminate() }, settle)
  }

  /**
   * Sends a close frame, soon, and terminates the connection after a grace if the peer does not close its side.
   *
   * @param socket one that is shut
   * @param before called when the turn comes
   */
  close (socket: Socket, closing: Closing, before?: () => void): void {
    this.#closing.push({ socket, closing, before, since: this.#clock() })
  }

  /** Resolves when every connection given is closed or terminated. */
  async drained (): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#drained.push(resolve)
      this.#settle()
    })
  }

  #begin ({ socket, closing, before, since }: Ending): void {
    if (socket.readyState === CLOSED) return
    before?.()
    socket.on('close', () => {
      this.#waiting.delete(socket)
      this.#settle()
    })
    this.#waiting.set(socket, Math.max(since + GRACE, this.#clock() + LEAST))
    closeShut(socket, closing)
    this.#watch()
  }

  #watch (): void {
    const [earliest] = this.#waiting.values()
    if (this.#timer !== undefined || earliest === undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      const now = this.#clock()
      for (const [socket, until] of this.#waiting) {
        if (until > now) break
        this.#waiting.delete(socket)
        this.#terminating.push(socket)
      }
      this.#watch()
    }, Math.max(earliest - this.#clock(), 1))
  }

  #settle (): void {
    if (this.#closing.size + this.#terminating.size + this.#waiting.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const resolve of this.#drained.splice(0)) resolve()
  }
}
