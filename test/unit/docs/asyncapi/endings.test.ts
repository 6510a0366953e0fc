import t from 'tap'
import { describeEndings, describeRefusals, writeEndings, writeRefusals } from '../../../../lib/docs/asyncapi/endings.ts'
import { refusalsOf } from '../../../../lib/docs/refusals.ts'
import { CLOSE_CODES } from '../../../../lib/websocket/close-codes.ts'
import { FIRST_MESSAGE } from '../../../../lib/websocket/message-format.ts'
import type { WebSocketRoute } from '../../../../lib/websocket/settings.ts'
import { protect } from '../../docs/protections.ts'

const protection = protect([{ oauth: ['pets:read'] }])
const shown = refusalsOf(protection, { origins: true, subprotocol: true, limited: true })
const quiet: WebSocketRoute = { refuse: 'http', firstMessage: null, renewal: null }

t.test('refusals are those of the answers, with the close code where it comes instead', async (t) => {
  const codes = (byClose: boolean) => writeRefusals(shown, byClose).map(({ status, code, close }) => `${status} ${code} ${close ?? 'HTTP'}`)
  t.strictSame(codes(false), [
    '400 credentials_ambiguous HTTP', '400 subprotocol_missing HTTP', '401 credentials_missing HTTP', '401 credentials_malformed HTTP',
    '401 credentials_invalid HTTP', '403 scope_insufficient HTTP', '403 origin_not_allowed HTTP', '429 too_many_attempts HTTP', '503 verifier_unavailable HTTP'
  ])
  t.strictSame(codes(true), [
    '400 credentials_ambiguous HTTP', '400 subprotocol_missing HTTP', '401 credentials_missing 3000', '401 credentials_malformed 3000',
    '401 credentials_invalid 3000', '403 scope_insufficient 3003', '403 origin_not_allowed HTTP', '429 too_many_attempts 1013', '503 verifier_unavailable 1013'
  ])
})

t.test('connections end for what their route has on', async (t) => {
  const { policy } = protection
  const codes = (route: WebSocketRoute, perMessage: boolean, asked = policy) =>
    writeEndings(asked, route, perMessage).map(({ code }) => code)
  t.strictSame(codes(quiet, false), [CLOSE_CODES.goingAway, CLOSE_CODES.unauthorized, CLOSE_CODES.forbidden])
  t.strictSame(codes(quiet, false, protect([{ partner: [] }]).policy), [CLOSE_CODES.goingAway, CLOSE_CODES.unauthorized], 'no scopes that could be lost')
  const all = writeEndings(policy, { ...quiet, firstMessage: { ...FIRST_MESSAGE, timeout: 250 }, renewal: FIRST_MESSAGE }, true)
  t.strictSame(all.map(({ code }) => code), [1001, 1008, 1009, 1011, 1013, 3000, 3003, 3008])
  t.match(all.find(({ code }) => code === CLOSE_CODES.timeout)?.description, /250 milliseconds/)
  t.match(all.find(({ code }) => code === CLOSE_CODES.unauthorized)?.description, /token_expired.*first message.*Renewals failed/)
})

t.test('both are written as lists', async (t) => {
  t.equal(describeRefusals([]), '')
  t.match(describeRefusals(writeRefusals(shown, false)), /over HTTP, as the GET.*:\n\n- 400 `credentials_ambiguous`\n/)
  t.match(describeRefusals(writeRefusals(shown, true)), /closed at once.*\n\n(?:.*\n)*- 3003 \(HTTP 403\) `scope_insufficient`\n- 403 `origin_not_allowed`\n/)
  t.match(describeEndings(writeEndings(protection.policy, quiet, false)), /^A connection is closed with:\n\n- 1001: /)
  t.equal(describeEndings([]), '')
})
