import type { Wording } from '../../../lib/challenge/challenges.ts'
import { decide, isDenial, type Denial } from '../../../lib/decision/decide.ts'
import { REASONS, type Reason } from '../../../lib/errors.ts'
import { compile, type Policy } from '../../../lib/policy.ts'
import { parseSecurity } from '../../../lib/requirement/parse.ts'
import { refuse, type Outcome } from '../../../lib/scheme.ts'
import { apiKey } from '../../../lib/schemes/apiKey.ts'
import { basic } from '../../../lib/schemes/basic.ts'
import { bearer } from '../../../lib/schemes/bearer.ts'
import { http } from '../../../lib/schemes/http.ts'
import { mutualTls } from '../../../lib/schemes/mutualTls.ts'
import { oauth2 } from '../../../lib/schemes/oauth2.ts'
import { openIdConnect } from '../../../lib/schemes/openIdConnect.ts'

const verify = (): null => null
const tokenUrl = 'https://id.example/token'

export const SCHEMES = {
  oauth: oauth2({ verify, flows: { clientCredentials: { tokenUrl, scopes: { read: '', write: '', admin: '' } } } }),
  login: openIdConnect({ verify, openIdConnectUrl: 'https://id.example/.well-known/openid-configuration' }),
  token: bearer({ verify, roles: ['batch'] }),
  inner: bearer({ verify, realm: 'inner' }),
  outer: bearer({ verify, realm: 'outer' }),
  same: bearer({ verify, realm: 'api' }),
  staff: basic({ verify, roles: ['boss'] }),
  guard: basic({ verify, realm: 'gate "7"' }),
  hawk: http({ scheme: 'Hawk', parse: (text) => text, verify, registered: true }),
  shouting: http({ scheme: 'HAWK', parse: (text) => text, verify, registered: true }),
  device: http({ scheme: 'Device', parse: (text) => text, verify, params: { nonce: 'a' } }),
  key: apiKey({ in: 'header', name: 'X-API-Key', verify, roles: ['admin'] }),
  other: apiKey({ in: 'header', name: 'X-Other-Key', verify }),
  query: apiKey({ in: 'query', name: 'key', verify }),
  session: apiKey({ in: 'cookie', name: 'sid', verify }),
  named: apiKey({ in: 'header', name: 'X-Named', verify, challenge: 'Key' }),
  machine: mutualTls({ verify })
}
export type Name = keyof typeof SCHEMES

/** What became of each scheme: the scopes it was accepted with, or why it was refused; not presented if it is not named. */
export type Became = { readonly [name in Name]?: Reason | readonly string[] }

export const WORDING: Wording = { realm: 'api', shown: (reason) => REASONS[reason].shownAs ?? reason, metadataUrl: null }

export function policyOf (security: readonly { readonly [name in Name]?: readonly string[] }[]): Policy {
  const policy = compile(parseSecurity(security, 'the test'), SCHEMES, 'the test')
  if (policy === 'public') throw new Error('the test asks nothing')
  return policy
}

export function outcomesOf (policy: Policy, became: Became): Outcome[] {
  return policy.slots.map(({ name }) => {
    const outcome = became[name as Name] // the test's own names
    return outcome === undefined ? undefined : typeof outcome === 'string' ? refuse(outcome) : { scopes: outcome }
  })
}

export function denialOf (policy: Policy, outcomes: readonly Outcome[]): Denial {
  const decision = decide(policy, outcomes)
  if (decision === 'anonymous' || !isDenial(decision)) throw new Error('the test is let in')
  return decision
}
