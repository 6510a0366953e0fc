/** Something that is to happen at a time. */
export interface Deadline {
  /** Milliseconds on the clock of the list. Not to be changed while it is on the list. */
  readonly at: number
  due (): void
}

/** Deadlines of any number of sockets, kept by one timer. */
export interface Deadlines {
  add (deadline: Deadline): void
  delete (deadline: Deadline): void
  /** How many are waited for. */
  readonly size: number
}

/** Milliseconds. */
const SECOND = 1000
/** Milliseconds by which a deadline may be late on an idle machine. */
const PRECISION = 100

/**
 * Starts a list. Deadlines lie in buckets of one second, so that waiting for one takes a place in a set and no timer of its own, and one
 * in thirty days is as good as any (a timer takes 2³¹−1 milliseconds at most). The clock is monotonic: setting the time of day neither
 * ends nor lengthens anything. The timer runs while there is something to wait for, and does not keep the process alive.
 */
export function deadlines (clock: () => number = () => performance.now()): Deadlines {
  const buckets = new Map<number, Set<Deadline>>()
  let size = 0
  let current = 0
  let timer: NodeJS.Timeout | undefined

  function arm (now: number): void {
    const isDueSoon = (buckets.get(current)?.size ?? 0) > 0
    const wait = isDueSoon ? PRECISION : (current + 1) * SECOND - now
    timer = size === 0 ? undefined : setTimeout(tick, Math.max(wait, 1)).unref()
  }

  function tick (): void {
    const now = clock()
    const second = Math.floor(now / SECOND)
    for (; current < second; current++) empty(current, now)
    empty(second, now)
    arm(now)
  }

  function empty (second: number, now: number): void {
    for (const deadline of buckets.get(second) ?? []) {
      if (deadline.at > now) continue
      remove(deadline)
      deadline.due()
    }
  }

  function remove (deadline: Deadline): void {
    const second = bucketOf(deadline)
    const bucket = buckets.get(second)
    if (bucket?.delete(deadline) !== true) return
    size--
    if (bucket.size === 0) buckets.delete(second)
  }

  /** What is past already comes with the next tick. */
  function bucketOf ({ at }: Deadline): number {
    return Math.floor(at / SECOND)
  }

  return {
    add (deadline) {
      const now = clock()
      if (size === 0) current = Math.floor(now / SECOND)
      const second = bucketOf(deadline)
      current = Math.min(current, second)
      const bucket = buckets.get(second)
      if (bucket === undefined) buckets.set(second, new Set([deadline]))
      else bucket.add(deadline)
      size++
      if (timer !== undefined && second > Math.floor(now / SECOND)) return
      clearTimeout(timer)
      arm(now)
    },
    delete (deadline) {
      remove(deadline)
      if (size > 0) return
      clearTimeout(timer)
      timer = undefined
    },
    get size () { return size }
  }
}
