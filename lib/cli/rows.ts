import { isDeepStrictEqual } from 'node:util'
import type { ReportedRoute } from './report.ts'

/** A route as people read it: with the HEAD that Fastify adds to it. */
export interface Row extends Omit<ReportedRoute, 'method'> {
  readonly methods: readonly string[]
}

/** Joins each HEAD to the GET it comes from, if it asks the same; documents are not expected to mention it. */
export function rowsOf (routes: readonly ReportedRoute[]): Row[] {
  const rows: Row[] = []
  for (const { method, ...route } of routes) {
    const twin = method === 'HEAD' ? findTwin(rows, route) : -1
    const get = rows[twin]
    if (get === undefined) rows.push({ ...route, methods: [method] })
    else rows[twin] = { ...get, methods: [...get.methods, method] }
  }
  return rows
}

/** The routes are sorted, so that those of the same path are the last. */
function findTwin (rows: readonly Row[], { url, source, security }: Omit<ReportedRoute, 'method'>): number {
  for (let at = rows.length - 1; rows[at]?.url === url; at--) {
    const row = rows[at]
    if (row?.methods.join() === 'GET' && row.source === source && isDeepStrictEqual(row.security, security)) return at
  }
  return -1
}
