/** How long to wait between attempts. */
export interface Backoff {
  /** Milliseconds at most before the first try again. */
  readonly initial: number
  /** Milliseconds at most, however many attempts have failed. */
  readonly max: number
}

/**
 * Milliseconds to wait: at most twice as long after each failure, and by chance down to half of that, so that the clients of a server that
 * went away do not all come back at once.
 *
 * @param failures in a row, from 1
 * @param chance from 0 to below 1
 */
export function delayAfter (failures: number, { initial, max }: Backoff, chance: number): number {
  return Math.round(Math.min(max, initial * 2 ** (failures - 1)) * (1 + chance) / 2)
}
