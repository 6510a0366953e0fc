import { CERTIFICATE, machine } from '../../support/schemes.ts'
import {
  allow, BEARER, BEARER_EXPIRED, BEARER_INVALID, BEARER_READ_SHORT, by, KEY, key, refused, role, short, token, UNDECIDED, type Row
} from './row.ts'

const invalid = refused(401, 'credentials_invalid', BEARER_INVALID)

/** What a verifier may answer, and what it may not. */
const ANSWERS: readonly Row[] = [
  ['null', [{ oauth: [] }], [token('null')], invalid, 'oauth'],
  ['undefined', [{ oauth: [] }], [token('undefined')], invalid, 'oauth'],
  ['false', [{ oauth: [] }], [token('false')], invalid, 'oauth'],
  ['a promise of null', [{ service: [] }], [token('null')], invalid, 'service'],
  ['a promise of false', [{ service: [] }], [token('later-false')], invalid, 'service'],
  ['a promise of credentials', [{ service: [] }], [token('later-ok~batch')], by({ service: ['batch'] }), 'service'],
  ['a promise, though the scheme is usually synchronous', [{ oauth: [] }], [token('later-ok')], by({ oauth: [] }), 'oauth'],
  ['a thenable of credentials', [{ oauth: [] }], [token('thenable')], by({ oauth: [] }), 'oauth'],
  ...['true', 'string', 'number', 'array', 'array-of-credentials', 'error', 'function', 'symbol', 'throw', 'throw-undefined',
    'throw-nothing', 'reject', 'hang']
    .flatMap((word): Row[] => [
      [`cannot tell: ${word}`, [{ oauth: [] }], [token(word)], UNDECIDED, 'oauth'],
      [`cannot tell: a promise of ${word}`, [{ service: [] }], [token(word)], UNDECIDED, 'service']
    ]),
  ['a parser of credentials that throws', [{ broken: [] }], ['Authorization: Broken canary-ok'], UNDECIDED, ''],
  ['a parser of credentials that throws, but another alternative is satisfied', [{ broken: [] }, { key: [] }],
    ['Authorization: Broken canary-ok', key('ok')], by({ key: [] }), 'key'],
  ['never settles, but another alternative is satisfied', [{ service: [] }, { key: [] }], [token('hang'), key('ok')], by({ key: [] }),
    'service key'],
  ['scopes as text', [{ oauth: ['read', 'write'] }], [token('scopes-text~write~read')],
    allow({ oauth: { by: 'oauth', scopes: 'write read' } }), 'oauth'],
  ['scopes as text with spaces too many', [{ oauth: ['read', 'write'] }], [token('scopes-doubled-spaces~read~write')],
    allow({ oauth: { by: 'oauth', scopes: ' read  write' } }), 'oauth'],
  ['scopes as text with a tab', [{ oauth: ['read'] }], [token('scopes-tab~read~write')], short(['read'], BEARER_READ_SHORT), 'oauth'],
  ['scopes as text with a comma', [{ oauth: ['read'] }], [token('scopes-comma~read~write')], short(['read'], BEARER_READ_SHORT), 'oauth'],
  ['scopes as a Set', [{ oauth: ['read'] }], [token('scopes-set~read')], allow({ oauth: { by: 'oauth', scopes: {} } }), 'oauth'],
  ['scopes as a Set without the scope', [{ oauth: ['read'] }], [token('scopes-set~write')], short(['read'], BEARER_READ_SHORT), 'oauth'],
  ['scopes that can be read once only', [{ oauth: ['admin'] }, { oauth: ['read'] }], [token('scopes-once~read')],
    allow({ oauth: { by: 'oauth', scopes: {} } }), 'oauth'],
  ['scopes as a number', [{ oauth: [] }], [token('scopes-number')], UNDECIDED, 'oauth'],
  ['scopes as an object', [{ oauth: ['read'] }], [token('scopes-object~read')], UNDECIDED, 'oauth'],
  ['scopes of null', [{ oauth: [] }], [token('scopes-null')], UNDECIDED, 'oauth'],
  ['ended, as a Date', [{ oauth: [] }], [token('ended-date')], refused(401, 'token_expired', BEARER_EXPIRED), 'oauth'],
  ['ended, in seconds', [{ oauth: [] }], [token('ended-seconds')], refused(401, 'token_expired', BEARER_EXPIRED), 'oauth'],
  ['ends later, as a Date', [{ oauth: [] }], [token('ends-date')], allow({ oauth: { by: 'oauth', expiresAt: '2100-01-01T00:00:00.000Z' } }),
    'oauth'],
  ['ends later, in seconds', [{ oauth: [] }], [token('ends-seconds')], allow({ oauth: { by: 'oauth', expiresAt: 4102444800 } }), 'oauth'],
  ['ends as text', [{ oauth: [] }], [token('ends-text')], UNDECIDED, 'oauth'],
  ['ends as NaN', [{ oauth: [] }], [token('ends-nan')], UNDECIDED, 'oauth'],
  ['ends as an invalid Date', [{ oauth: [] }], [token('ends-never')], UNDECIDED, 'oauth']
]

/** Every reason, said by a verifier of a token and of a key. */
const REASONS: readonly Row[] = [
  ...([
    ['credentials_missing', ''],
    ['credentials_malformed', ', error="invalid_token", error_description="The credentials presented are malformed."'],
    ['token_expired', ', error="invalid_token", error_description="The token expired."'],
    ['token_not_yet_valid', ', error="invalid_token", error_description="The token is not valid yet."'],
    ['token_revoked', ', error="invalid_token", error_description="The token was revoked."'],
    ['session_expired', ', error="invalid_token", error_description="The session expired."'],
    ['proof_invalid', ', error="invalid_dpop_proof", error_description="The proof of possession is missing or not valid."'],
    ['nonce_required', ', error="use_dpop_nonce", error_description="The proof of possession must contain the nonce provided."'],
    ['authentication_too_weak',
      ', error="insufficient_user_authentication", error_description="A stronger or more recent authentication is required."']
  ] as const).flatMap(([reason, rest]): Row[] => [
    [`${reason}, by a token's verifier`, [{ oauth: [] }], [token(reason)], refused(401, reason, BEARER + rest), 'oauth'],
    [`${reason}, by a key's verifier`, [{ key: [] }], [key(reason)], refused(401, reason, KEY), 'key']
  ]),
  ['account_disabled is told to the log only, by a token\'s verifier', [{ oauth: [] }], [token('account_disabled')], invalid, 'oauth'],
  ['account_disabled is told to the log only, by a key\'s verifier', [{ key: [] }], [key('account_disabled')],
    refused(401, 'credentials_invalid', KEY), 'key'],
  ['a step-up says the scopes too', [{ oauth: ['read'] }], [token('authentication_too_weak')], refused(401, 'authentication_too_weak',
    'Bearer realm="api", error="insufficient_user_authentication", scope="read", error_description="A stronger or more recent authentication is required."'),
  'oauth'],
  ...(['access_denied', 'certificate_missing', 'origin_not_allowed', 'address_not_allowed',
    'transport_insecure'] as const).flatMap((reason): Row[] => [
    [`${reason}, by a token's verifier`, [{ oauth: ['read'] }], [token(reason)], refused(403, reason, BEARER), 'oauth'],
    [`${reason}, by a key's verifier`, [{ key: [] }], [key(reason)], refused(403, reason), 'key']
  ]),
  ['scope_insufficient, by a key\'s verifier', [{ key: [] }], [key('scope_insufficient')], refused(403, 'scope_insufficient'), 'key'],
  ['too_many_attempts, by a token\'s verifier', [{ oauth: [] }], [token('too_many_attempts')], refused(429, 'too_many_attempts'), 'oauth'],
  ['too_many_attempts, by a key\'s verifier', [{ key: [] }], [key('too_many_attempts')], refused(429, 'too_many_attempts'), 'key'],
  ['verifier_unavailable, by a token\'s verifier', [{ oauth: [] }], [token('verifier_unavailable')], UNDECIDED, 'oauth'],
  ['denied here, but satisfied there', [{ oauth: [] }, { key: [] }], [token('access_denied'), key('ok')], by({ key: [] }), 'oauth key']
]

/** DESIGN §2, X-14, M-05. */
const CERTIFICATES: readonly Row[] = [
  ['a certificate alone: missing', [{ machine: [] }], [], refused(403, 'certificate_missing'), ''],
  ['a certificate alone: accepted', [{ machine: ['plant'] }], machine('ok~plant'), by({ machine: ['plant'] }), 'machine'],
  ['a certificate alone: without the role', [{ machine: ['plant'] }], machine('ok'), short(['plant']), 'machine'],
  ['a certificate alone: invalid', [{ machine: [] }], machine('null'), refused(403, 'access_denied'), 'machine'],
  ['a certificate alone: undecided', [{ machine: [] }], machine('throw'), UNDECIDED, 'machine'],
  ['a certificate alone: too weak, but a 401 would need a challenge', [{ machine: [] }], machine('authentication_too_weak'),
    refused(403, 'access_denied'), 'machine'],
  ['a certificate alone: malformed', [{ machine: [] }], ['Client-Cert: nonsense'], refused(403, 'access_denied'), ''],
  ['a certificate alone: not a certificate', [{ machine: [] }], ['Client-Cert: :AAAA:'], refused(403, 'access_denied'), ''],
  ['a certificate alone: twice', [{ machine: [] }], [`Client-Cert: :${CERTIFICATE}:`, `Client-Cert: :${CERTIFICATE}:`],
    refused(400, 'credentials_ambiguous'), ''],
  ['a certificate or a token: 401 lists the token only', [{ machine: [] }, { oauth: [] }], [], refused(401, 'credentials_missing', BEARER),
    ''],
  ['a certificate or a token: certificate', [{ oauth: [] }, { machine: [] }], machine('ok'), by({ machine: [] }), 'machine'],
  ['a certificate or a token: certificate invalid', [{ machine: [] }, { oauth: [] }], machine('null'),
    refused(401, 'credentials_invalid', BEARER), 'machine'],
  ['a certificate or a token: certificate too weak', [{ machine: [] }, { oauth: [] }], machine('authentication_too_weak'),
    refused(401, 'authentication_too_weak', BEARER), 'machine'],
  ['a certificate and a token: certificate missing', [{ machine: [], oauth: [] }], [token('ok')], refused(403, 'certificate_missing'),
    'oauth'],
  ['a certificate and a token: token missing', [{ machine: [], oauth: [] }], machine('ok'), refused(401, 'credentials_missing', BEARER),
    'machine'],
  ['a certificate and a token: both missing', [{ machine: [], oauth: [] }], [], refused(401, 'credentials_missing', BEARER), ''],
  ['a certificate and a token: both', [{ machine: [], oauth: [] }], [...machine('ok'), token('ok')], by({ machine: [], oauth: [] }),
    'machine oauth'],
  ['a certificate and a key: certificate missing, key without the role', [{ machine: [], role: ['admin'] }], [role('ok')],
    refused(403, 'certificate_missing'), 'role']
]

export const VERDICTS: readonly Row[] = [...ANSWERS, ...REASONS, ...CERTIFICATES]
