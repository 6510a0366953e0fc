import type { Denial } from '../decision/decide.ts'
import type { Policy } from '../policy.ts'
import { Refusal, refusalsOf, type Outcome } from '../scheme.ts'

/** What the server's owner is told of a refusal: the reason, also where callers are not told, and nothing that was presented. */
export interface RefusalRecord {
  readonly reason: Denial['reason']
  /** What became of each scheme. */
  readonly schemes: Readonly<Record<string, string>>
  /** Schemes that refused for a reason of which the documents do not speak. */
  readonly undocumented?: readonly string[]
}

export function recordOf ({ slots }: Policy, { reason }: Denial, outcomes: readonly Outcome[]): RefusalRecord {
  const schemes: Record<string, string> = {}
  const undocumented: string[] = []
  slots.forEach(({ name, scheme }, slot) => {
    const outcome = outcomes[slot]
    schemes[name] = outcome === undefined ? 'not presented' : outcome instanceof Refusal ? outcome.reason : 'accepted'
    if (outcome instanceof Refusal && outcome.status !== 400 && !refusalsOf(scheme).includes(outcome.reason)) undocumented.push(name)
  })
  return { reason, schemes: Object.freeze(schemes), ...(undocumented.length > 0 ? { undocumented: Object.freeze(undocumented) } : {}) }
}
