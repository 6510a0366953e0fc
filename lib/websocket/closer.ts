import type { Closing } from './close-codes.ts'
import { CLOSED, type Socket } from './socket.ts'

/** Ends connections without holding up everything else. */
export interface Closer {
  /**
   * Sends a close frame, soon, and terminates the connection after a grace if the peer does not close its side.
   *
   * @param before called when the turn comes
   */
  close (socket: Socket, closing: Closing, before?: () => void): void
  /** Resolves when every connection given is closed or terminated. */
  drained (): Promise<void>
}

interface Ending {
  readonly socket: Socket
  readonly closing: Closing
  readonly before: (() => void) | undefined
}

/** Milliseconds that a peer has to answer a close frame. `ws` would wait for thirty seconds. */
const GRACE = 2000

export function closer (clock: () => number = () => performance.now()): Closer {
  /** Until when each peer may still answer, the earliest first. */
  const waiting = new Map<Socket, number>()
  let timer: NodeJS.Timeout | undefined
  let listeners: (() => void)[] = []
  const closing = inSlices(begin, settle, clock)
  const terminating = inSlices((socket: Socket) => { socket.terminate() }, settle, clock)

  function begin ({ socket, closing: { code, reason }, before }: Ending): void {
    if (socket.readyState === CLOSED) return
    before?.()
    socket.on('close', () => {
      waiting.delete(socket)
      settle()
    })
    waiting.set(socket, clock() + GRACE)
    socket.close(code, reason)
    watch()
  }

  function watch (): void {
    const [earliest] = waiting.values()
    if (timer !== undefined || earliest === undefined) return
    timer = setTimeout(() => {
      timer = undefined
      const now = clock()
      for (const [socket, until] of waiting) {
        if (until > now) break
        waiting.delete(socket)
        terminating.push(socket)
      }
      watch()
    }, Math.max(earliest - clock(), 1))
  }

  function settle (): void {
    if (closing.size + terminating.size + waiting.size > 0) return
    clearTimeout(timer)
    timer = undefined
    const settled = listeners
    listeners = []
    for (const listener of settled) listener()
  }

  return {
    close (socket, frame, before) { closing.push({ socket, closing: frame, before }) },
    drained: () => new Promise((resolve) => {
      listeners.push(resolve)
      settle()
    })
  }
}

/** Milliseconds of work at a stretch. */
const SLICE = 15
/** How many are done between two looks at the clock. */
const STEP = 16

/** Works through any number of items and lets other events have their turn in between. */
function inSlices<Item> (
  work: (item: Item) => void, done: () => void, clock: () => number
): { push (item: Item): void, readonly size: number } {
  let items: Item[] = []
  let next = 0
  function run (): void {
    const until = clock() + SLICE
    while (next < items.length && (next % STEP !== 0 || clock() < until)) work(items[next++] as Item) // within its length
    if (next < items.length) return void setImmediate(run)
    items = []
    next = 0
    done()
  }
  return {
    push (item) {
      if (items.push(item) === 1) setImmediate(run)
    },
    get size () { return items.length }
  }
}
