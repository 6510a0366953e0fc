import createError, { type FastifyError } from '@fastify/error'

/** `error` codes of RFC 6750 §3.1, RFC 9449 §7.1 and RFC 9470 §3. */
export type ChallengeError =
  | 'invalid_request' | 'invalid_token' | 'insufficient_scope'
  | 'invalid_dpop_proof' | 'use_dpop_nonce' | 'insufficient_user_authentication'

/** What is fixed about a refusal reason. The detail doubles as `error_description`, so it keeps to RFC 6750 §3 characters. */
export interface ReasonRow {
  readonly status: 400 | 401 | 403 | 429 | 503
  readonly error: ChallengeError | null
  readonly detail: string
  /** What callers are told instead, so that an account's existence or state stays private (STANDARDS L-01). */
  readonly shownAs?: Reason
}

/** Every reason for which a request can be refused. */
export type Reason =
  | 'credentials_missing' | 'credentials_malformed' | 'credentials_invalid' | 'token_expired' | 'token_not_yet_valid'
  | 'token_revoked' | 'session_expired' | 'account_disabled' | 'proof_invalid' | 'nonce_required' | 'authentication_too_weak'
  | 'credentials_ambiguous' | 'subprotocol_missing'
  | 'scope_insufficient' | 'access_denied' | 'certificate_missing' | 'origin_not_allowed' | 'address_not_allowed'
  | 'transport_insecure'
  | 'too_many_attempts' | 'verifier_unavailable'

/** The closed table of refusal reasons. `docs/errors.md` explains each to client and server authors. */
export const REASONS: Readonly<Record<Reason, ReasonRow>> = Object.freeze({
  credentials_missing: { status: 401, error: null, detail: 'Credentials are required and were not presented.' },
  credentials_malformed: { status: 401, error: 'invalid_token', detail: 'The credentials presented are malformed.' },
  credentials_invalid: { status: 401, error: 'invalid_token', detail: 'The credentials presented are not valid.' },
  token_expired: { status: 401, error: 'invalid_token', detail: 'The token expired.' },
  token_not_yet_valid: { status: 401, error: 'invalid_token', detail: 'The token is not valid yet.' },
  token_revoked: { status: 401, error: 'invalid_token', detail: 'The token was revoked.' },
  session_expired: { status: 401, error: 'invalid_token', detail: 'The session expired.' },
  account_disabled: { status: 401, error: 'invalid_token', detail: 'The account is disabled.', shownAs: 'credentials_invalid' },
  proof_invalid: { status: 401, error: 'invalid_dpop_proof', detail: 'The proof of possession is missing or not valid.' },
  nonce_required: { status: 401, error: 'use_dpop_nonce', detail: 'The proof of possession must contain the nonce provided.' },
  authentication_too_weak: { status: 401, error: 'insufficient_user_authentication', detail: 'A stronger or more recent authentication is required.' },
  credentials_ambiguous: { status: 400, error: 'invalid_request', detail: 'Credentials were presented more than once.' },
  subprotocol_missing: { status: 400, error: 'invalid_request', detail: 'A token offered as a WebSocket subprotocol must stand beside a real subprotocol.' },
  scope_insufficient: { status: 403, error: 'insufficient_scope', detail: 'The credentials presented do not grant the required scopes.' },
  access_denied: { status: 403, error: null, detail: 'Access is denied.' },
  certificate_missing: { status: 403, error: null, detail: 'A client certificate that this server trusts is required.' },
  origin_not_allowed: { status: 403, error: null, detail: 'The origin of this request is not allowed.' },
  address_not_allowed: { status: 403, error: null, detail: 'The address of this client is not allowed.' },
  transport_insecure: { status: 403, error: null, detail: 'A secure transport is required.' },
  too_many_attempts: { status: 429, error: null, detail: 'Too many attempts were made; try again later.' },
  verifier_unavailable: { status: 503, error: null, detail: 'The credentials cannot be verified at the moment; try again later.' }
})

/** The Fastify error an application's own error handler receives in place of the problem body. */
export interface RefusalError extends FastifyError {
  readonly statusCode: number
  readonly reason: Reason
  readonly requiredScopes?: readonly string[]
}

/** `token_expired` → `FST_SECURITY_TOKEN_EXPIRED`. */
export function refusalErrorCode (reason: Reason): string {
  return `FST_SECURITY_${reason.toUpperCase()}`
}

/** Makes the error for an application's own error handler; no stack, since a refusal is not a fault of the program. */
export function refusalError (reason: Reason, requiredScopes: readonly string[]): RefusalError {
  const error = new REFUSAL_ERRORS[reason]() as FastifyError & { reason: Reason, requiredScopes?: readonly string[] }
  error.reason = reason
  if (requiredScopes.length > 0) error.requiredScopes = requiredScopes
  return error as RefusalError
}

const REFUSAL_ERRORS = Object.fromEntries(
  (Object.keys(REASONS) as Reason[]).map((reason) =>
    [reason, createError(refusalErrorCode(reason), REASONS[reason].detail, REASONS[reason].status, Error, false)])
) as Record<Reason, ReturnType<typeof createError>>

/** Everything that stops an application from starting. Each message names the place and the mend. */
export const BOOT_ERRORS = {
  FST_SECURITY_OPTIONS_INVALID: createError('FST_SECURITY_OPTIONS_INVALID', 'fastify-openapi-security: option %s: %s'),
  FST_SECURITY_ALREADY_REGISTERED: createError('FST_SECURITY_ALREADY_REGISTERED',
    'fastify-openapi-security is registered already in this scope or above it. Register it once; use app.security.default() for another default requirement.'),
  FST_SECURITY_ROUTE_TOO_EARLY: createError('FST_SECURITY_ROUTE_TOO_EARLY',
    'Routes were added before fastify-openapi-security and would stay unguarded: %s. Register and await the plugin before any route.'),
  FST_SECURITY_DEFAULT_TOO_LATE: createError('FST_SECURITY_DEFAULT_TOO_LATE',
    'app.security.default() was called after %s had taken the inherited requirement. Call it before the routes of its scope.'),
  FST_SECURITY_REQUIREMENT_INVALID: createError('FST_SECURITY_REQUIREMENT_INVALID',
    '%s: `security` is not an array of OpenAPI Security Requirement Objects: %s. Write [] for a public route, leave it out to inherit.'),
  FST_SECURITY_SCHEME_UNKNOWN: createError('FST_SECURITY_SCHEME_UNKNOWN',
    '%s: `security` names the scheme "%s", which is not among the plugin\'s `schemes` (%s). Add it there or mend the name.'),
  FST_SECURITY_SCOPE_UNDECLARED: createError('FST_SECURITY_SCOPE_UNDECLARED',
    '%s: `security` asks for %s, which the scheme does not declare (%s). Declare it in the flows or roles, or mend the name.'),
  FST_SECURITY_REQUIREMENT_UNSATISFIABLE: createError('FST_SECURITY_REQUIREMENT_UNSATISFIABLE',
    '%s: the schemes %s both read %s, so no request can satisfy both. Make them alternatives.'),
  FST_SECURITY_SCHEME_INVALID: createError('FST_SECURITY_SCHEME_INVALID', 'Security scheme %s: %s'),
  FST_SECURITY_SCHEMES_CONFLICT: createError('FST_SECURITY_SCHEMES_CONFLICT',
    'The security schemes "%s" and "%s" both read %s. Give each API key its own name, or make them one scheme.'),
  FST_SECURITY_TEXT_INVALID: createError('FST_SECURITY_TEXT_INVALID',
    '%s cannot be written in a header field: only visible ASCII characters and spaces may be used (RFC 9110 §5.5)'),
  FST_SECURITY_VERIFIER_INVALID: createError('FST_SECURITY_VERIFIER_INVALID', '%s: %s'),
  FST_SECURITY_CERTIFICATES_OFF: createError('FST_SECURITY_CERTIFICATES_OFF',
    'Security scheme "%s" is mutualTls, but the server does not ask for client certificates. Set https.requestCert, or name the header and addresses of a trusted proxy.'),
  FST_SECURITY_ORIGINS_MISSING: createError('FST_SECURITY_ORIGINS_MISSING',
    '%s: a WebSocket route accepts the cookie of scheme "%s" but no `websocket.origins` are set; any site could connect as the user (RFC 6455 §10.2). Set them.'),
  FST_SECURITY_WEBSOCKET_INVALID: createError('FST_SECURITY_WEBSOCKET_INVALID', '%s: `config.websocket`: %s'),
  FST_SECURITY_TICKET_INVALID: createError('FST_SECURITY_TICKET_INVALID', 'app.security.ticket(): %s'),
  FST_SECURITY_RENEWAL_INVALID: createError('FST_SECURITY_RENEWAL_INVALID', 'app.security.renew(): %s'),
  FST_SECURITY_ASYNCAPI_INVALID: createError('FST_SECURITY_ASYNCAPI_INVALID', 'app.security.asyncapi(): %s'),
  FST_SECURITY_OPERATIONS_WITHOUT_ROUTE: createError('FST_SECURITY_OPERATIONS_WITHOUT_ROUTE',
    'The option `document` describes operations that no route implements, so nothing enforces what it says of them: %s. Add the routes (with the prefix among `servers`, if there is one), or take the operations out.'),
  FST_SECURITY_DECLARED_TWICE: createError('FST_SECURITY_DECLARED_TWICE',
    '%s: `schema.security` is not what the option `document` says of the operation. Leave one of them out, or mend the document.'),
  FST_SECURITY_DOCUMENT_SCHEME_INVALID: createError('FST_SECURITY_DOCUMENT_SCHEME_INVALID', 'schemesFrom(): components.securitySchemes%s of the document: %s'),
  FST_SECURITY_NOT_REGISTERED: createError('FST_SECURITY_NOT_REGISTERED',
    'fastify-openapi-security is not registered on this instance. Register it on the outermost one, and ask after `await app.ready()`.'),
  FST_SECURITY_DOCUMENT_UNSUPPORTED: createError('FST_SECURITY_DOCUMENT_UNSUPPORTED',
    'The document is "%s"; security is read and written from OpenAPI 3.0 on. Convert it, or register @fastify/swagger with the option `openapi`.')
} as const

/** Name of an error that stops an application from starting. */
export type BootErrorCode = keyof typeof BOOT_ERRORS
