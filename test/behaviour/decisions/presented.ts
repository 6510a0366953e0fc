import { basicLine } from '../../support/schemes.ts'
import {
  allow, ANONYMOUS, BASIC, BEARER, BEARER_AMBIGUOUS, BEARER_INVALID, BEARER_MALFORMED, by, cookie, DEVICE, HAWK, key, KEY, QKEY, refused,
  SID, token,
  type Answer, type Row
} from './row.ts'

const missing = (...challenges: string[]) => refused(401, 'credentials_missing', ...challenges)
const malformed = (...challenges: string[]) => refused(401, 'credentials_malformed', ...challenges)
const ambiguous = (...challenges: string[]) => refused(400, 'credentials_ambiguous', ...challenges)
const user = (user: string, pass: string): Answer => allow({ staff: { by: 'staff', user, pass } })

/** STANDARDS §1 H, §4 B, THREATS D. */
const AUTHORIZATION: readonly Row[] = [
  ['the scheme word in any case (H-05)', [{ oauth: [] }], ['Authorization: bEaReR canary-ok'], by({ oauth: [] }), 'oauth'],
  ['the field name in any case', [{ oauth: [] }], ['aUTHORIZATION: Bearer canary-ok'], by({ oauth: [] }), 'oauth'],
  ['several spaces (H-06)', [{ oauth: [] }], ['Authorization: Bearer   canary-ok'], by({ oauth: [] }), 'oauth'],
  ['a tab in place of the space (H-06)', [{ oauth: [] }], ['Authorization: Bearer\tcanary-ok'], missing(BEARER), ''],
  ['a space, then a tab', [{ oauth: [] }], ['Authorization: Bearer \tcanary-ok'], malformed(BEARER_MALFORMED), ''],
  ['a token cut in two (B-02)', [{ oauth: [] }], ['Authorization: Bearer canary-ok canary-ok'], malformed(BEARER_MALFORMED), ''],
  ['a token in quotes (B-02)', [{ oauth: [] }], ['Authorization: Bearer "canary-ok"'], malformed(BEARER_MALFORMED), ''],
  ['two tokens with a comma (B-02)', [{ oauth: [] }], ['Authorization: Bearer canary-ok,canary-ok'], malformed(BEARER_MALFORMED), ''],
  ['a second Authorization value behind a comma', [{ oauth: [] }], ['Authorization: Bearer canary-ok, Basic canary-ok'],
    malformed(BEARER_MALFORMED), ''],
  ['a character that no token has (B-02)', [{ oauth: [] }], ['Authorization: Bearer canary-\xe4'], malformed(BEARER_MALFORMED), ''],
  ['an equals sign within (B-02)', [{ oauth: [] }], ['Authorization: Bearer canary-=ok'], malformed(BEARER_MALFORMED), ''],
  ['equals signs alone (B-02)', [{ oauth: [] }], ['Authorization: Bearer =='], malformed(BEARER_MALFORMED), ''],
  ['every character that a token may have', [{ oauth: [] }], ['Authorization: Bearer canary-azAZ09-._~+/=='],
    refused(401, 'credentials_invalid', BEARER_INVALID), 'oauth'],
  ['nothing after the word (X-15)', [{ oauth: [] }], ['Authorization: Bearer'], malformed(BEARER_MALFORMED), ''],
  ['spaces after the word', [{ oauth: [] }], ['Authorization: Bearer   '], malformed(BEARER_MALFORMED), ''],
  ['an empty field', [{ oauth: [] }], ['Authorization:'], missing(BEARER), ''],
  ['a token without a scheme word', [{ oauth: [] }], ['Authorization: canary-ok'], missing(BEARER), ''],
  ['a scheme word that begins alike', [{ oauth: [] }], ['Authorization: Bearers canary-ok'], missing(BEARER), ''],
  ['the word stuck to the token', [{ oauth: [] }], ['Authorization: Bearercanary-ok'], missing(BEARER), ''],
  ['the word in second place (D05)', [{ oauth: [] }], ['Authorization: X bearer canary-ok'], missing(BEARER), ''],
  ['a token behind another word (B-09, D04)', [{ oauth: [] }], ['Authorization: Basic canary-ok'], missing(BEARER), ''],
  ['a key on a Bearer-only route (B-09)', [{ oauth: [] }], [key('ok')], missing(BEARER), ''],
  ['Proxy-Authorization is another hop\'s (H-09)', [{ oauth: [] }], ['Proxy-Authorization: Bearer canary-ok'], missing(BEARER), ''],
  ['two lines, good first (H-07)', [{ oauth: [] }], [token('ok'), token('null')], ambiguous(BEARER_AMBIGUOUS), ''],
  ['two lines, good last (H-07)', [{ oauth: [] }], [token('null'), token('ok')], ambiguous(BEARER_AMBIGUOUS), ''],
  ['two equal lines', [{ oauth: [] }], [token('ok'), token('ok')], ambiguous(BEARER_AMBIGUOUS), ''],
  ['two lines, the names written differently', [{ oauth: [] }], ['Authorization: Bearer canary-ok', 'authorization: Bearer canary-ok'],
    ambiguous(BEARER_AMBIGUOUS), ''],
  ['two lines, one of them empty', [{ oauth: [] }], ['Authorization:', token('ok')], ambiguous(BEARER_AMBIGUOUS), ''],
  ['two lines of two schemes', [{ oauth: [] }, { staff: [] }], [token('ok'), basicLine('ada:canary-ok')], ambiguous(BEARER_AMBIGUOUS), ''],
  ['two Basic lines: no token was ambiguous, so no Bearer challenge', [{ oauth: [] }, { staff: [] }],
    [basicLine('ada:canary-ok'), basicLine('bob:canary-ok')], ambiguous(), ''],
  ['two Basic lines on a Basic route', [{ staff: [] }], [basicLine('ada:canary-ok'), basicLine('ada:canary-ok')], ambiguous(), ''],
  ['two lines on a route that reads no Authorization', [{ key: [] }], [token('ok'), token('ok'), key('ok')], by({ key: [] }), 'key'],
  ['two realms share the ambiguity', [{ oauth: [] }, { inner: [] }], [token('ok'), token('ok')], ambiguous(BEARER_AMBIGUOUS,
    'Bearer realm="inner", error="invalid_request", error_description="Credentials were presented more than once."'), '']
]

/** STANDARDS §4 B-04 to B-06, X-17. */
const QUERY_TOKENS: readonly Row[] = [
  ['a query token is ignored unless opted in (B-04)', [{ oauth: [] }], ['?access_token=canary-ok'], missing(BEARER), ''],
  ['beside a header token too (B-04)', [{ oauth: [] }], [token('ok'), '?access_token=canary-null'], by({ oauth: [] }), 'oauth'],
  ['opted in', [{ legacy: [] }], ['?access_token=canary-ok'], by({ legacy: [] }), 'legacy'],
  ['opted in, the header still works', [{ legacy: [] }], [token('ok')], by({ legacy: [] }), 'legacy'],
  ['opted in, invalid', [{ legacy: [] }], ['?access_token=canary-null'], refused(401, 'credentials_invalid', BEARER_INVALID), 'legacy'],
  ['header and query (B-05)', [{ legacy: [] }], [token('ok'), '?access_token=canary-null'], ambiguous(BEARER_AMBIGUOUS), ''],
  ['header and query, equal (B-05)', [{ legacy: [] }], [token('ok'), '?access_token=canary-ok'], ambiguous(BEARER_AMBIGUOUS), ''],
  ['repeated (B-06)', [{ legacy: [] }], ['?access_token=canary-ok', '?access_token=canary-null'], ambiguous(BEARER_AMBIGUOUS), ''],
  ['repeated and equal (B-06)', [{ legacy: [] }], ['?access_token=canary-ok', '?access_token=canary-ok'], ambiguous(BEARER_AMBIGUOUS), ''],
  ['repeated, once percent-encoded', [{ legacy: [] }], ['?access_token=canary-ok', '?access%5Ftoken=canary-ok'],
    ambiguous(BEARER_AMBIGUOUS), ''],
  ['empty', [{ legacy: [] }], ['?access_token='], malformed(BEARER_MALFORMED), ''],
  ['a token with a space', [{ legacy: [] }], ['?access_token=canary+ok'], malformed(BEARER_MALFORMED), ''],
  ['a malformed header beside a query token is still two tokens', [{ legacy: [] }], ['Authorization: Bearer', '?access_token=canary-ok'],
    ambiguous(BEARER_AMBIGUOUS), ''],
  ['another Authorization scheme beside a query token is not', [{ legacy: [] }], [basicLine('ada:canary-ok'), '?access_token=canary-ok'],
    by({ legacy: [] }), 'legacy'],
  ['the name in another case', [{ legacy: [] }], ['?Access_Token=canary-ok'], missing(BEARER), ''],
  ['one scheme has opted in, another has not', [{ oauth: [] }, { legacy: [] }], ['?access_token=canary-only-oauth'],
    refused(401, 'credentials_invalid', BEARER_INVALID), 'legacy']
]

/** STANDARDS §5. */
const BASIC_ROWS: readonly Row[] = [
  ['nothing', [{ staff: [] }], [], missing(BASIC), ''],
  ['accepted', [{ staff: [] }], [basicLine('ada:canary-ok')], by({ staff: [] }), 'staff'],
  ['invalid, and Basic has no error', [{ staff: [] }], [basicLine('ada:canary-null')], refused(401, 'credentials_invalid', BASIC), 'staff'],
  ['BASIC in capitals (H-05)', [{ staff: [] }], [basicLine('ada:x').replace('Basic', 'BASIC')], user('ada', 'x'), 'staff'],
  ['the first colon divides (BA-04)', [{ staff: [] }], [basicLine('u:p:q:')], user('u', 'p:q:'), 'staff'],
  ['no colon (BA-05)', [{ staff: [] }], [basicLine('abc')], malformed(BASIC), ''],
  ['a control character in the user-id (BA-06)', [{ staff: [] }], [basicLine('u\n:p')], malformed(BASIC), ''],
  ['a control character in the password (BA-06)', [{ staff: [] }], [basicLine('u:p\x7f')], malformed(BASIC), ''],
  ['NUL (BA-06)', [{ staff: [] }], [basicLine('u:p\x00')], malformed(BASIC), ''],
  ['junk behind the base64 (BA-07)', [{ staff: [] }], ['Authorization: Basic dTpw!'], malformed(BASIC), ''],
  ['the base64url alphabet (BA-07)', [{ staff: [] }], ['Authorization: Basic dTp-_w=='], malformed(BASIC), ''],
  ['white space within (BA-07)', [{ staff: [] }], ['Authorization: Basic dTp w'], malformed(BASIC), ''],
  ['padding left out (BA-07)', [{ staff: [] }], ['Authorization: Basic dTpwcQ'], malformed(BASIC), ''],
  ['padding too much (BA-07)', [{ staff: [] }], ['Authorization: Basic dTpw===='], malformed(BASIC), ''],
  ['unused bits set (BA-07)', [{ staff: [] }], ['Authorization: Basic dTpwcR=='], malformed(BASIC), ''],
  ['nothing after the word', [{ staff: [] }], ['Authorization: Basic'], malformed(BASIC), ''],
  ['octets that are not UTF-8 (BA-08)', [{ staff: [] }], [basicLine(Buffer.from('u:\xe9', 'latin1'))], malformed(BASIC), ''],
  ['a surrogate in UTF-8 (BA-08)', [{ staff: [] }], [basicLine(Buffer.from('753aeda080', 'hex'))], malformed(BASIC), ''],
  ['a composed letter arrives as sent (BA-08)', [{ staff: [] }], [basicLine('u:\u00e9')], user('u', '\u00e9'), 'staff'],
  ['a decomposed letter arrives as sent (BA-08)', [{ staff: [] }], [basicLine('u:e\u0301')], user('u', 'e\u0301'), 'staff'],
  ['a byte order mark arrives as sent', [{ staff: [] }], [basicLine('\ufeffu:p')], user('\ufeffu', 'p'), 'staff'],
  ['a space in the password (BA-09)', [{ staff: [] }], [basicLine('u: p ')], user('u', ' p '), 'staff'],
  ['a user-id beyond ASCII (BA-09)', [{ staff: [] }], [basicLine('zo\u00eb\u{1f512}:p')], user('zo\u00eb\u{1f512}', 'p'), 'staff'],
  ['an empty user-id (BA-09)', [{ staff: [] }], [basicLine(':p')], user('', 'p'), 'staff'],
  ['an empty password', [{ staff: [] }], [basicLine('u:')], user('u', ''), 'staff'],
  ['a scheme of one\'s own: malformed', [{ device: [] }], ['Authorization: Device ???'], malformed(DEVICE), ''],
  ['a scheme of one\'s own: in capitals', [{ device: [] }], ['Authorization: DEVICE canary-ok'], by({ device: [] }), 'device'],
  ['a scheme of one\'s own: nothing after the word', [{ hawk: [] }], ['Authorization: Hawk'], malformed(HAWK), '']
]

const KEYS: readonly Row[] = [
  ['a header key', [{ key: [] }], [key('ok')], by({ key: [] }), 'key'],
  ['a header key, the name in capitals', [{ key: [] }], ['X-API-KEY: canary-ok'], by({ key: [] }), 'key'],
  ['a header key, empty', [{ key: [] }], ['X-API-Key:'], malformed(KEY), ''],
  ['a header key twice (D02)', [{ key: [] }], [key('ok'), key('null')], ambiguous(), ''],
  ['a header key twice and equal', [{ key: [] }], [key('ok'), key('ok')], ambiguous(), ''],
  ['a header key twice, one empty', [{ key: [] }], ['X-API-Key:', key('ok')], ambiguous(), ''],
  ['a header key with underscores is another field (D14)', [{ key: [] }], ['X_API_Key: canary-ok'], missing(KEY), ''],
  ['a header key is not a token', [{ key: [] }], [token('ok')], missing(KEY), ''],
  ['a header key with a comma is one key', [{ key: [] }], ['X-API-Key: canary-ok, canary-ok'], refused(401, 'credentials_invalid', KEY),
    'key'],
  ['a field called __proto__ (D13)', [{ key: [] }], ['__proto__: canary-ok', 'constructor: canary-ok'], missing(KEY), ''],
  ['a query key', [{ qkey: [] }], ['?key=canary-ok'], by({ qkey: [] }), 'qkey'],
  ['a query key, percent-encoded', [{ qkey: [] }], ['?k%65y=canary%2Dok'], by({ qkey: [] }), 'qkey'],
  ['a query key, empty', [{ qkey: [] }], ['?key='], malformed(QKEY), ''],
  ['a query key without a value', [{ qkey: [] }], ['?key'], malformed(QKEY), ''],
  ['a query key twice (D16)', [{ qkey: [] }], ['?key=canary-ok', '?key=canary-null'], ambiguous(), ''],
  ['a query key in brackets is another parameter (D16)', [{ qkey: [] }], ['?key[]=canary-ok'], missing(QKEY), ''],
  ['a query key called __proto__ (D16)', [{ qkey: [] }], ['?__proto__=canary-ok', '?__proto__[key]=canary-ok'], missing(QKEY), ''],
  ['a query key does not count in a header', [{ qkey: [] }], ['key: canary-ok'], missing(QKEY), ''],
  ['a cookie', [{ session: [] }], [cookie('ok')], by({ session: [] }), 'session'],
  ['a cookie among others', [{ session: [] }], ['Cookie: theme=dark; sid=canary-ok; sid2=canary-null'], by({ session: [] }), 'session'],
  ['a cookie, percent-encoded (K-03)', [{ session: [] }], ['Cookie: sid=canary%2Dok'], by({ session: [] }), 'session'],
  ['a cookie, quoted: the quotes are of the value, as for @fastify/cookie (K-03)', [{ session: [] }], ['Cookie: sid="canary-ok"'],
    refused(401, 'credentials_invalid', SID), 'session'],
  ['a cookie, the name in capitals (K-03)', [{ session: [] }], ['Cookie: SID=canary-ok'], missing(SID), ''],
  ['a cookie, invalid', [{ session: [] }], [cookie('null')], refused(401, 'credentials_invalid', SID), 'session'],
  ['a cookie, empty, is none', [{ session: [] }], ['Cookie: sid='], missing(SID), ''],
  ['a cookie without a value is none', [{ session: [] }], ['Cookie: sid'], missing(SID), ''],
  ['a cookie with a stray percent sign', [{ session: [] }], ['Cookie: sid=canary%ZZ'], refused(401, 'credentials_invalid', SID), 'session'],
  ['a cookie twice on one line (K-02)', [{ session: [] }], ['Cookie: sid=canary-ok; sid=canary-null'], ambiguous(), ''],
  ['a cookie twice, the other way round (K-02)', [{ session: [] }], ['Cookie: sid=canary-null; sid=canary-ok'], ambiguous(), ''],
  ['a cookie twice on two lines (K-02)', [{ session: [] }], ['Cookie: sid=canary-ok', 'Cookie: sid=canary-null'], ambiguous(), ''],
  ['a cookie twice, one empty', [{ session: [] }], ['Cookie: sid=; sid=canary-ok'], ambiguous(), ''],
  ['cookies on several lines (K-01)', [{ session: [] }], ['Cookie: theme=dark', 'Cookie: sid=canary-ok'], by({ session: [] }), 'session'],
  ['another cookie twice', [{ session: [] }], ['Cookie: theme=dark; sid=canary-ok; theme=light'], by({ session: [] }), 'session'],
  ['a cookie called __proto__ (D15)', [{ session: [] }], ['Cookie: __proto__=canary-ok; __proto__.sid=canary-ok'], missing(SID), ''],
  ['no cookie is read from another field', [{ session: [] }], ['Cookie2: sid=canary-ok', 'sid: canary-ok'], missing(SID), ''],
  ['a public route is not disturbed by repetition', [], [token('ok'), token('ok'), key('ok'), key('ok')], ANONYMOUS, '']
]

export const PRESENTED: readonly Row[] = [...AUTHORIZATION, ...QUERY_TOKENS, ...BASIC_ROWS, ...KEYS]
