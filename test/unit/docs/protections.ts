import type { Wording } from '../../../lib/challenge/challenges.ts'
import { apiKey, basic, bearer, http, mutualTls, oauth2, secrets } from '../../../lib/index.ts'
import type { Security } from '../../../lib/requirement/parse.ts'
import { knownRoutes, type Protection } from '../../../lib/routes.ts'

const verify = () => null

/** One scheme of each kind that documents treat differently. */
export const schemes = Object.freeze({
  oauth: oauth2({ flows: { clientCredentials: { tokenUrl: 'https://id.example/token', scopes: { 'pets:read': '', 'pets:write': '' } } }, verify }),
  partner: apiKey({ in: 'header', name: 'X-API-Key', roles: ['admin'], verify }),
  param: apiKey({ in: 'query', name: 'key', verify }),
  session: apiKey({ in: 'cookie', name: 'sid', verify }),
  staff: basic({ verify }),
  service: bearer({ query: 'access_token', verify }),
  tls: mutualTls({ verify }),
  proof: http({ scheme: 'DPoP', registered: true, parse: (text) => text, verify, refusals: ['proof_invalid', 'nonce_required'] }),
  fixed: apiKey({ in: 'header', name: 'X-Fixed', verify: secrets([{ value: 'fixed', credentials: {} }]), refusals: ['too_many_attempts', 'access_denied'] })
})

const wording: Omit<Wording, 'metadataUrl'> = { realm: 'api', shown: (reason) => reason }

/** What the guard of a route with this declaration works with. */
export function protect (security: Security): Protection {
  const protection = knownRoutes(schemes, wording).protect(security, null, 'Route GET /')
  if (protection === 'public') throw new Error('the declaration is public')
  return protection
}
