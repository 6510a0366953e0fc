import { isCarried, refuse, type Carrier, type CredentialSource, type Handshake, type Refusal } from '../scheme.ts'
import { isToken68 } from '../syntax.ts'
import { readAuthorization } from './authorization.ts'
import { readQuery } from './query.ts'

const AMBIGUOUS = refuse('credentials_ambiguous')
const MALFORMED = refuse('credentials_malformed')

/** The query parameter of RFC 6750 §2.3. */
export const TOKEN_PARAMETER = 'access_token'

/** How a token comes beside the Authorization field. */
export interface TokenCarriers {
  /** Name of the query parameter, or `null` to ignore the query (RFC 6750 §2.3). */
  readonly query: string | null
  /** Of WebSocket handshakes, if the plugin's options are not to say. */
  readonly websocket: ReadonlySet<Carrier> | undefined
  /** Tells that a token was verified before, and so is well-formed: of long ones nobody has to read every character again. */
  readonly isKnown?: ((token: string) => boolean) | undefined
}

/**
 * Finds a bearer token (RFC 6750 §2): in the Authorization field, in what a WebSocket handshake brings, and in the query if opted in.
 * More than one is ambiguous (RFC 6750 §3.1), even if they are equal.
 */
export function readToken (
  source: CredentialSource, handshake: Handshake | undefined, { query, websocket, isKnown }: TokenCarriers
): string | Refusal | undefined {
  if (handshake === undefined) return checked(join(readAuthorization(source, 'bearer'), inQuery(source, query)), isKnown)
  const on = (carrier: Carrier): boolean => isCarried(websocket, handshake, carrier)
  let found = on('header') ? readAuthorization(source, 'bearer') : undefined
  if (on('subprotocol')) found = join(found, handshake.subprotocol)
  if (on('message')) found = join(found, handshake.message)
  return checked(join(found, inQuery(source, query ?? (on('query') ? TOKEN_PARAMETER : null))), isKnown)
}

function inQuery (source: CredentialSource, name: string | null): string | Refusal | undefined {
  return name === null ? undefined : readQuery(source, name)
}

function join (one: string | Refusal | undefined, other: string | Refusal | undefined): string | Refusal | undefined {
  if (one === undefined) return other
  return other === undefined ? one : AMBIGUOUS
}

function checked (found: string | Refusal | undefined, isKnown: TokenCarriers['isKnown']): string | Refusal | undefined {
  return typeof found !== 'string' || isKnown?.(found) === true || isToken68(found) ? found : MALFORMED
}
