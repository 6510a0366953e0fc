import { TOKEN_PARAMETER } from '../credentials/token.ts'
import type { Settings } from '../options.ts'
import type { KnownRoute } from '../routes.ts'
import type { Carrier, Scheme } from '../scheme.ts'
import { TICKET_PARAMETER } from '../websocket/tickets.ts'
import { NO_HANDSHAKE, type Surroundings } from './refusals.ts'

/** What the handshakes of a route are refused for beside its policy, and where they may bring credentials. */
export function surroundingsOf (
  { websocket, protection, socket }: KnownRoute, { origins, subprotocol, websocket: options }: Settings
): Surroundings {
  if (!websocket) return NO_HANDSHAKE
  const schemes = protection === 'public' ? [] : protection.policy.slots.map(({ scheme }) => scheme)
  const takes = (carrier: Carrier, scheme: Scheme): boolean => (scheme.carriers ?? options.carriers).has(carrier)
  const tokens = schemes.filter(({ challenge }) => challenge?.oauth === true)
  const { limits } = options
  return {
    origins: origins !== null,
    subprotocol: subprotocol !== null && tokens.some((scheme) => takes('subprotocol', scheme)),
    limited: schemes.length > 0 &&
      (limits.total < Infinity || limits.perIdentity < Infinity || (socket?.firstMessage ?? null) !== null),
    query: [
      ...(tokens.some((scheme) => takes('query', scheme) && scheme.queryName !== TOKEN_PARAMETER) ? [TOKEN_PARAMETER] : []),
      ...(schemes.some((scheme) => takes('ticket', scheme)) ? [TICKET_PARAMETER] : [])
    ],
    byClose: socket?.refuse === 'close'
  }
}
