import t from 'tap'
import { setTimeout as wait } from 'node:timers/promises'
import { refuse } from '../../../lib/scheme.ts'
import { oauth2 } from '../../../lib/schemes/oauth2.ts'
import { compile, type Policy } from '../../../lib/policy.ts'
import { parseSecurity } from '../../../lib/requirement/parse.ts'
import { apiKey } from '../../../lib/schemes/apiKey.ts'
import { inbound } from '../../../lib/websocket/inbound.ts'
import { FIRST_MESSAGE } from '../../../lib/websocket/message-format.ts'
import { renew, renewableSlot, type Renewing } from '../../../lib/websocket/renewal.ts'
import { revocations } from '../../../lib/websocket/revocations.ts'
import { Sessions } from '../../../lib/websocket/sessions.ts'
import type { Session } from '../../../lib/websocket/session.ts'
import { admissionOf, FakeNetwork, fakeRequest, FakeSocket, immediates, routeOf, settingsOf } from './stage.ts'

const flows = { clientCredentials: { tokenUrl: 'https://id.example/token', scopes: { read: '' } } }

/** `late` takes a while, `gone` is expired, `down` cannot be judged; others are a subject, and what may be read. */
function verify (token: string): unknown {
  if (token === 'gone') return refuse('token_expired')
  if (token === 'down') throw new Error('no answer')
  if (token === 'late') return wait(30).then(() => ({ subject: 'ada', scopes: ['read'] }))
  const [subject, scope] = token.split('.')
  return { subject: subject === '' ? undefined : subject, scopes: scope === undefined ? ['read'] : [] }
}

const schemes = {
  oauth: oauth2({ flows, verify: verify as never }),
  key: apiKey({ in: 'header', name: 'X-Key', verify: (key) => ({ subject: key }) })
}

function compiled (security: Parameters<typeof parseSecurity>[0]): Policy {
  return compile(parseSecurity(security, 'the test'), schemes, 'the test') as Policy // it asks something
}

const POLICY = compiled([{ oauth: ['read'] }, { oauth: [], key: [] }])

function stage (subject: string | null = 'ada', key?: object) {
  const settings = settingsOf({ renewal: true })
  const sessions = new Sessions(settings, () => {})
  const noted = revocations()
  const shown: unknown[] = []
  const renewing: Renewing = {
    sessions,
    revocations: noted,
    gathering: ({ request }) => ({ policy: POLICY, request, handshake: undefined, verifyTimeout: 1000, onVerifierError () {} }),
    authenticate: ({ admission }) => { shown.push(admission.outcomes[0]) }
  }
  const admission = admissionOf(subject === null ? null : { subject, scopes: ['read'] }, key, POLICY)
  const errors: unknown[] = []
  const route = routeOf(settings, null, POLICY)
  const session = sessions.open(fakeRequest(errors), new FakeNetwork(), route, admission) as Session // there is room
  const socket = new FakeSocket()
  sessions.establish(session, socket)
  return { sessions, noted, renewing, session, socket, shown, errors }
}

t.test('only the same identity renews, with what still satisfies', async (t) => {
  const table: [token: unknown, expected: object, ended: string | null][] = [
    ['ada', { renewed: true }, null], ['late', { renewed: true }, null],
    ['bob', { renewed: false, reason: 'access_denied' }, null], ['.', { renewed: false, reason: 'access_denied' }, null],
    ['gone', { renewed: false, reason: 'token_expired' }, null], ['down', { renewed: false, reason: 'verifier_unavailable' }, null],
    ['a b', { renewed: false, reason: 'credentials_malformed' }, null], [7, { renewed: false, reason: 'credentials_malformed' }, null],
    [undefined, { renewed: false, reason: 'credentials_malformed' }, null],
    ['ada.none', { renewed: false, reason: 'scope_insufficient' }, 'scope_insufficient read']
  ]
  for (const [token, expected, ended] of table) {
    const { session, renewing, shown } = stage()
    const before = session.admission
    t.strictSame(await renew(session, 0, token, renewing), expected, String(token))
    t.equal(session.closing?.reason ?? null, ended)
    const isRenewed = Reflect.get(expected, 'renewed') === true
    t.equal(session.admission === before, !isRenewed, 'what was refused changes nothing')
    t.equal(shown.length, isRenewed ? 1 : 0)
  }
})

t.test('what happens while it is verified counts', async (t) => {
  const revoked = stage()
  const renewing = renew(revoked.session, 0, 'late', revoked.renewing)
  revoked.noted.note(({ credentials }) => Reflect.get(credentials, 'subject') === 'ada')
  t.strictSame(await renewing, { renewed: false, reason: 'token_revoked' })
  const ended = stage()
  const late = renew(ended.session, 0, 'late', ended.renewing)
  ended.sessions.end(ended.session, { code: 3000, reason: 'token_expired' })
  t.strictSame(await late, { renewed: false, reason: 'session_expired' })
})

t.test('which of the credentials is renewed', async (t) => {
  t.equal(renewableSlot(stage().session), 0)
  t.equal(renewableSlot(stage().session, 'oauth'), 0)
  t.equal(renewableSlot(stage().session, 'key'), -1, 'not among those it was let in with')
  t.equal(renewableSlot(stage('ada', { subject: 'till' }).session), 0, 'the token of an AND')
  t.equal(renewableSlot(stage('ada', { subject: 'till' }).session, 'key'), 1)
  t.equal(renewableSlot(stage(null).session), -1, 'anonymous')
})

t.test('a message renews, is answered, and five failures in a row end the connection', async (t) => {
  const { session, socket, renewing } = stage()
  const take = inbound({ ...settingsOf({ renewal: true }) }, null, renewing)
  const say = async (token: string): Promise<string | undefined> => {
    const before = socket.done.length
    t.equal(take?.(session, JSON.stringify({ type: 'authenticate', token }), false), true, 'the handler does not get it')
    await immediates()
    return socket.done[before]
  }
  t.equal(take?.(session, 'hello', false), false, 'others it gets')
  t.equal(take?.(session, Buffer.from('{"type":"authenticate","token":"ada"}'), true), false, 'binary ones too')
  t.equal(await say('ada'), 'send {"type":"authenticated"}')
  for (let i = 0; i < 4; i++) t.equal(await say('bob'), 'send {"type":"refused","code":"access_denied"}')
  t.equal(await say('ada'), 'send {"type":"authenticated"}', 'which begins anew')
  for (let i = 0; i < 4; i++) await say('')
  t.equal(session.closing, null)
  t.equal(await say('gone'), 'close 3000 credentials_invalid')
  t.equal(await say('ada'), undefined, 'it is over')
})

t.test('one attempt at a time', async (t) => {
  const { session, socket, renewing } = stage()
  const take = inbound({ ...settingsOf({ renewal: true }) }, null, renewing)
  for (let i = 0; i < 8; i++) take?.(session, '{"type":"authenticate","token":"late"}', false)
  t.strictSame(socket.done, Array(7).fill('send {"type":"refused","code":"too_many_attempts"}'))
  await wait(60)
  t.equal(socket.done.at(-1), 'send {"type":"authenticated"}')
  t.equal(session.failures, 0)
})

t.test('a format of one\'s own that fails fails that one only', async (t) => {
  const { session, socket, renewing, errors } = stage()
  const accepted = (): never => { throw new Error('accepted') }
  const throws = { ...FIRST_MESSAGE, read: (): never => { throw new Error('read') }, deliver: true }
  const take = inbound({ ...settingsOf(), renewal: throws }, null, renewing)
  t.equal(take?.(session, 'x', false), false, 'delivered')
  await immediates()
  t.strictSame(socket.done, ['send {"type":"refused","code":"credentials_malformed"}'])
  inbound({ ...settingsOf(), renewal: { ...FIRST_MESSAGE, accepted } }, null, renewing)?.(session, '{"type":"authenticate","token":"ada"}', false)
  await immediates()
  t.match(errors, [{ err: { message: 'accepted' } }])
  t.equal(inbound(settingsOf(), null, renewing), null, 'nothing to look at')
})
