import t from 'tap'
import { ANONYMOUS, decide, isDenial } from '../../../lib/decision/decide.ts'
import type { Reason } from '../../../lib/errors.ts'
import { compile, type Policy } from '../../../lib/policy.ts'
import { parseSecurity } from '../../../lib/requirement/parse.ts'
import { schemeOf } from '../../model/cases.ts'
import { denialOf, outcomesOf, policyOf, type Became } from '../challenge/stage.ts'

type Security = Parameters<typeof policyOf>[0]

// Status, challenged schemes and scopes are compared with the model in test/model; here is which reason a denial gives.
t.test('the reason of a denial', async (t) => {
  const table: [name: string, security: Security, became: Became, reason: Reason][] = [
    ['nothing presented', [{ oauth: [] }, { key: [] }], {}, 'credentials_missing'],
    ['half of an AND', [{ oauth: [], key: [] }], { oauth: [] }, 'credentials_missing'],
    ['one failed', [{ oauth: [] }, { key: [] }], { oauth: 'token_expired' }, 'token_expired'],
    ['one failed, one is missing in an AND', [{ oauth: [], key: [] }], { key: 'credentials_invalid' }, 'credentials_invalid'],
    ['the first of two', [{ oauth: [] }, { key: [] }], { oauth: 'token_expired', key: 'token_revoked' }, 'token_expired'],
    ['one that says more than "not valid"', [{ oauth: [] }, { key: [] }], { oauth: 'credentials_invalid', key: 'token_revoked' }, 'token_revoked'],
    ['one that says more, first', [{ oauth: [] }, { key: [] }], { oauth: 'token_revoked', key: 'credentials_invalid' }, 'token_revoked'],
    ['a disabled account says no more to callers', [{ oauth: [] }, { key: [] }], { oauth: 'account_disabled', key: 'token_revoked' }, 'token_revoked'],
    ['and is the reason if there is no other', [{ oauth: [] }, { key: [] }], { oauth: 'account_disabled', key: 'credentials_invalid' }, 'account_disabled'],
    ['malformed says more than "not valid"', [{ oauth: [] }, { key: [] }], { oauth: 'credentials_invalid', key: 'credentials_malformed' }, 'credentials_malformed'],
    ['no certificate', [{ machine: [] }], {}, 'certificate_missing'],
    ['no certificate beside a good token', [{ oauth: [], machine: [] }], { oauth: [] }, 'certificate_missing'],
    ['no certificate, and a key could be asked for', [{ machine: [] }, { key: [] }], {}, 'credentials_missing'],
    ['a refused certificate', [{ machine: [] }], { machine: 'credentials_invalid' }, 'access_denied'],
    ['a weak certificate', [{ machine: [] }], { machine: 'authentication_too_weak' }, 'access_denied'],
    ['a certificate that may not', [{ machine: [] }], { machine: 'address_not_allowed' }, 'address_not_allowed'],
    ['too few scopes', [{ oauth: ['read'] }], { oauth: [] }, 'scope_insufficient'],
    ['someone who may not', [{ oauth: ['read'] }], { oauth: 'transport_insecure' }, 'transport_insecure'],
    ['someone who may not, and too few scopes', [{ oauth: ['read'], key: [] }], { oauth: [], key: 'access_denied' }, 'access_denied'],
    ['a weak sign-in, and someone who may not', [{ oauth: [], key: [] }], { oauth: 'authentication_too_weak', key: 'access_denied' }, 'authentication_too_weak'],
    ['given twice', [{ oauth: [] }, { key: [] }], { key: 'credentials_ambiguous' }, 'credentials_ambiguous'],
    ['the first of two kinds of 400', [{ oauth: [] }, { key: [] }], { oauth: 'subprotocol_missing', key: 'credentials_ambiguous' }, 'subprotocol_missing'],
    ['undecided', [{ oauth: [] }, { key: [] }], { oauth: 'verifier_unavailable', key: 'token_expired' }, 'verifier_unavailable'],
    ['throttled', [{ oauth: [] }, { key: [] }], { oauth: 'too_many_attempts', key: 'token_expired' }, 'too_many_attempts'],
    ['optional: an explicit credential', [{ oauth: [] }, {}], { oauth: 'token_expired' }, 'token_expired'],
    ['optional: someone who may not', [{ oauth: [] }, {}], { oauth: 'address_not_allowed' }, 'address_not_allowed'],
    ['optional: someone who may not beside an invalid key', [{ key: [] }, { oauth: [] }, {}], { key: 'credentials_invalid', oauth: 'access_denied' }, 'access_denied']
  ]
  for (const [name, security, became, reason] of table) {
    const policy = policyOf(security)
    t.equal(denialOf(policy, outcomesOf(policy, became)).reason, reason, name)
  }
})

t.test('a scheme without a challenge that does not say what is missing', async (t) => {
  const policy = compile(parseSecurity([{ a: [] }], 'the test'), { a: schemeOf({ ambient: true, challengeable: false }, 'a') }, 'the test') as Policy
  t.strictSame(decide(policy, [undefined]), { reason: 'access_denied', failing: [], short: null })
})

t.test('a denial is told from what lets in', async (t) => {
  const policy = policyOf([{ oauth: ['read'] }, {}])
  t.equal(isDenial(decide(policy, outcomesOf(policy, { oauth: 'token_expired' }))), true)
  t.equal(isDenial(decide(policy, outcomesOf(policy, { oauth: ['read'] }))), false)
  t.equal(isDenial(ANONYMOUS), false)
})
