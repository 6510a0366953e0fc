import { refuse, type CredentialSource, type Handshake, type Refusal } from '../scheme.ts'

const AMBIGUOUS = refuse('credentials_ambiguous')
const WITHOUT_ORIGIN = refuse('origin_not_allowed')

/**
 * Reads one cookie from the Cookie field itself, because cookie parsers keep only one of two cookies with the same name.
 * The value is percent-decoded and keeps its quotes, which is what @fastify/cookie does. An empty cookie is absent: that is how
 * sessions are ended.
 */
export function readCookie (source: CredentialSource, name: string, handshake?: Handshake): string | Refusal | undefined {
  const field = source.headers.cookie
  if (typeof field !== 'string') return undefined
  let found: string | undefined
  for (const pair of field.split(';')) {
    const equals = pair.indexOf('=')
    if (equals === -1 || trim(pair.slice(0, equals)) !== name) continue
    if (found !== undefined) return AMBIGUOUS
    found = trim(pair.slice(equals + 1))
  }
  if (found === undefined || found === '') return undefined
  return handshake?.cookies === false ? WITHOUT_ORIGIN : decode(found)
}

/** Spaces and tabs alone (RFC 6265 §5.2): with other blanks a site could pass off its own cookie as one with a `__Host-` name. */
function trim (text: string): string {
  return text.replace(/^[ \t]+/, '').replace(/(?<![ \t])[ \t]+$/, '')
}

function decode (value: string): string {
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
