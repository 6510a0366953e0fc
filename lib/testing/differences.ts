import { REASONS } from '../errors.ts'
import type { Json } from '../docs/openapi.ts'
import type { CheckBody } from './body-schema.ts'
import { codeOf, compare, parse } from './compare.ts'
import { documentedStatuses, responseFor } from './documented.ts'
import type { Received } from './exchange.ts'
import type { Difference } from './finding.ts'
import type { Operation } from './operations.ts'
import type { Plan } from './plans.ts'
import type { Probe } from './probes.ts'

/** What answers are compared with. */
export interface Documentation {
  readonly document: Json
  readonly check: CheckBody
}

/** Statuses by which callers are refused. Handlers answer 400 for reasons of their own. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 429, 503])

/** Where an answer differs from what the document says of the operation. What handlers answer otherwise is their own affair. */
export function differencesOf (
  { document, check }: Documentation, { method, operation }: Operation, probe: Probe, plan: Plan, received: Received
): Difference[] {
  const { status } = received
  const documented = responseFor(document, operation, status)
  const wrong = probe.refused === null ? wronglyRefused(probe, plan, received, documented !== null) : wronglyLetIn(probe, plan, received)
  if (wrong !== null) return [wrong]
  const isRefusal = REFUSALS.has(status) || (probe.refused !== null && !plan.admitted)
  if (documented === null) return isRefusal || status === 101 ? [undocumented(operation, received)] : []
  return isRefusal ? compare(documented, received, method, check) : []
}

function wronglyLetIn ({ refused }: Probe, { admitted }: Plan, { status }: Received): Difference | null {
  if (!admitted && status >= 400) return null
  const mend = 'Declare in schema.security what the document says, and look for hooks that answer before the guard.'
  return { kind: 'let_in', expected: `a refusal (${refused})`, actual: `let in, status ${status}`, mend }
}

/** An application may refuse for reasons of its own, if it says so. */
function wronglyRefused ({ name }: Probe, { admitted }: Plan, received: Received, isDocumented: boolean): Difference | null {
  const { status } = received
  if (admitted) return null
  const code = codeOf(received, parse(received))
  const isOurs = code !== null && Object.hasOwn(REASONS, code)
  if (!isOurs && (isDocumented || (status !== 401 && status !== 403))) return null
  return {
    kind: 'refused',
    expected: `to be let in with ${name}`,
    actual: code === null ? `status ${status}` : `status ${status} ${code}`,
    mend: 'Let the document say what is asked, or look for hooks that refuse before the guard.'
  }
}

function undocumented (operation: Json, { status, headers, body }: Received): Difference {
  return {
    kind: 'status_undocumented',
    expected: documentedStatuses(operation).join(', '),
    actual: `${status} ${headers['content-type'] ?? ''} ${body}`.trim(),
    mend: `Declare ${status} in schema.response, or let the plugin refuse instead.`
  }
}
