import t from 'tap'
import { delayAfter } from '../../lib/client/backoff.ts'
import { CARRIERS, isCredential, type Carrier } from '../../lib/client/carriers.ts'
import { askOnce } from '../../lib/client/credentials.ts'
import {
  countIn, endingOf, endingOfNone, isHopeless, isTransient, NO_FAILURES, type Ending, type Failures, type Reached
} from '../../lib/client/endings.ts'
import { readControl, writeAuthenticate } from '../../lib/client/messages.ts'
import { takeSubprotocol } from '../../lib/credentials/subprotocol.ts'
import { CLOSE_CODES } from '../../lib/websocket/close-codes.ts'
import { FIRST_MESSAGE, MESSAGE_TYPES } from '../../lib/websocket/message-format.ts'

t.test('delays double up to a limit, and vary by half', async (t) => {
  const backoff = { initial: 1000, max: 30_000 }
  const table: [failures: number, least: number, most: number][] = [
    [1, 500, 1000], [2, 1000, 2000], [3, 2000, 4000], [5, 8000, 16_000], [6, 15_000, 30_000], [60, 15_000, 30_000], [5000, 15_000, 30_000]
  ]
  for (const [failures, least, most] of table) {
    t.equal(delayAfter(failures, backoff, 0), least, `after ${failures}, least`)
    t.equal(delayAfter(failures, backoff, 1 - Number.EPSILON), most, `after ${failures}, most`)
  }
})

t.test('close codes: what is tried again', async (t) => {
  const table: [code: number, again: boolean, why: string][] = [
    [1000, false, 'finished'], [1001, true, 'going away'], [1002, false, 'protocol error'], [1003, false, 'data of a wrong kind'],
    [1005, false, 'closed without a code'], [1006, true, 'lost'], [1007, false, 'data not as it should be'], [1008, false, 'policy'],
    [1009, false, 'message too big'], [1010, false, 'extension missing'], [1011, true, 'internal error'], [1012, true, 'restart'],
    [1013, true, 'try again later'], [1014, true, 'bad gateway'], [1015, false, 'TLS'], [3000, true, 'unauthorized'], [3001, false, 'not ours'],
    [3003, false, 'forbidden'], [3008, true, 'too late'], [4000, false, 'of the application'], [4999, false, 'of the application']
  ]
  for (const [code, again, why] of table) t.equal(isTransient(endingOf(code, '')), again, `${code}: ${why}`)
  const none: [reason: string, again: boolean][] = [['credentials_unavailable', true], ['credentials_missing', false], ['handshake_impossible', false]]
  for (const [reason, again] of none) t.equal(isTransient(endingOfNone(reason)), again, reason)
})

t.test('a close frame is read', async (t) => {
  const table: [code: number, text: string, reason: string, scopes: string[]][] = [
    [3003, 'scope_insufficient pets:read pets:write', 'scope_insufficient', ['pets:read', 'pets:write']],
    [3003, 'access_denied', 'access_denied', []],
    [3003, '', '', []],
    [3000, 'token_expired', 'token_expired', []],
    [4001, 'Good bye for now', 'Good bye for now', []]
  ]
  for (const [code, text, reason, scopes] of table) t.strictSame(endingOf(code, text), { code, reason, scopes }, text)
})

t.test('failures are counted, and decide whether the next credential has to be fresh', async (t) => {
  const before = (total: number, refused = 0, fresh = false): Failures => ({ total, refused, fresh })
  const unavailable = endingOfNone('credentials_unavailable', new Error('down'))
  const table: [name: string, ending: Ending, reached: Reached, before: Failures, after: Failures][] = [
    ['expired after a long time', endingOf(3000, 'token_expired'), 'lasting', before(7, 3), before(1, 1, true)],
    ['refused by close at once', endingOf(3000, 'credentials_invalid'), 'open', before(1, 1, true), before(2, 2, true)],
    ['first message refused', endingOf(3000, ''), 'nothing', before(0), before(1, 1, true)],
    ['first message late', endingOf(3008, ''), 'nothing', before(1, 1), before(2, 2, false)],
    ['lost after a long time', endingOf(1006, ''), 'lasting', before(4, 4, true), before(1)],
    ['lost soon', endingOf(1006, ''), 'open', before(1, 1), before(2, 1)],
    ['first handshake failed: maybe the token', endingOf(1006, ''), 'nothing', before(0), before(1, 0, true)],
    ['second', endingOf(1006, ''), 'nothing', before(1, 0, true), before(2, 0, true)],
    ['third: hardly the token', endingOf(1006, ''), 'nothing', before(2, 0, true), before(3)],
    ['fourth', endingOf(1006, ''), 'nothing', before(3), before(4, 0, true)],
    ['hundredth', endingOf(1006, ''), 'nothing', before(99), before(100)],
    ['busy', endingOf(1013, ''), 'open', before(0), before(1)],
    ['no credential, and none but a fresh one would do', unavailable, 'nothing', before(1, 1, true), before(2, 1, true)],
    ['no credential', unavailable, 'nothing', before(1), before(2)]
  ]
  for (const [name, ending, reached, given, expected] of table) t.strictSame(countIn(ending, reached, given), expected, name)
  t.strictSame([4, 5, 6].map((refused) => isHopeless(before(9, refused))), [false, true, true])
  t.notOk(isHopeless({ ...NO_FAILURES, total: 1e9 }), 'a network may be down for long')
})

t.test('what the server says about credentials is told from what the application says', async (t) => {
  const table: [text: unknown, read: ReturnType<typeof readControl>][] = [
    [FIRST_MESSAGE.accepted?.(undefined), { type: 'authenticated', expiresAt: undefined }],
    [FIRST_MESSAGE.accepted?.(1_700_000_000), { type: 'authenticated', expiresAt: 1_700_000_000 }],
    ['{ "expires_at": 5.5, "type": "authenticated", "more": [] }', { type: 'authenticated', expiresAt: 5.5 }],
    [JSON.stringify({ type: MESSAGE_TYPES.expiring, expires_at: 7 }), { type: 'expiring', expiresAt: 7 }],
    [JSON.stringify({ type: MESSAGE_TYPES.refused, code: 'token_expired' }), { type: 'refused', code: 'token_expired' }],
    ['{"type":"authenticated","expires_at":"7"}', null],
    ['{"type":"expiring"}', null],
    ['{"type":"expiring","expires_at":null}', null],
    ['{"type":"expiring","expires_at":7,"item":"coupon"}', null],
    ['{"type":"refused"}', null],
    ['{"type":"refused","code":3}', null],
    ['{"type":"authenticate","token":"x"}', null],
    ['{"type":"problem","code":"scope_insufficient"}', null],
    ['["expiring"]', null],
    ['"expiring"', null],
    ['{"type":"expiring"', null],
    ['expiring', null],
    ['null', null],
    [`{"type":"refused","code":"${'x'.repeat(200)}"}`, null],
    [new ArrayBuffer(3), null]
  ]
  for (const [text, read] of table) t.strictSame(readControl(text), read, String(text))
})

t.test('client and server use the same words', async (t) => {
  t.equal(FIRST_MESSAGE.read(writeAuthenticate('a.b"c')), 'a.b"c')
  t.strictSame(Object.keys(MESSAGE_TYPES).sort(), ['authenticate', 'authenticated', 'expiring', 'problem', 'refused'])
  const { unauthorized, forbidden, timeout, tryAgainLater, policyViolation, tooBig, goingAway, internalError } = CLOSE_CODES
  t.strictSame([unauthorized, timeout, tryAgainLater, goingAway, internalError, forbidden, policyViolation, tooBig].map((code) => isTransient(endingOf(code, ''))),
    [true, true, true, true, true, false, false, false])
  const { refused, fresh } = countIn(endingOf(unauthorized, ''), 'lasting', NO_FAILURES)
  t.strictSame({ refused, fresh }, { refused: 1, fresh: true })
  t.strictSame(endingOf(forbidden, 'scope_insufficient a').scopes, ['a'])
})

t.test('each carrier puts the credential in its place', async (t) => {
  const prefix = 'base64url.bearer.authorization.k8s.io.'
  const target = { url: 'wss://api.example/live?room=a%20b', protocols: ['chat.v1', 'chat.v2'], prefix }
  const alone = { url: 'wss://api.example/live', protocols: [], prefix }
  const table: [carrier: Carrier, from: typeof target | typeof alone, credential: string, handshake: object][] = [
    ['subprotocol', target, 'a.b~c', { url: target.url, protocols: ['chat.v1', 'chat.v2', `${prefix}YS5ifmM`] }],
    ['subprotocol', alone, '>>>???', { url: alone.url, protocols: ['fastify-openapi-security', `${prefix}Pj4-Pz8_`] }],
    ['message', target, 'a.b', { url: target.url, protocols: target.protocols }],
    ['ticket', target, 'a+b', { url: 'wss://api.example/live?room=a%20b&ticket=a%2Bb', protocols: target.protocols }],
    ['ticket', alone, 'a', { url: 'wss://api.example/live?ticket=a', protocols: [] }],
    ['query', alone, 'a&b=c#', { url: 'wss://api.example/live?access_token=a%26b%3Dc%23', protocols: [] }],
    ['header', target, 'a.b', { url: target.url, protocols: target.protocols, headers: { Authorization: 'Bearer a.b' } }]
  ]
  for (const [carrier, from, credential, handshake] of table) t.strictSame(CARRIERS[carrier](from, credential), handshake, `${carrier}: ${credential}`)
  for (const token of ['a', 'ab', 'abc', 'abcd', '~'.repeat(300), '>?>?']) {
    const headers = { 'sec-websocket-protocol': CARRIERS.subprotocol(alone, token).protocols.join(', ') }
    t.equal(takeSubprotocol({ headers }, prefix), token, `${token}: as the server reads it`)
    t.equal(headers['sec-websocket-protocol'], 'fastify-openapi-security')
  }
})

t.test('what cannot be a credential is told apart', async (t) => {
  const table: [value: unknown, is: boolean][] = [
    ['a', true], ['a.b-c_d~e+f/g==', true], ['', false], ['a b', false], ['a\r\nX: y', false], ['\u00E9', false], ['\u{1F600}', false],
    [undefined, false], [7, false], [['a'], false], [{}, false]
  ]
  for (const [value, is] of table) t.equal(isCredential(value), is, JSON.stringify(value))
})

t.test('a source is asked once at a time', async (t) => {
  const asked: boolean[] = []
  let answer = (_: string | null): void => {}
  const { signal } = new AbortController()
  const ask = askOnce((request) => {
    asked.push(request.fresh)
    t.equal(request.signal, signal)
    return new Promise((resolve) => { answer = resolve })
  }, signal)
  const both = [ask(false), ask(true)]
  answer('one')
  t.strictSame(await Promise.all(both), ['one', 'one'])
  const third = ask(true)
  answer(null)
  t.equal(await third, null)
  t.strictSame(asked, [false, true])
})

const NEVER = new AbortController().signal

t.test('a source that gives something else rejects, without what it gave', async (t) => {
  const secret = 'top secret \u00E9'
  const table: [name: string, source: () => unknown][] = [
    ['text that is no token', () => secret], ['nothing', () => undefined], ['a number', () => 7], ['a promise of it', async () => secret]
  ]
  for (const [name, source] of table) {
    const asked = askOnce(source as () => string, NEVER)(false) // from JavaScript
    const error: unknown = await asked.then(() => null, (error: unknown) => error)
    t.ok(error instanceof TypeError, name)
    t.notMatch(String((error as TypeError).stack), 'top secret', name)
  }
  await t.rejects(askOnce(() => { throw new Error('login is down') }, NEVER)(false), { message: 'login is down' })
})
