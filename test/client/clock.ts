import type { Clock } from '../../lib/client/clock.ts'

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Milliseconds until each callback that is waited for, the next first. */
  readonly pending: readonly number[]
  /** Goes on, and calls back what is due. */
  advance (milliseconds: number): void
  /** Goes on to the next callback; resolves when there is one. */
  next (): Promise<number>
}

/** @param chance what `random()` gives */
export function manualClock (start = 1_700_000_000_000, chance = 0.5): ManualClock {
  let now = start
  let timers: { readonly at: number, readonly run: () => void }[] = []
  let wake = (): void => {}
  const clock: ManualClock = {
    now: () => now,
    random: () => chance,
    after (delay, run) {
      const timer = { at: now + delay, run }
      timers.push(timer)
      wake()
      return () => { timers = timers.filter((one) => one !== timer) }
    },
    get pending () { return timers.map(({ at }) => at - now).sort((a, b) => a - b) },
    advance (milliseconds) {
      const until = now + milliseconds
      for (;;) {
        const [due] = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
        if (due === undefined) break
        now = due.at
        timers = timers.filter((one) => one !== due)
        due.run()
      }
      now = until
    },
    async next () {
      while (timers.length === 0) await new Promise<void>((resolve) => { wake = resolve })
      const [delay = 0] = clock.pending
      clock.advance(delay)
      return delay
    }
  }
  return clock
}
