import t from 'tap'
import { refusalsOf } from '../../../lib/docs/refusals.ts'
import type { Security } from '../../../lib/requirement/parse.ts'
import { protect } from './protections.ts'

t.test('a route can come to these refusals', async (t) => {
  const table: [security: Security, ...refusals: string[]][] = [
    [[{ oauth: [] }], '400 credentials_ambiguous', '401 credentials_missing', '503 verifier_unavailable'],
    [[{ oauth: ['pets:read'] }],
      '400 credentials_ambiguous', '401 credentials_missing', '403 scope_insufficient pets:read', '503 verifier_unavailable'],
    [[{ oauth: [] }, { oauth: ['pets:read'] }], '400 credentials_ambiguous', '401 credentials_missing', '503 verifier_unavailable'],
    [[{ partner: ['admin'] }, { oauth: ['pets:read'] }],
      '400 credentials_ambiguous', '401 credentials_missing', '403 scope_insufficient admin', '503 verifier_unavailable'],
    [[{ oauth: ['pets:read'], partner: ['admin'] }],
      '400 credentials_ambiguous', '401 credentials_missing', '403 scope_insufficient pets:read,admin', '503 verifier_unavailable'],
    [[{}, { oauth: ['pets:read'] }], '400 credentials_ambiguous', '401 credentials_invalid', '503 verifier_unavailable'],
    [[{ session: [] }, {}], '400 credentials_ambiguous', '503 verifier_unavailable'],
    [[{ tls: [] }], '403 certificate_missing', '503 verifier_unavailable'],
    [[{ tls: [] }, {}], '503 verifier_unavailable'],
    [[{ tls: [] }, { partner: [] }], '400 credentials_ambiguous', '401 credentials_missing', '503 verifier_unavailable'],
    [[{ tls: [], oauth: [] }], '400 credentials_ambiguous', '401 credentials_missing', '403 certificate_missing', '503 verifier_unavailable'],
    [[{ tls: [], oauth: ['pets:read'] }],
      '400 credentials_ambiguous', '401 credentials_missing', '403 scope_insufficient pets:read', '403 certificate_missing',
      '503 verifier_unavailable']
  ]
  for (const [security, ...refusals] of table) {
    const found = refusalsOf(protect(security), false)
      .map(({ status, reason, requiredScopes }) => [status, reason, ...requiredScopes.length > 0 ? [requiredScopes.join()] : []].join(' '))
    t.strictSame(found, refusals, JSON.stringify(security))
  }
})

t.test('a policy on origins adds its refusal', async (t) => {
  const reasons = refusalsOf(protect([{ oauth: ['pets:read'] }]), true).filter(({ status }) => status === 403).map(({ reason }) => reason)
  t.strictSame(reasons, ['scope_insufficient', 'origin_not_allowed'])
})

t.test('the refusals are those the guard sends, not copies', async (t) => {
  const protection = protect([{ oauth: [] }])
  t.ok(refusalsOf(protection, false).some((refusal) => refusal === protection.answers.anonymous))
})

t.test('two credentials are challenged for where both could be read', async (t) => {
  const [ambiguous] = refusalsOf(protect([{ partner: [] }, { staff: [] }, { service: [] }]), false)
  t.strictSame(ambiguous?.challenges,
    ['Bearer realm="api", error="invalid_request", error_description="Credentials were presented more than once."'])
  t.strictSame(refusalsOf(protect([{ param: [] }]), false)[0]?.challenges, [], 'no scheme that defines an error for it')
})
