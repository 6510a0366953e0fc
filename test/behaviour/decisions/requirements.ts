import type { Security } from 'fastify-openapi-security'
import {
  allow, ANONYMOUS, BASIC, BEARER, BEARER_AMBIGUOUS, BEARER_EXPIRED, BEARER_INVALID, BEARER_READ, BEARER_READ_INVALID, BEARER_READ_SHORT,
  by, cookie,
  DEVICE, HAWK, key, KEY, QKEY, refused, role, ROLE, short, SID, token, UNDECIDED, type Answer, type Row
} from './row.ts'
import { basicLine } from '../../support/schemes.ts'

const AND: Security = [{ oauth: ['read'], role: ['admin'] }]
const OR: Security = [{ oauth: ['read'] }, { role: ['admin'] }]
const OR_TURNED: Security = [{ role: ['admin'] }, { oauth: ['read'] }]

const OAUTH_STATES = { absent: [], invalid: [token('null')], short: [token('ok~write')], ok: [token('ok~read')] } as const
const ROLE_STATES = { absent: [], invalid: [role('null')], short: [role('ok~audit')], ok: [role('ok~admin')] } as const
type State = keyof typeof OAUTH_STATES

/** A truth table: for each state of the token the answers for each state of the key. */
function truth (name: string, security: Security, table: Readonly<Record<State, Readonly<Record<State,
  readonly [Answer, verified: string]>>>>): Row[] {
  return (Object.keys(OAUTH_STATES) as State[]).flatMap((oauth) => (Object.keys(ROLE_STATES) as State[]).map((state): Row =>
    [`${name}: token ${oauth}, key ${state}`, security, [...OAUTH_STATES[oauth], ...ROLE_STATES[state]], ...table[oauth][state]]))
}

const missing = (...challenges: string[]) => refused(401, 'credentials_missing', ...challenges)
const invalid = (...challenges: string[]) => refused(401, 'credentials_invalid', ...challenges)
const BOTH = ['read', 'admin']

const AND_ROWS = truth('and', AND, {
  absent: {
    absent: [missing(BEARER_READ, ROLE), ''],
    invalid: [invalid(BEARER_READ, ROLE), 'role'],
    short: [missing(BEARER_READ), 'role'],
    ok: [missing(BEARER_READ), 'role']
  },
  invalid: {
    absent: [invalid(BEARER_READ_INVALID, ROLE), 'oauth'],
    invalid: [invalid(BEARER_READ_INVALID, ROLE), 'oauth role'],
    short: [invalid(BEARER_READ_INVALID), 'oauth role'],
    ok: [invalid(BEARER_READ_INVALID), 'oauth role']
  },
  short: {
    absent: [missing(ROLE), 'oauth'],
    invalid: [invalid(ROLE), 'oauth role'],
    short: [short(BOTH, BEARER_READ_SHORT), 'oauth role'],
    ok: [short(BOTH, BEARER_READ_SHORT), 'oauth role']
  },
  ok: {
    absent: [missing(ROLE), 'oauth'],
    invalid: [invalid(ROLE), 'oauth role'],
    short: [short(BOTH), 'oauth role'],
    ok: [by({ oauth: ['read'], role: ['admin'] }), 'oauth role']
  }
})

const OR_ROWS = truth('or', OR, {
  absent: {
    absent: [missing(BEARER_READ, ROLE), ''],
    invalid: [invalid(BEARER_READ, ROLE), 'role'],
    short: [short(['admin']), 'role'],
    ok: [by({ role: ['admin'] }), 'role']
  },
  invalid: {
    absent: [invalid(BEARER_READ_INVALID, ROLE), 'oauth'],
    invalid: [invalid(BEARER_READ_INVALID, ROLE), 'oauth role'],
    short: [short(['admin']), 'oauth role'],
    ok: [by({ role: ['admin'] }), 'oauth role']
  },
  short: {
    absent: [short(['read'], BEARER_READ_SHORT), 'oauth'],
    invalid: [short(['read'], BEARER_READ_SHORT), 'oauth role'],
    short: [short(['read'], BEARER_READ_SHORT), 'oauth role'],
    ok: [by({ role: ['admin'] }), 'oauth role']
  },
  ok: {
    absent: [by({ oauth: ['read'] }), 'oauth'],
    invalid: [by({ oauth: ['read'] }), 'oauth'],
    short: [by({ oauth: ['read'] }), 'oauth'],
    ok: [by({ oauth: ['read'] }), 'oauth']
  }
})

const OR_TURNED_ROWS = truth('or, declared the other way round', OR_TURNED, {
  absent: {
    absent: [missing(BEARER_READ, ROLE), ''],
    invalid: [invalid(BEARER_READ, ROLE), 'role'],
    short: [short(['admin']), 'role'],
    ok: [by({ role: ['admin'] }), 'role']
  },
  invalid: {
    absent: [invalid(BEARER_READ_INVALID, ROLE), 'oauth'],
    invalid: [invalid(BEARER_READ_INVALID, ROLE), 'role oauth'],
    short: [short(['admin']), 'role oauth'],
    ok: [by({ role: ['admin'] }), 'role']
  },
  short: {
    absent: [short(['read'], BEARER_READ_SHORT), 'oauth'],
    invalid: [short(['read'], BEARER_READ_SHORT), 'role oauth'],
    short: [short(['admin']), 'role oauth'],
    ok: [by({ role: ['admin'] }), 'role']
  },
  ok: {
    absent: [by({ oauth: ['read'] }), 'oauth'],
    invalid: [by({ oauth: ['read'] }), 'role oauth'],
    short: [by({ oauth: ['read'] }), 'role oauth'],
    ok: [by({ role: ['admin'] }), 'role']
  }
})

const DECLARED: readonly Row[] = [
  ['absent is the default: nothing presented', undefined, [], missing(BEARER), ''],
  ['absent is the default: accepted', undefined, [token('ok')], by({ oauth: [] }), 'oauth'],
  ['[] is public: nothing presented', [], [], ANONYMOUS, ''],
  ['[] is public: no verifier runs', [], [token('ok'), key('ok')], ANONYMOUS, ''],
  ['[] is public: bad credentials do not matter', [], [token('throw'), token('null')], ANONYMOUS, ''],
  ['[{}] is public: no verifier runs', [{}], [token('null')], ANONYMOUS, ''],
  ['no scopes asked, none held', [{ oauth: [] }], [token('ok')], by({ oauth: [] }), 'oauth'],
  ['no scopes asked, invalid', [{ oauth: [] }], [token('null')], invalid(BEARER_INVALID), 'oauth'],
  ['all scopes of one requirement are needed', [{ oauth: ['read', 'write'] }], [token('ok~read')], short(['read', 'write'],
    'Bearer realm="api", error="insufficient_scope", scope="read write", error_description="The credentials presented do not grant the required scopes."'), 'oauth'],
  ['the order of scopes does not matter', [{ oauth: ['read', 'write'] }], [token('ok~write~read')], by({ oauth: ['write', 'read'] }),
    'oauth'],
  ['a scope is compared with regard to case', [{ oauth: ['read'] }], [token('ok~Read')], short(['read'], BEARER_READ_SHORT), 'oauth'],
  ['a scope is not a prefix', [{ oauth: ['read'] }], [token('ok~readwrite')], short(['read'], BEARER_READ_SHORT), 'oauth'],
  ['a repeated scope is asked once', [{ oauth: ['read', 'read'] }], [], missing(BEARER_READ), ''],
  ['an OpenID scope needs no declaration', [{ login: ['email'] }], [token('ok~email')], by({ login: ['email'] }), 'login'],
  ['an OpenID scope that is not held', [{ login: ['email'] }], [token('ok~read')], short(['email'],
    'Bearer realm="api", error="insufficient_scope", scope="email", error_description="The credentials presented do not grant the required scopes."'), 'login'],
  ['all roles of one requirement are needed, and HTTP has no challenge for them', [{ role: ['admin', 'audit'] }], [role('ok~admin')],
    short(['admin', 'audit']), 'role'],
  ['roles held', [{ role: ['admin', 'audit'] }], [role('ok~audit~admin')], by({ role: ['audit', 'admin'] }), 'role'],
  ['roles of Basic', [{ staff: ['boss'] }], [basicLine('ada:canary-ok')], short(['boss']), 'staff']
]

const ALTERNATIVES: readonly Row[] = [
  ['(a and b) or c: all absent', [{ oauth: [], key: [] }, { session: [] }], [], missing(BEARER, KEY, SID), ''],
  ['(a and b) or c: c', [{ oauth: [], key: [] }, { session: [] }], [cookie('ok')], by({ session: [] }), 'session'],
  ['(a and b) or c: a and c, and a is not asked', [{ oauth: [], key: [] }, { session: [] }], [token('ok'), cookie('ok')],
    by({ session: [] }), 'session'],
  ['(a and b) or c: a and b', [{ oauth: [], key: [] }, { session: [] }], [token('ok'), key('ok')], by({ oauth: [], key: [] }), 'oauth key'],
  ['(a and b) or c: a alone', [{ oauth: [], key: [] }, { session: [] }], [token('ok')], missing(KEY, SID), 'oauth'],
  ['(a and b) or c: a invalid, c accepted', [{ oauth: [], key: [] }, { session: [] }], [token('null'), key('ok'), cookie('ok')],
    by({ session: [] }), 'oauth session'],
  ['the first declared satisfied alternative is what the handler sees', [{ session: [] }, { oauth: [] }], [token('ok'), cookie('ok')],
    by({ session: [] }), 'session'],
  ['an alternative asks less of the same scheme', [{ oauth: ['admin'] }, { oauth: ['read'] }], [token('ok~read')], by({ oauth: ['read'] }),
    'oauth'],
  ['of several OAuth alternatives the first declared gives the scope of 401', [{ oauth: ['read'] }, { oauth: ['write'] }], [],
    missing(BEARER_READ), ''],
  ['of several OAuth alternatives the first declared gives the scope of 403', [{ oauth: ['read'] }, { oauth: ['write'] }], [token('ok')],
    short(['read'], BEARER_READ_SHORT), 'oauth'],
  ['a scheme in three alternatives is verified once',
    [{ oauth: ['admin'] }, { oauth: ['write'], key: [] }, { oauth: ['read'], role: ['admin'] }],
    [token('ok~read'), key('ok'), role('ok')], short(['admin'],
      'Bearer realm="api", error="insufficient_scope", scope="admin", error_description="The credentials presented do not grant the required scopes."'),
    'oauth role key'],
  ['two bearer-type schemes: one challenge', [{ oauth: [] }, { service: [] }], [], missing(BEARER), ''],
  ['two bearer-type schemes: the first accepts', [{ oauth: [] }, { service: [] }], [token('only-oauth')], by({ oauth: [] }), 'oauth'],
  ['two bearer-type schemes: the second accepts', [{ oauth: [] }, { service: [] }], [token('only-service')], by({ service: [] }),
    'oauth service'],
  ['two bearer-type schemes: neither accepts', [{ oauth: [] }, { service: [] }], [token('null')], invalid(BEARER_INVALID), 'oauth service'],
  ['two bearer-type schemes: the scopes of the first', [{ oauth: ['read'] }, { service: [] }], [], missing(BEARER_READ), ''],
  ['two bearer-type schemes: the first asks no scopes', [{ service: [] }, { oauth: ['read'] }], [], missing(BEARER), ''],
  ['two bearer-type schemes: known to one without the scope', [{ oauth: ['read'] }, { service: [] }], [token('only-oauth')],
    short(['read'], BEARER_READ_SHORT), 'oauth service'],
  ['two realms are two challenges', [{ oauth: [] }, { inner: [] }], [], missing(BEARER, 'Bearer realm="inner"'), ''],
  ['two realms, each with its own error', [{ oauth: [] }, { inner: [] }], [token('token_expired')],
    refused(401, 'token_expired', BEARER_EXPIRED,
      'Bearer realm="inner", error="invalid_token", error_description="The token expired."'), 'oauth inner'],
  ['three places of an API key are three challenges', [{ session: [] }, { qkey: [] }, { key: [] }], [], missing(SID, QKEY, KEY), ''],
  ['Bearer before other registered schemes, unregistered ones last', [{ device: [] }, { hawk: [] }, { staff: [] }, { oauth: [] }], [],
    missing(BEARER, HAWK, BASIC, DEVICE), ''],
  ['ApiKey comes last, after other unregistered schemes', [{ key: [] }, { device: [] }], [], missing(DEVICE, KEY), ''],
  ['one Authorization line, several schemes: Basic is judged by Basic alone', [{ oauth: [] }, { staff: [] }, { device: [] }],
    [basicLine('ada:canary-null')], invalid(BEARER, BASIC, DEVICE), 'staff'],
  ['one Authorization line, several schemes: Device', [{ oauth: [] }, { staff: [] }, { device: [] }], ['Authorization: Device canary-ok'],
    by({ device: [] }), 'device'],
  ['one Authorization line, several schemes: none of them', [{ oauth: [] }, { staff: [] }], ['Authorization: Negotiate canary-ok'],
    missing(BEARER, BASIC), ''],
  ['one satisfied, another invalid', [{ oauth: [] }, { key: [] }], [token('null'), key('ok')], by({ key: [] }), 'oauth key'],
  ['one satisfied, a later one invalid and not even asked', [{ oauth: [] }, { key: [] }], [token('ok'), key('null')], by({ oauth: [] }),
    'oauth'],
  ['one satisfied, another undecided', [{ oauth: [] }, { key: [] }], [token('throw'), key('ok')], by({ key: [] }), 'oauth key'],
  ['one satisfied, another scope-short', [{ oauth: ['read'] }, { key: [] }], [token('ok'), key('ok')], by({ key: [] }), 'oauth key'],
  ['one undecided, another invalid', [{ oauth: [] }, { key: [] }], [token('throw'), key('null')], UNDECIDED, 'oauth key'],
  ['one invalid, another undecided', [{ oauth: [] }, { key: [] }], [token('null'), key('throw')], UNDECIDED, 'oauth key'],
  ['one undecided, another absent', [{ oauth: [] }, { key: [] }], [token('throw')], UNDECIDED, 'oauth'],
  ['one undecided, another scope-short', [{ oauth: ['read'] }, { key: [] }], [token('ok'), key('throw')], UNDECIDED, 'oauth key'],
  ['one undecided in vain, because the other half is absent', [{ oauth: [], key: [] }], [token('throw')], missing(KEY), 'oauth'],
  ['one undecided in vain, because the other half is invalid', [{ oauth: [], key: [] }], [token('throw'), key('null')], invalid(KEY),
    'oauth key'],
  ['both halves needed, one undecided', [{ oauth: [], key: [] }], [token('throw'), key('ok')], UNDECIDED, 'oauth key'],
  ['both halves needed, the other undecided', [{ oauth: [], key: [] }], [token('ok'), key('throw')], UNDECIDED, 'oauth key'],
  ['slow then refused', [{ service: [], key: [] }], [token('later-ok'), key('null')], invalid(KEY), 'service key'],
  ['refused then slow', [{ key: [], service: [] }], [token('later-ok'), key('null')], invalid(KEY), 'key service'],
  ['slow, and refused late', [{ key: [], service: [] }], [token('later-null'), key('ok')], invalid(BEARER_INVALID), 'key service'],
  ['two failures: the one that says more', [{ oauth: [] }, { key: [] }], [token('token_expired'), key('null')],
    refused(401, 'token_expired', BEARER_EXPIRED, KEY), 'oauth key'],
  ['two failures: the first of two that say something', [{ key: [] }, { oauth: [] }], [token('token_expired'), key('session_expired')],
    refused(401, 'session_expired', BEARER_EXPIRED, KEY), 'key oauth'],
  ['a disabled account beside another failure looks like an unknown one', [{ key: [] }, { oauth: [] }],
    [token('token_expired'), key('account_disabled')],
    refused(401, 'token_expired', BEARER_EXPIRED, KEY), 'key oauth'],
  ['the same for a merged challenge', [{ oauth: [] }, { service: [] }], [token('account_disabled')], invalid(BEARER_INVALID),
    'oauth service'],
  ['400 comes before everything', [{ oauth: [] }, { key: [] }], [token('ok'), key('ok'), key('ok')], refused(400, 'credentials_ambiguous'),
    ''],
  ['400 speaks of the ambiguous credential only', [{ oauth: [] }, { key: [] }], [token('ok'), token('ok'), key('ok')],
    refused(400, 'credentials_ambiguous', BEARER_AMBIGUOUS), ''],
  ['a credential of a scheme that the route does not name is no one\'s business', [{ key: [] }], [token('throw'), key('ok')],
    by({ key: [] }), 'key'],
  ['auth holds what the verifier gave', [{ staff: [] }], [basicLine('ada:p:q')],
    allow({ staff: { by: 'staff', user: 'ada', pass: 'p:q' } }), 'staff']
]

export const REQUIREMENTS: readonly Row[] = [...DECLARED, ...AND_ROWS, ...OR_ROWS, ...OR_TURNED_ROWS, ...ALTERNATIVES]
