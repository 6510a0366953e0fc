import { refuse, type CredentialSource, type Refusal } from '../scheme.ts'

const AMBIGUOUS = refuse('credentials_ambiguous')

/**
 * Reads one cookie from the Cookie field itself, because cookie parsers keep only one of two cookies with the same name.
 * The value is unquoted and percent-decoded, which is what @fastify/cookie does. An empty cookie is absent: that is how sessions are ended.
 */
export function readCookie (source: CredentialSource, name: string): string | Refusal | undefined {
  const field = source.headers.cookie
  if (typeof field !== 'string') return undefined
  let found: string | undefined
  for (const pair of field.split(';')) {
    const equals = pair.indexOf('=')
    if (equals === -1 || pair.slice(0, equals).trim() !== name) continue
    if (found !== undefined) return AMBIGUOUS
    found = pair.slice(equals + 1).trim()
  }
  if (found === undefined || found === '') return undefined
  return decode(unquote(found))
}

function unquote (value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

function decode (value: string): string {
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
