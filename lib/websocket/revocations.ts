import type { Bearing } from './session.ts'

/** One verification that takes time. */
export interface Watching {
  /** Whether something that came about was revoked meanwhile. */
  isRevoked (bearings: readonly Bearing[]): boolean
  stop (): void
}

/** Revocations that happen while verifications are under way, whose outcome they must not miss. */
export interface Revocations {
  note (matches: (bearing: Bearing) => boolean): void
  watch (): Watching
}

export function revocations (): Revocations {
  const watching = new Set<((bearing: Bearing) => boolean)[]>()
  return {
    note (matches) {
      for (const noted of watching) noted.push(matches)
    },
    watch () {
      const noted: ((bearing: Bearing) => boolean)[] = []
      watching.add(noted)
      return {
        isRevoked: (bearings) => noted.some((matches) => bearings.some(matches)),
        stop () { watching.delete(noted) }
      }
    }
  }
}
