import t from 'tap'
import { STATUS_CODES } from 'node:http'
import Fastify from 'fastify'
import { problem } from '../../../lib/challenge/problem.ts'
import { REASONS, type Reason } from '../../../lib/errors.ts'
import { ProblemSchema } from '../../../schemas/problem.ts'

const app = Fastify({ ajv: { customOptions: { coerceTypes: false, removeAdditional: false } } })
app.post('/', { schema: { body: ProblemSchema } }, async () => 'valid')
t.teardown(() => app.close())

/** Whether a body is what the document says it is. */
async function isDocumented (body: object): Promise<boolean> {
  return (await app.inject({ method: 'POST', url: '/', payload: body })).statusCode === 200
}

t.test('every reason has its fixed text', async (t) => {
  for (const code of Object.keys(REASONS) as Reason[]) {
    const { status, detail } = REASONS[code]
    const body = problem(code, [])
    t.strictSame(body, { type: 'about:blank', title: STATUS_CODES[status], status, detail, code }, code)
    t.strictSame(Object.keys(body), ['type', 'title', 'status', 'detail', 'code'], `${code}: order`)
    t.ok(await isDocumented(body), `${code}: as documented`)
  }
  t.notOk(await isDocumented({ ...problem('access_denied', []), code: 'other' }), 'another code is not')
})

t.test('scopes are named if there are any', async (t) => {
  const body = problem('scope_insufficient', ['read', 'write'])
  t.strictSame(body.required_scopes, ['read', 'write'])
  t.ok(await isDocumented(body), 'as documented')
  t.notOk('required_scopes' in problem('scope_insufficient', []))
})

t.test('the texts', async (t) => {
  t.matchOnly(Object.fromEntries((Object.keys(REASONS) as Reason[]).map((code) => [code, `${problem(code, []).title}: ${problem(code, []).detail}`])), {
    credentials_missing: 'Unauthorized: Credentials are required and were not presented.',
    credentials_malformed: 'Unauthorized: The credentials presented are malformed.',
    credentials_invalid: 'Unauthorized: The credentials presented are not valid.',
    token_expired: 'Unauthorized: The token expired.',
    token_not_yet_valid: 'Unauthorized: The token is not valid yet.',
    token_revoked: 'Unauthorized: The token was revoked.',
    session_expired: 'Unauthorized: The session expired.',
    account_disabled: 'Unauthorized: The account is disabled.',
    proof_invalid: 'Unauthorized: The proof of possession is missing or not valid.',
    nonce_required: 'Unauthorized: The proof of possession must contain the nonce provided.',
    authentication_too_weak: 'Unauthorized: A stronger or more recent authentication is required.',
    credentials_ambiguous: 'Bad Request: Credentials were presented more than once.',
    subprotocol_missing: 'Bad Request: A token offered as a WebSocket subprotocol must stand beside a real subprotocol.',
    scope_insufficient: 'Forbidden: The credentials presented do not grant the required scopes.',
    access_denied: 'Forbidden: Access is denied.',
    certificate_missing: 'Forbidden: A client certificate that this server trusts is required.',
    origin_not_allowed: 'Forbidden: The origin of this request is not allowed.',
    address_not_allowed: 'Forbidden: The address of this client is not allowed.',
    transport_insecure: 'Forbidden: A secure transport is required.',
    too_many_attempts: 'Too Many Requests: Too many attempts were made; try again later.',
    verifier_unavailable: 'Service Unavailable: The credentials cannot be verified at the moment; try again later.'
  })
})
