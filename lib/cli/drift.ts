import { auditDocument } from '../testing/audit.ts'
import type { Finding as Difference } from '../testing/finding.ts'
import type { Audited, Finding } from './report.ts'

/**
 * Tries every operation of the documents, without running a handler, and tells where the application does something else.
 *
 * @param found what is known without that; it is not told again
 */
export async function drift ({ app, documents }: Audited, found: readonly Finding[]): Promise<Finding[]> {
  const known = new Set(found.filter(({ rule }) => rule === 'undocumented-refusal').map(({ method, url }) => `${method ?? ''} ${url ?? ''}`))
  const differences: Difference[] = []
  for (const { document } of documents) differences.push(...(await auditDocument(app, { document, handlers: false })).findings)
  const news = differences.filter(({ kind, method, path }) =>
    kind !== 'route_without_operation' && !(kind === 'status_undocumented' && known.has(`${method} ${path}`)))
  return summarise(news)
}

/** What differs in one way is seen with many requests, and mended once. */
export function summarise (differences: readonly Difference[]): Finding[] {
  const groups = new Map<string, { first: Difference, others: number }>()
  for (const difference of differences) {
    const key = JSON.stringify([difference.method, difference.path, difference.websocket, difference.kind])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { first: difference, others: 0 })
    else group.others++
  }
  return [...groups.values()].map(({ first, others }) => tell(first, others))
}

/** The message without the place, which stands before it. */
function tell ({ method, path, websocket, probe, kind, message }: Difference, others: number): Finding {
  const heading = `: ${kind}: `
  const circumstances = [websocket ? 'as a WebSocket handshake' : [], probe === '' ? [] : `with ${probe}`].flat().join(' ')
  const text = message.slice(message.indexOf(heading) + heading.length)
  return {
    rule: 'drift',
    method: method === '' ? null : method,
    url: path,
    message: `${circumstances === '' ? '' : `${circumstances}: `}${text}${others === 0 ? '' : ` (So with ${others} more request${others === 1 ? '' : 's'}.)`}`
  }
}
