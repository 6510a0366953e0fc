import t from 'tap'
import { BOOT_ERRORS, REASONS, refusalError, refusalErrorCode, type BootErrorCode, type Reason } from '../../lib/errors.ts'

const CODES = Object.keys(REASONS) as Reason[]

t.test('every reason has the status and the error that the contract names', async (t) => {
  const table: [status: number, error: string | null, reasons: Reason[]][] = [
    [400, 'invalid_request', ['credentials_ambiguous', 'subprotocol_missing']],
    [401, null, ['credentials_missing']],
    [401, 'invalid_token', ['credentials_malformed', 'credentials_invalid', 'token_expired', 'token_not_yet_valid', 'token_revoked', 'session_expired', 'account_disabled']],
    [401, 'invalid_dpop_proof', ['proof_invalid']],
    [401, 'use_dpop_nonce', ['nonce_required']],
    [401, 'insufficient_user_authentication', ['authentication_too_weak']],
    [403, 'insufficient_scope', ['scope_insufficient']],
    [403, null, ['access_denied', 'certificate_missing', 'origin_not_allowed', 'address_not_allowed', 'transport_insecure']],
    [429, null, ['too_many_attempts']],
    [503, null, ['verifier_unavailable']]
  ]
  for (const [status, error, reasons] of table) {
    for (const reason of reasons) t.match(REASONS[reason], { status, error }, reason)
  }
  t.strictSame(table.flatMap(([, , reasons]) => reasons).sort(), [...CODES].sort(), 'and there are no others')
  t.equal(CODES.length, 21)
})

t.test('errors go with their status (RFC 6750 §3.1)', async (t) => {
  const status = {
    invalid_request: 400,
    invalid_token: 401,
    insufficient_scope: 403,
    invalid_dpop_proof: 401,
    use_dpop_nonce: 401,
    insufficient_user_authentication: 401
  }
  for (const reason of CODES) {
    const { error } = REASONS[reason]
    if (error !== null) t.equal(REASONS[reason].status, status[error], reason)
  }
})

t.test('what is shown instead has the same status and shows as itself', async (t) => {
  for (const reason of CODES) {
    const { shownAs, status } = REASONS[reason]
    if (shownAs === undefined) continue
    t.equal(REASONS[shownAs].status, status, reason)
    t.equal(REASONS[shownAs].shownAs, undefined, `${reason}: no chain`)
  }
  t.strictSame(CODES.filter((reason) => REASONS[reason].shownAs !== undefined), ['account_disabled'])
})

t.test('texts are fixed, short, distinct and fit for error_description (RFC 6750 §3)', async (t) => {
  for (const reason of CODES) {
    const { detail } = REASONS[reason]
    t.match(detail, /^[A-Z][\x20\x21\x23-\x5B\x5D-\x7E]+\.$/, `${reason}: a sentence`)
    t.ok(detail.length <= 100, `${reason}: short`)
  }
  t.equal(new Set(CODES.map((reason) => REASONS[reason].detail)).size, CODES.length, 'distinct')
})

t.test('the table cannot be extended', async (t) => {
  t.ok(Object.isFrozen(REASONS))
})

t.test('an application with its own error handler gets a Fastify error', async (t) => {
  for (const reason of CODES) {
    const error = refusalError(reason, [])
    t.ok(error instanceof Error, reason)
    t.match(error, { name: 'FastifyError', code: `FST_SECURITY_${reason.toUpperCase()}`, statusCode: REASONS[reason].status, message: REASONS[reason].detail, reason })
    t.notOk('requiredScopes' in error, `${reason}: no scopes`)
    t.notMatch(error.stack ?? '', /\n\s+at /, `${reason}: a refusal is no fault of the program, so no stack`)
  }
  t.strictSame(refusalError('scope_insufficient', ['read', 'write']).requiredScopes, ['read', 'write'])
  t.not(refusalError('access_denied', []), refusalError('access_denied', []), 'one of its own each')
  t.equal(refusalErrorCode('token_expired'), 'FST_SECURITY_TOKEN_EXPIRED')
})

t.test('the codes of refusals and of boot errors are different', async (t) => {
  const boot = Object.keys(BOOT_ERRORS)
  t.strictSame(CODES.map(refusalErrorCode).filter((code) => boot.includes(code)), [])
})

t.test('every boot error carries its own code, and names what it is given', async (t) => {
  for (const code of Object.keys(BOOT_ERRORS) as BootErrorCode[]) {
    // Each takes as many parts as its text has places.
    const make = BOOT_ERRORS[code] as unknown as new (...parts: string[]) => Error & { code: string }
    const error = new make('first-part', 'second-part', 'third-part', 'fourth-part') // eslint-disable-line new-cap -- made by createError
    t.equal(error.code, code)
    t.match(code, /^FST_SECURITY_[A-Z_]+$/)
    t.ok(error.message.length > 10, `${code}: a message`)
    t.notMatch(error.message, '%s', `${code}: nothing left out`)
  }
})
