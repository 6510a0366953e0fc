import { refuse, type CredentialSource, type Handshake, type Refusal } from '../scheme.ts'
import { isToken68 } from '../syntax.ts'
import { readAuthorization } from './authorization.ts'
import { readQuery } from './query.ts'

const AMBIGUOUS = refuse('credentials_ambiguous')
const MALFORMED = refuse('credentials_malformed')

/**
 * Finds a bearer token (RFC 6750 §2): in the Authorization field, in the WebSocket handshake, and in the query if opted in.
 * More than one is ambiguous (RFC 6750 §3.1), even if they are equal.
 *
 * @param queryName name of the query parameter, or `null` to ignore the query (RFC 6750 §2.3)
 */
export function readToken (
  source: CredentialSource, handshake: Handshake | undefined, queryName: string | null
): string | Refusal | undefined {
  let found = readAuthorization(source, 'bearer')
  if (handshake?.token !== undefined) found = found === undefined ? handshake.token : AMBIGUOUS
  if (queryName !== null) {
    const inQuery = readQuery(source, queryName)
    if (inQuery !== undefined) found = found === undefined ? inQuery : AMBIGUOUS
  }
  return typeof found === 'string' && !isToken68(found) ? MALFORMED : found
}
