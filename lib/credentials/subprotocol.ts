import { refuse, type Refusal } from '../scheme.ts'
import { isToken } from '../syntax.ts'

/** What is read and rewritten of an upgrade request. */
export interface UpgradeRequest {
  readonly headers: Record<string, string | string[] | undefined>
  readonly rawHeaders?: string[] | undefined
}

const FIELD = 'sec-websocket-protocol'
const AMBIGUOUS = refuse('credentials_ambiguous')
const MALFORMED = refuse('credentials_malformed')
const MISSING = refuse('subprotocol_missing')

/**
 * Takes the token out of the offered subprotocols, so that it is neither seen by the handler nor echoed in the 101.
 * The token is base64url or base64 without padding behind the prefix; a real subprotocol must stand beside it,
 * because browsers fail a connection for which the server selects none (WHATWG WebSockets).
 *
 * @param prefix for example `base64url.bearer.authorization.k8s.io.`
 */
export function takeSubprotocol (request: UpgradeRequest, prefix: string): string | Refusal | undefined {
  const field = request.headers[FIELD]
  if (typeof field !== 'string' || !field.includes(prefix)) return undefined
  const offered = field.split(',').map((protocol) => protocol.trim())
  const tokens = offered.filter((protocol) => protocol.startsWith(prefix))
  if (tokens.length === 0) return undefined
  const rest = offered.filter((protocol) => !protocol.startsWith(prefix))
  rewrite(request, rest)
  if (tokens.length > 1) return AMBIGUOUS
  if (rest.length === 0) return MISSING
  return rest.every(isToken) ? decode(tokens[0]?.slice(prefix.length) ?? '') : MALFORMED
}

function rewrite (request: UpgradeRequest, rest: readonly string[]): void {
  const value = rest.join(', ')
  if (value === '') delete request.headers[FIELD]
  else request.headers[FIELD] = value
  const lines = request.rawHeaders
  if (lines === undefined) return
  for (let i = lines.length - 2; i >= 0; i -= 2) {
    if (lines[i]?.toLowerCase() === FIELD) lines.splice(i, 2)
  }
  if (value !== '') lines.push('Sec-WebSocket-Protocol', value)
}

function decode (encoded: string): string | Refusal {
  const bytes = Buffer.from(encoded, 'base64url')
  const canonical = encoded.replaceAll('+', '-').replaceAll('/', '_')
  if (bytes.length === 0 || bytes.toString('base64url') !== canonical) return MALFORMED
  const token = bytes.toString('latin1')
  return /^[\x21-\x7e]+$/.test(token) ? token : MALFORMED
}
