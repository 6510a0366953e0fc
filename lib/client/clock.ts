/** Time and chance, so that tests need neither wait nor guess. */
export interface Clock {
  /** Epoch milliseconds. */
  now (): number
  /** From 0 to below 1. */
  random (): number
  /**
   * Calls back once.
   *
   * @param delay milliseconds
   * @returns what calls it off
   */
  after (delay: number, run: () => void): () => void
}

/** Timers take no more than this (2³¹−1 milliseconds); beyond it they fire at once. */
const LONGEST = 2_147_483_647

export const CLOCK: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after (delay, run) {
    const timer = setTimeout(run, Math.min(delay, LONGEST))
    return () => { clearTimeout(timer) }
  }
}
