import { STATUS_CODES } from 'node:http'
import { REASONS, type Reason } from '../errors.ts'

/** The media type of a problem (RFC 9457 §3). */
export const PROBLEM_TYPE = 'application/problem+json'

/** The body of a refusal (RFC 9457 §3). */
export interface Problem {
  readonly type: 'about:blank'
  /** The status phrase, as `about:blank` asks (RFC 9457 §4.2.1). */
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: Reason
  readonly required_scopes?: readonly string[]
}

/** Makes the body of a refusal; every text is fixed. */
export function problem (code: Reason, requiredScopes: readonly string[]): Problem {
  const { status, detail } = REASONS[code]
  const body = { type: 'about:blank' as const, title: STATUS_CODES[status] ?? '', status, detail, code }
  return requiredScopes.length === 0 ? body : { ...body, required_scopes: requiredScopes }
}
