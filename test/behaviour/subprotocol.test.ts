import websocket, { type WebsocketPluginOptions } from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { apiKey, bearer, type WebSocketOptions } from 'fastify-openapi-security'
import t from 'tap'
import { handshake, portOf } from '../support/drivers.ts'
import { judge } from '../support/oracles.ts'
import { Connection, requestHead, UPGRADE } from '../support/wire.ts'

const PREFIX = 'base64url.bearer.authorization.k8s.io.'
const encode = (token: string) => Buffer.from(token, 'latin1').toString('base64url')
const carry = (token: string, prefix = PREFIX) => prefix + encode(token)

/** What the handler sees. */
interface Seen {
  readonly auth: { readonly token?: { readonly id: string } } | null
  readonly offered: string | null
  readonly raw: string[]
  readonly selected: string
}

async function makeApp (options: WebSocketOptions | undefined, ws: WebsocketPluginOptions = {}): Promise<FastifyInstance> {
  const app = Fastify() as FastifyInstance // plain HTTP
  await app.register(websocket, ws)
  await app.register(fastifySecurity, {
    schemes: {
      // The credentials tell that the right token arrived, without holding it.
      token: bearer({
        query: 'access_token',
        verify: (token) => token.startsWith('canary') ? { id: Buffer.from(token).reverse().toString() } : null
      }),
      key: apiKey({ in: 'header', name: 'X-API-Key', verify: () => ({}) })
    },
    security: [{ token: [] }],
    ...(options === undefined ? {} : { websocket: options })
  })
  const live = (url: string, security: { token?: [], key?: [] }[]) => app.get(url, { websocket: true, schema: { security } as never },
    (socket, request) => { // written for any schemes
      const raw = request.raw.rawHeaders.filter((_, index, lines) => lines[index - index % 2]?.toLowerCase() === 'sec-websocket-protocol')
      socket.send(JSON.stringify({
        auth: request.auth,
        offered: request.headers['sec-websocket-protocol'] ?? null,
        raw,
        selected: socket.protocol
      }))
    })
  live('/guarded', [{ token: [] }])
  live('/optional', [{}, { token: [] }])
  live('/keyed', [{ key: [] }])
  live('/public', [])
  app.get('/plain', async () => 'ran')
  app.get('/plain/public', { schema: { security: [] } }, async () => 'ran')
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app
}

const TOKEN = 'canary-7~~~'
const CARRIED = carry(TOKEN)
const CLASSIC = PREFIX + Buffer.from(TOKEN).toString('base64').replace(/=+$/, '')
const id = Buffer.from(TOKEN).reverse().toString()

type Row = [shows: string, path: string, lines: string[], expected: number | { selected: string, offered: string | null, id?: string },
  code?: string]
const offer = (...protocols: string[]) => `Sec-WebSocket-Protocol: ${protocols.join(', ')}`

const ROWS: readonly Row[] = [
  ['token, then real', '/guarded', [offer(CARRIED, 'app.v1')], { selected: 'app.v1', offered: 'app.v1', id }],
  ['real, then token', '/guarded', [offer('app.v1', CARRIED)], { selected: 'app.v1', offered: 'app.v1', id }],
  ['between two real ones', '/guarded', [offer('app.v2', CARRIED, 'app.v1')], { selected: 'app.v2', offered: 'app.v2, app.v1', id }],
  ['on two lines', '/guarded', [offer('app.v1'), offer(CARRIED)], { selected: 'app.v1', offered: 'app.v1', id }],
  ['without spaces', '/guarded', [`Sec-WebSocket-Protocol:${CARRIED},app.v1`], { selected: 'app.v1', offered: 'app.v1', id }],
  ['with tabs', '/guarded', [`Sec-WebSocket-Protocol: ${CARRIED}\t,\tapp.v1`], { selected: 'app.v1', offered: 'app.v1', id }],
  ['the field name in lower case', '/guarded', [offer(CARRIED, 'app.v1').toLowerCase().replace(CARRIED.toLowerCase(), CARRIED)],
    { selected: 'app.v1', offered: 'app.v1', id }],
  ['base64 in place of base64url', '/guarded', [offer(CLASSIC, 'app.v1')], { selected: 'app.v1', offered: 'app.v1', id }],
  ['a token that is not known', '/guarded', [offer(carry('unknown-token'), 'app.v1')], 401, 'credentials_invalid'],
  ['alone (W-11)', '/guarded', [offer(CARRIED)], 400, 'subprotocol_missing'],
  ['alone, where nothing is needed', '/optional', [offer(CARRIED)], 400, 'subprotocol_missing'],
  ['two tokens', '/guarded', [offer(CARRIED, carry('canary-8'), 'app.v1')], 400, 'credentials_ambiguous'],
  ['two equal tokens', '/guarded', [offer(CARRIED, CARRIED, 'app.v1')], 400, 'credentials_ambiguous'],
  ['two tokens on two lines', '/guarded', [offer(CARRIED, 'app.v1'), offer(CARRIED)], 400, 'credentials_ambiguous'],
  ['beside an Authorization field', '/guarded', [offer(CARRIED, 'app.v1'), `Authorization: Bearer ${TOKEN}`], 400, 'credentials_ambiguous'],
  ['malformed beside an Authorization field', '/guarded', [offer(`${PREFIX}***`, 'app.v1'), `Authorization: Bearer ${TOKEN}`], 400,
    'credentials_ambiguous'],
  ['beside a token in the query', '/guarded?access_token=canary-8', [offer(CARRIED, 'app.v1')], 400, 'credentials_ambiguous'],
  ['beside another Authorization scheme', '/guarded', [offer(CARRIED, 'app.v1'), 'Authorization: Basic YTpi'],
    { selected: 'app.v1', offered: 'app.v1', id }],
  ['nothing behind the prefix', '/guarded', [offer(PREFIX, 'app.v1')], 401, 'credentials_malformed'],
  ['not base64', '/guarded', [offer(`${PREFIX}***`, 'app.v1')], 401, 'credentials_malformed'],
  ['one character', '/guarded', [offer(`${PREFIX}A`, 'app.v1')], 401, 'credentials_malformed'],
  ['padded', '/guarded', [offer(`${PREFIX}${Buffer.from('canary-8').toString('base64')}`, 'app.v1')], 401, 'credentials_malformed'],
  ['unused bits set', '/guarded', [offer(`${PREFIX}${encode('canary-8').slice(0, -1)}h`, 'app.v1')], 401, 'credentials_malformed'],
  ['junk behind it', '/guarded', [offer(`${CARRIED}!`, 'app.v1')], 401, 'credentials_malformed'],
  ['a space in the token', '/guarded', [offer(carry('canary 8'), 'app.v1')], 401, 'credentials_malformed'],
  ['a line break in the token', '/guarded', [offer(carry('canary\r\n8'), 'app.v1')], 401, 'credentials_malformed'],
  ['NUL in the token', '/guarded', [offer(carry('canary\x008'), 'app.v1')], 401, 'credentials_malformed'],
  ['a letter beyond ASCII', '/guarded', [offer(carry('canary\xe9'), 'app.v1')], 401, 'credentials_malformed'],
  ['a quote in the token', '/guarded', [offer(carry('canary"8'), 'app.v1')], 401, 'credentials_malformed'],
  ['the prefix in another case', '/guarded', [offer(CARRIED.replace('base64url', 'Base64Url'), 'app.v1')], 401, 'credentials_missing'],
  ['the prefix within', '/guarded', [offer(`x${CARRIED}`, 'app.v1')], 401, 'credentials_missing'],
  ['no token at all', '/guarded', [offer('app.v1')], 401, 'credentials_missing'],
  ['an empty member (W-12)', '/guarded', [offer(CARRIED, '', 'app.v1')], 401, 'credentials_malformed'],
  ['a member that is no token (W-12)', '/guarded', [offer(CARRIED, 'app v1')], 401, 'credentials_malformed'],
  ['a real one twice, which the ws library refuses (W-12)', '/guarded', [offer(CARRIED, 'app.v1', 'app.v1')], 400],
  ['a token in the Authorization field, and real ones', '/guarded', [`Authorization: Bearer ${TOKEN}`, offer('app.v1', 'app.v2')],
    { selected: 'app.v1', offered: 'app.v1, app.v2', id }],
  ['nothing is needed and nothing carried', '/optional', [offer('app.v1')], { selected: 'app.v1', offered: 'app.v1' }],
  ['nothing is needed, a good token', '/optional', [offer(CARRIED, 'app.v1')], { selected: 'app.v1', offered: 'app.v1', id }],
  ['nothing is needed, a bad token', '/optional', [offer(carry('unknown-token'), 'app.v1')], 401, 'credentials_invalid'],
  ['a key is asked: the token is not seen', '/keyed', [offer(CARRIED, 'app.v1'), 'X-API-Key: some-key'],
    { selected: 'app.v1', offered: 'app.v1' }],
  ['a public route: the token is not seen', '/public', [offer(CARRIED, 'app.v1')], { selected: 'app.v1', offered: 'app.v1' }],
  ['a public route, the token alone', '/public', [offer(CARRIED)], { selected: '', offered: null }],
  ['a public route, two tokens', '/public', [offer(CARRIED, CARRIED, 'app.v1')], { selected: 'app.v1', offered: 'app.v1' }]
]

async function check (t: Tap, app: FastifyInstance, [shows, path, lines, expected, code]: Row): Promise<void> {
  const response = await handshake(app, path, lines)
  judge(response, { secrets: [TOKEN, encode(TOKEN), 'canary-8', CLASSIC.slice(PREFIX.length)] })
  if (typeof expected === 'number') {
    return t.strictSame([response.statusCode, code === undefined ? undefined : (JSON.parse(response.body) as { code: string }).code],
      [expected, code], shows)
  }
  const seen = JSON.parse(response.body) as Seen
  const { selected, offered } = expected
  t.strictSame(
    [response.statusCode, response.headers['sec-websocket-protocol'], seen.selected, seen.offered,
      seen.raw.filter((_, index) => index % 2 === 1).join(', '), seen.auth?.token?.id],
    [101, selected === '' ? undefined : [selected], selected, offered, offered ?? '', expected.id], shows)
}

interface Tap { strictSame (found: unknown, wanted: unknown, message: string): void }

t.test('a token carried as a subprotocol', async (t) => {
  const app = await makeApp(undefined)
  for (const row of ROWS) await check(t, app, row)
  await app.close()
})

t.test('its refusals challenge as others do', async (t) => {
  const app = await makeApp(undefined)
  const table: [offered: string, challenge: string][] = [
    [CARRIED, 'Bearer realm="api", error="invalid_request", error_description="A token offered as a WebSocket subprotocol must stand beside a real subprotocol."'],
    [`${CARRIED}, ${CARRIED}`,
      'Bearer realm="api", error="invalid_request", error_description="Credentials were presented more than once."'],
    [`${PREFIX}***, app.v1`, 'Bearer realm="api", error="invalid_token", error_description="The credentials presented are malformed."'],
    ['app.v1', 'Bearer realm="api"']
  ]
  for (const [offered, challenge] of table) {
    t.strictSame((await handshake(app, '/guarded', [offer(offered)])).headers['www-authenticate'],
      [challenge], offered)
  }
  await app.close()
})

t.test('switched off, a token is a subprotocol like others', async (t) => {
  const app = await makeApp({ subprotocol: false })
  await check(t, app, ['no credentials', '/guarded', [offer(CARRIED, 'app.v1')], 401, 'credentials_missing'])
  await check(t, app, ['those of the Authorization field', '/guarded', [offer('app.v1'), `Authorization: Bearer ${TOKEN}`],
    { selected: 'app.v1', offered: 'app.v1', id }])
  await app.close()
})

t.test('a prefix of one\'s own', async (t) => {
  const app = await makeApp({ subprotocol: 'bearer.' })
  await check(t, app, ['that prefix', '/guarded', [offer(carry(TOKEN, 'bearer.'), 'app.v1')],
    { selected: 'app.v1', offered: 'app.v1', id }])
  await check(t, app, ['the usual prefix', '/guarded', [offer(CARRIED, 'app.v1')], 401, 'credentials_missing'])
  await app.close()
})

t.test('the application chooses among the real ones (W-09, W-10)', async (t) => {
  const offered: string[][] = []
  const handleProtocols = (protocols: Set<string>) => {
    offered.push([...protocols])
    return protocols.has('app.v2') ? 'app.v2' : false
  }
  const app = await makeApp(undefined, { options: { handleProtocols } })
  await check(t, app, ['it chooses the second', '/guarded', [offer('app.v1', CARRIED, 'app.v2')],
    { selected: 'app.v2', offered: 'app.v1, app.v2', id }])
  await check(t, app, ['it chooses none', '/guarded', [offer(CARRIED, 'app.v1')], { selected: '', offered: 'app.v1', id }])
  t.strictSame(offered, [['app.v1', 'app.v2'], ['app.v1']], 'it does not see the token')
  await app.close()
})

t.test('no 101 echoes a token, on whatever route it is asked for (I06)', async (t) => {
  const app = await makeApp(undefined)
  for (const path of ['/guarded', '/optional', '/keyed', '/public', '/plain', '/plain/public', '/nothing']) {
    for (const lines of [[offer(CARRIED, 'app.v1')], [offer(CARRIED)]]) {
      const connection = await Connection.open(portOf(app))
      const response = await connection.send(requestHead('GET', path, [...UPGRADE, ...lines, 'X-API-Key: some-key'])).response()
      const echoed = JSON.stringify(response.lines).includes(encode(TOKEN)) || response.body.includes(encode(TOKEN))
      t.equal(echoed, false, `${path} ${response.statusCode} ${response.headers['sec-websocket-protocol']?.join() ?? ''}`)
      connection.socket.destroy()
    }
  }
  await app.close()
})
