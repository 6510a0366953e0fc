import { refuse, type CredentialSource, type Refusal } from '../scheme.ts'
import { parseCredentials } from '../syntax.ts'
import { isRepeated } from './lines.ts'

const AMBIGUOUS = refuse('credentials_ambiguous')

/**
 * Reads what follows the scheme word in the Authorization field (RFC 9110 §11.6.2), `''` when nothing does.
 * Credentials of another scheme are absent.
 *
 * @param scheme the scheme word in lower case
 */
export function readAuthorization (source: CredentialSource, scheme: string): string | Refusal | undefined {
  const field = source.headers.authorization
  if (field === undefined) return undefined
  if (typeof field !== 'string' || isRepeated(source, 'authorization')) return AMBIGUOUS
  const credentials = parseCredentials(field)
  return credentials !== null && credentials.scheme === scheme ? credentials.rest : undefined
}
