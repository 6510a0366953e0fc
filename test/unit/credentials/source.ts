import { Refusal, type CredentialSource } from '../../../lib/scheme.ts'

/** A request as Node makes it of these lines: the first Authorization, cookies joined with `; `, everything else with `, `. */
export function sourceOf (
  lines: readonly (readonly [name: string, value: string])[], rest: Partial<CredentialSource> = {}
): CredentialSource {
  const headers: Record<string, string | string[] | undefined> = {}
  for (const [field, value] of lines) {
    const name = field.toLowerCase()
    const first = Object.hasOwn(headers, name) ? headers[name] : undefined
    if (first === undefined) headers[name] = value
    else if (name !== 'authorization') headers[name] = `${String(first)}${name === 'cookie' ? '; ' : ', '}${value}`
  }
  return { headers, query: {}, raw: { rawHeaders: lines.flat() }, ...rest }
}

/** A request of `injectWS`, which has no raw lines. */
export function withoutLines (headers: CredentialSource['headers'], query: unknown = {}): CredentialSource {
  return { headers, query, raw: {} }
}

/** A refusal by its reason, everything else as it is. */
export function told (found: unknown): unknown {
  return found instanceof Refusal ? { reason: found.reason } : found
}

export const AMBIGUOUS = { reason: 'credentials_ambiguous' }
export const MALFORMED = { reason: 'credentials_malformed' }
