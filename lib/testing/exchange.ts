import type { FastifyInstance } from 'fastify'
import { writeCookies, type Sending } from './mint.ts'
import { withPlan, type Plan } from './plans.ts'
import type { Target } from './target.ts'

/** A request to be made. */
export interface Sent {
  readonly method: string
  readonly target: Target
  readonly sending: Sending
  readonly plan: Plan
  /** In milliseconds. */
  readonly timeout: number
}

/** An answer as it came over the wire. */
export interface Received {
  readonly status: number
  /** Values by lower-cased name, lines joined (RFC 9110 §5.3). */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Sends a request to an application without a network.
 *
 * @returns `null` if no whole answer came in time
 */
export async function exchange (app: FastifyInstance, { method, target, sending, plan, timeout }: Sent): Promise<Received | null> {
  const ended = new AbortController()
  const timer = setTimeout(() => { ended.abort() }, timeout)
  try {
    const response = await withPlan(plan, () => app.inject({
      method,
      url: pathFor(target, sending),
      headers: fieldsFor(target, sending),
      signal: ended.signal
    }))
    return { status: response.statusCode, headers: joined(response.headers), body: response.payload }
  } catch {
    return null // out of time, or torn off by a handler
  } finally {
    clearTimeout(timer)
  }
}

/** The path with the query of a sending. */
export function pathFor ({ path }: Target, { query }: Sending): string {
  const search = new URLSearchParams(query).toString()
  return search === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${search}`
}

/** The header fields of a request, by lower-cased name. */
export function fieldsFor ({ headers }: Target, sending: Sending): Record<string, string> {
  const cookie = writeCookies(sending.cookies)
  return { ...headers, ...sending.headers, ...(cookie === '' ? {} : { cookie }) }
}

/** Joins the lines of each field. */
export function joined (headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [[name.toLowerCase(), [value].flat().join(', ')]]))
}
