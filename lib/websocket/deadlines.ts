/** Something that is to happen at a time. */
export interface Deadline {
  /** Milliseconds on the clock of the list. Not to be changed while it is on the list. */
  readonly at: number
  due (): void
}

/** Milliseconds. */
const SECOND = 1000
/** Milliseconds by which a deadline may be late on an idle machine. */
const PRECISION = 100

/**
 * Deadlines of any number of connections, kept by one timer. They lie in buckets of one second, so that waiting for one takes a place in a
 * set and no timer of its own, and one in thirty days is as good as any (a timer takes 2³¹−1 milliseconds at most). The clock is monotonic:
 * setting the time of day neither ends nor lengthens anything. The timer runs while there is something to wait for, and does not keep the
 * process alive.
 */
export class Deadlines {
  readonly clock: () => number
  readonly #buckets = new Map<number, Set<Deadline>>()
  #size = 0
  /** The second whose bucket is looked at next. */
  #second = 0
  #timer: NodeJS.Timeout | undefined

  /** @param clock milliseconds, monotonic */
  constructor (clock: () => number = () => performance.now()) {
    this.clock = clock
  }

  /** How many are waited for. */
  get size (): number {
    return this.#size
  }

  add (deadline: Deadline): void {
    const now = this.clock()
    const second = Math.floor(deadline.at / SECOND)
    const current = Math.floor(now / SECOND)
    this.#second = Math.min(this.#size === 0 ? current : this.#second, second)
    const bucket = this.#buckets.get(second)
    if (bucket === undefined) this.#buckets.set(second, new Set([deadline]))
    else bucket.add(deadline)
    this.#size++
    // What is due later is seen by a timer that is set anyway.
    if (this.#timer === undefined || second <= current) this.#wait(now)
  }

  delete (deadline: Deadline): void {
    const second = Math.floor(deadline.at / SECOND)
    const bucket = this.#buckets.get(second)
    if (bucket?.delete(deadline) !== true) return
    if (bucket.size === 0) this.#buckets.delete(second)
    if (--this.#size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #wait (now: number): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#size === 0) return
    const wait = this.#buckets.has(this.#second) ? PRECISION : (this.#second + 1) * SECOND - now
    this.#timer = setTimeout(() => { this.#tick() }, Math.max(wait, 1)).unref()
  }

  #tick (): void {
    const now = this.clock()
    const current = Math.floor(now / SECOND)
    // What is due may add something, and so set the second back.
    while (this.#second < current) this.#empty(this.#second++, now)
    this.#empty(current, now)
    this.#wait(now)
  }

  #empty (second: number, now: number): void {
    for (const deadline of this.#buckets.get(second) ?? []) {
      if (deadline.at > now) continue
      this.delete(deadline)
      deadline.due()
    }
  }
}
