import { Refusal, refuse, type CredentialSource } from '../scheme.ts'
import { credentialsFor } from '../syntax.ts'
import { isRepeated } from './lines.ts'

const AMBIGUOUS = refuse('credentials_ambiguous')
/** The same refusal when none of the lines is for the scheme: a value of its own, so that no challenge speaks of the scheme. */
const AMBIGUOUS_ELSEWHERE = new Refusal('credentials_ambiguous')

/**
 * Reads what follows the scheme word in the Authorization field (RFC 9110 §11.6.2), `''` when nothing does.
 * Credentials of another scheme are absent.
 *
 * @param scheme the scheme word in lower case
 */
export function readAuthorization (source: CredentialSource, scheme: string): string | Refusal | undefined {
  const field = source.headers.authorization
  if (field === undefined) return undefined
  if (typeof field !== 'string') return AMBIGUOUS
  if (isRepeated(source, 'authorization')) return isFor(source, scheme) ? AMBIGUOUS : AMBIGUOUS_ELSEWHERE
  return credentialsFor(field, scheme)
}

function isFor ({ raw: { rawHeaders = [] } }: CredentialSource, scheme: string): boolean {
  return rawHeaders.some((line, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'authorization' &&
    credentialsFor(line, scheme) !== undefined)
}
