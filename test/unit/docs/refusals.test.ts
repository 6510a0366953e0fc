import t from 'tap'
import { refusalsOf } from '../../../lib/docs/refusals.ts'
import { parseChallenges } from '../../../lib/syntax.ts'
import type { Security } from '../../../lib/requirement/parse.ts'
import { protect } from './protections.ts'

const NOWHERE = { origins: false, subprotocol: false }

/** The refusals of a declaration by their keys: status, scopes, and who is challenged; `!` where a challenge says that something failed. */
function shown (security: Security, surroundings = NOWHERE): Record<string, string> {
  return Object.fromEntries(refusalsOf(protect(security), surroundings).map(({ key, answer: { status, requiredScopes, challenges } }) => {
    const asked = (parseChallenges(challenges) ?? []).map(({ scheme, params }) => `${scheme}${params['error'] === undefined ? '' : '!'}`)
    return [key, [status, ...requiredScopes, ...asked].join(' ')]
  }))
}

t.test('a route can come to these refusals', async (t) => {
  const table: [security: Security, refusals: Record<string, string>][] = [
    [[{ oauth: ['pets:read'] }], {
      credentials_missing: '401 Bearer',
      credentials_malformed: '401 Bearer!',
      credentials_invalid: '401 Bearer!',
      credentials_ambiguous: '400 Bearer!',
      scope_insufficient: '403 pets:read Bearer!',
      verifier_unavailable: '503'
    }],
    [[{ oauth: [] }, { oauth: ['pets:read'] }], {
      credentials_missing: '401 Bearer',
      credentials_malformed: '401 Bearer!',
      credentials_invalid: '401 Bearer!',
      credentials_ambiguous: '400 Bearer!',
      verifier_unavailable: '503'
    }],
    [[{ partner: ['admin'] }, { oauth: ['pets:read'] }], {
      credentials_missing: '401 Bearer ApiKey',
      credentials_malformed: '401 Bearer ApiKey',
      credentials_invalid: '401 Bearer ApiKey',
      'credentials_malformed.oauth': '401 Bearer! ApiKey',
      'credentials_invalid.oauth': '401 Bearer! ApiKey',
      credentials_ambiguous: '400',
      'credentials_ambiguous.oauth': '400 Bearer!',
      scope_insufficient: '403 admin',
      'scope_insufficient.oauth': '403 pets:read Bearer!',
      verifier_unavailable: '503'
    }],
    [[{ oauth: ['pets:read'], partner: ['admin'] }], {
      credentials_missing: '401 Bearer ApiKey',
      'credentials_missing.oauth': '401 Bearer',
      credentials_malformed: '401 Bearer! ApiKey',
      'credentials_malformed.oauth': '401 Bearer!',
      credentials_invalid: '401 Bearer! ApiKey',
      'credentials_invalid.oauth': '401 Bearer!',
      'credentials_missing.partner': '401 ApiKey',
      'credentials_malformed.partner': '401 Bearer ApiKey',
      'credentials_malformed.partner.2': '401 ApiKey',
      'credentials_invalid.partner': '401 Bearer ApiKey',
      'credentials_invalid.partner.2': '401 ApiKey',
      credentials_ambiguous: '400 Bearer!',
      'credentials_ambiguous.partner': '400',
      scope_insufficient: '403 pets:read admin Bearer!',
      verifier_unavailable: '503'
    }],
    [[{}, { oauth: ['pets:read'] }], {
      credentials_malformed: '401 Bearer!', credentials_invalid: '401 Bearer!', credentials_ambiguous: '400 Bearer!', verifier_unavailable: '503'
    }],
    [[{ session: [] }, {}], { credentials_ambiguous: '400', verifier_unavailable: '503' }],
    [[{ tls: [] }], { certificate_missing: '403', access_denied: '403', verifier_unavailable: '503' }],
    [[{ tls: [] }, {}], { verifier_unavailable: '503' }],
    [[{ tls: [] }, { partner: [] }], {
      credentials_missing: '401 ApiKey',
      credentials_invalid: '401 ApiKey',
      credentials_malformed: '401 ApiKey',
      credentials_ambiguous: '400',
      verifier_unavailable: '503'
    }],
    [[{ tls: [], oauth: [] }], {
      credentials_missing: '401 Bearer',
      certificate_missing: '403',
      credentials_invalid: '401 Bearer',
      access_denied: '403',
      credentials_malformed: '401 Bearer!',
      'credentials_invalid.oauth': '401 Bearer!',
      credentials_ambiguous: '400 Bearer!',
      verifier_unavailable: '503'
    }],
    [[{ fixed: [] }], {
      credentials_missing: '401 ApiKey',
      credentials_malformed: '401 ApiKey',
      credentials_invalid: '401 ApiKey',
      too_many_attempts: '429',
      access_denied: '403',
      credentials_ambiguous: '400'
    }],
    [[{ fixed: [], tls: [] }], {
      credentials_missing: '401 ApiKey',
      credentials_malformed: '401 ApiKey',
      credentials_invalid: '401 ApiKey',
      too_many_attempts: '429',
      access_denied: '403',
      certificate_missing: '403',
      credentials_ambiguous: '400',
      verifier_unavailable: '503'
    }]
  ]
  for (const [security, refusals] of table) t.strictSame(shown(security), refusals, JSON.stringify(security))
})

t.test('handshakes add theirs', async (t) => {
  t.match(shown([{ oauth: [] }], { origins: true, subprotocol: true }), { origin_not_allowed: '403', subprotocol_missing: '400 Bearer!' })
  t.notMatch(shown([{ oauth: [] }]), { origin_not_allowed: '403' })
})

t.test('the refusals are those the guard sends, not copies', async (t) => {
  const protection = protect([{ oauth: [] }])
  t.ok(refusalsOf(protection, NOWHERE).some(({ answer }) => answer === protection.answers.anonymous))
})
