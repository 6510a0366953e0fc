import Fastify, { type FastifyInstance, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import { apiKey, basic, bearer, http, refuse, type FastifySecurityOptions, type Security } from 'fastify-openapi-security'
import t from 'tap'
import { addTwins, makeApplication } from '../support/application.ts'
import { handshake, HANDSHAKE, ORIGIN, request, SOCKET, type Presented } from '../support/drivers.ts'
import { captureLog } from '../support/log.ts'
import { judge, judgeLogs } from '../support/oracles.ts'
import { basicLine } from '../support/schemes.ts'
import { plug } from './boot/row.ts'

const handler = async () => 'ran'
const REFUSED = /^request refused$/
const ERROR = 50
const INFO = 30

t.test('a refusal is one line, which tells the owner what became of each scheme (L09)', async (t) => {
  const { log, server } = captureLog()
  const application = await makeApplication({}, server)
  const { app } = application
  const security: Security = [{ oauth: ['read'] }, { key: [], session: [] }]
  addTwins(application, 'x', security)
  addTwins(application, 'optional', [{}, ...security])
  app.get('/http/own', { schema: { security }, errorHandler: (_error, _request, reply) => { reply.send('mine') } }, handler)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const token = (word: string) => `Authorization: Bearer canary-${word}`
  const table: [path: string, presented: Presented, reason: string | null, schemes: string][] = [
    ['x', [], 'credentials_missing', 'not presented,not presented,not presented'],
    ['x', [token('null')], 'credentials_invalid', 'credentials_invalid,not presented,not presented'],
    ['x', [token('account_disabled')], 'account_disabled', 'account_disabled,not presented,not presented'],
    ['x', ['Authorization: Bearer'], 'credentials_malformed', 'credentials_malformed,not presented,not presented'],
    ['x', [token('ok'), 'X-API-Key: canary-null'], 'scope_insufficient', 'accepted,credentials_invalid,not presented'],
    ['x', ['X-API-Key: canary-ok', 'Cookie: sid=canary-session_expired'], 'session_expired', 'not presented,accepted,session_expired'],
    ['x', [token('ok'), token('ok')], 'credentials_ambiguous', 'credentials_ambiguous,not presented,not presented'],
    ['x', [token('throw')], 'verifier_unavailable', 'verifier_unavailable,not presented,not presented'],
    ['x', [token('too_many_attempts')], 'too_many_attempts', 'too_many_attempts,not presented,not presented'],
    ['x', [token('ok~read')], null, ''],
    ['optional', [], null, ''],
    ['optional', [token('null')], 'credentials_invalid', 'credentials_invalid,not presented,not presented'],
    ['own', [token('null')], 'credentials_invalid', 'credentials_invalid,not presented,not presented']
  ]
  for (const driver of [SOCKET, HANDSHAKE]) {
    for (const [path, presented, reason, schemes] of table) {
      if (driver.websocket && path === 'own') continue
      log.clear()
      await driver.ask(app, `/${driver.websocket ? 'ws' : 'http'}/${path}`, presented)
      const lines = log.said(REFUSED)
      t.strictSame(lines.map((line) => [line.level, line.reason, Object.values(line.schemes ?? {}).join()]),
        reason === null ? [] : [[INFO, reason, schemes]],
        `${driver.name}: ${path} ${presented.join()}`)
      t.equal(log.lines().filter(({ level }) => level >= ERROR).length, reason === 'verifier_unavailable' ? 1 : 0, 'errors')
      t.equal(log.said(/Reply was already sent|already sent/i).length, 0)
    }
  }
  await app.close()
})

t.test('a reason that the documents do not show is pointed out', async (t) => {
  const { log, server } = captureLog()
  const app = Fastify(server)
  t.teardown(() => app.close())
  const verify = () => refuse('token_revoked')
  await plug(app as FastifyInstance, {
    schemes: { silent: bearer({ verify }), told: bearer({ realm: 'told', refusals: ['token_revoked'], verify }) }, security: []
  })
  app.get('/', { schema: { security: [{ silent: [] }, { told: [] }] } }, handler)
  app.get('/told', { schema: { security: [{ told: [] }] } }, handler)
  await app.inject({ url: '/', headers: { authorization: 'Bearer canary' } })
  await app.inject({ url: '/told', headers: { authorization: 'Bearer canary' } })
  t.strictSame(log.said(REFUSED).map((line) => Reflect.get(line, 'undocumented') as unknown), [['silent'], undefined])
})

t.test('the level of that line can be chosen', async (t) => {
  for (const [logLevel, levels] of [['warn', [40]], ['debug', [20]], ['trace', [10]], ['silent', []]] as const) {
    const { log, server } = captureLog()
    const { app } = await makeApplication({ logLevel }, server)
    app.get('/x', handler)
    await app.inject('/x')
    t.strictSame(log.said(REFUSED).map(({ level }) => level), levels, logLevel)
    await app.close()
  }
})

t.test('a verifier that breaks its contract is told of as a programming error', async (t) => {
  const { log, server } = captureLog()
  const { app } = await makeApplication({ verifyTimeout: 20 }, server)
  app.get('/x', { schema: { security: [{ oauth: [] }, { key: [] }] } }, handler)
  const misuses: [word: string, message: RegExp, error: RegExp][] =
    ['true', 'string', 'number', 'array', 'error', 'function', 'scopes-number',
      'ends-text'].map((word) => [word, /programming error/, /the verifier/])
  const table: typeof misuses = [
    ...misuses, ['throw', /could not tell/, /the database is down/], ['reject', /could not tell/, /the database is down/],
    ['hang', /could not tell/, /20 ms/]
  ]
  for (const [word, message, error] of table) {
    log.clear()
    await app.inject({ url: '/x', headers: { authorization: `Bearer canary-${word}` } })
    const [line, ...more] = log.lines().filter(({ level }) => level >= ERROR)
    t.strictSame([more.length, line?.scheme], [0, 'oauth'], word)
    t.match(line?.msg, message, word)
    t.match(line?.err?.message, error, word)
    t.match(line?.err?.type, /^(?:VerifierMisuse|TypeError|Error)$/, `${word}: the kind of the error`)
  }
  await app.close()
})

/** A credential for every slot, none of which may be found in any log or answer. */
const SLOTS: readonly (readonly [shows: string, presented: Presented])[] = [
  ['a token', ['Authorization: Bearer CANARY']],
  ['a malformed token', ['Authorization: Bearer CANARY"']],
  ['two tokens', ['Authorization: Bearer CANARY', 'Authorization: Bearer CANARY2']],
  ['a password', [basicLine('ada:CANARY')]],
  ['a scheme of one\'s own', ['Authorization: Device CANARY']],
  ['a header key', ['X-API-Key: CANARY']],
  ['a cookie', ['Cookie: sid=CANARY']],
  ['two cookies', ['Cookie: sid=CANARY; sid=CANARY2']],
  ['a query key', ['?key=CANARY']],
  ['a query key among others', ['?a=1', '?key=CANARY', '?b=2']],
  ['a query key twice', ['?key=CANARY', '?key=CANARY2']],
  ['a query key, its name encoded', ['?k%65y=CANARY']],
  ['a query key, its value encoded', ['?key=%43ANARY']],
  ['a token in the query', ['?access_token=CANARY']],
  ['a token in the query, its name encoded', ['?access%5ftoken=CANARY']],
  ['a query key behind a second question mark', ['?a=?key=1&key=CANARY']],
  ['a query key and a fragment', ['?key=CANARY#x']]
]

/** Reasons to be refused, or not, that a credential brings about, and what the application does. */
const ENDS: readonly (readonly [shows: string, status: number, verify: LeakyVerify])[] = [
  ['accepted', 200, () => ({})],
  ['invalid', 401, () => null],
  ['undecided, with an error that quotes it', 503, (credential) => { throw new Error(`cannot look up ${textOf(credential)}`) }],
  ['undecided, with an error that quotes it in a URL', 503,
    (credential) => { throw new Error(`GET https://id.example/introspect?token=${encodeURIComponent(textOf(credential))} failed`) }],
  ['undecided, with a cause that quotes it', 503,
    (credential) => { throw new Error('no answer', { cause: new Error(`at ${textOf(credential)}`) }) }],
  ['undecided, with a cause of a cause that quotes it', 503,
    (credential) => { throw new Error('no answer', { cause: new Error('really none', { cause: new Error(textOf(credential)) }) }) }],
  ['undecided, with members that quote it', 503,
    (credential) => { throw Object.assign(new Error('no answer'), { token: textOf(credential), config: { headers: { credential } } }) }],
  ['undecided, with several errors that quote it', 503,
    (credential) => { throw new AggregateError([new Error(textOf(credential))], `all of ${textOf(credential)} failed`) }],
  // eslint-disable-next-line no-throw-literal -- verifiers may throw anything
  ['undecided, with text that quotes it', 503, (credential) => { throw `no ${textOf(credential)}` }],
  ['undecided, with an error that quotes the header field', 503, (_credential, raw) => { throw new Error(`unexpected header ${raw}`) }],
  ['undecided, with an error whose name quotes it', 503,
    (credential) => { throw Object.assign(new Error('no answer'), { name: `No${textOf(credential)}` }) }],
  ['undecided, with a promise', 503, async (credential) => { throw new Error(`cannot look up ${textOf(credential)}`) }],
  ['misused', 503, (credential) => [credential]]
]

function textOf (credential: unknown): string {
  return typeof credential === 'string' ? credential : JSON.stringify(credential)
}

type LeakyVerify = (credential: unknown, raw: string) => unknown

async function makeLeakTest (server: FastifyServerOptions, verify: LeakyVerify): Promise<FastifyInstance> {
  const app = Fastify(server) as FastifyInstance // plain HTTP
  const judged = (credential: unknown, { headers }: FastifyRequest) =>
    verify(credential, String(headers.authorization ?? headers.cookie)) as null // or a misuse
  const change: Partial<FastifySecurityOptions> = {
    schemes: {
      token: bearer({ query: 'access_token', verify: judged }),
      staff: basic({ verify: judged }),
      device: http({ scheme: 'Device', parse: (text: string) => ({ text }), verify: judged }),
      key: apiKey({ in: 'header', name: 'X-API-Key', verify: judged }),
      qkey: apiKey({ in: 'query', name: 'key', verify: judged }),
      session: apiKey({ in: 'cookie', name: 'sid', verify: judged })
    },
    security: [{ token: [] }, { staff: [] }, { device: [] }, { key: [] }, { qkey: [] }, { session: [] }],
    websocket: { origins: [ORIGIN] }
  }
  await plug(app, { ...change })
  app.get('/x', handler)
  app.get('/public', { schema: { security: [] } }, handler)
  app.get('/fails', { schema: { security: [] } }, async () => { throw new Error('on purpose') })
  return app
}

t.test('no credential is in any log or answer (STANDARDS §0 oracle 4, K01 to K05)', async (t) => {
  for (const [shows, status, verify] of ENDS) {
    const { log, server } = captureLog()
    const app = await makeLeakTest(server, verify)
    await app.listen({ host: '127.0.0.1', port: 0 })
    for (const [index, [slot, presented]] of SLOTS.entries()) {
      const secret = `Zq${index}+/canary.${index}~9Xw`
      const other = `${secret}2`
      const put = presented.map((item) => item.startsWith('Authorization: Basic')
        ? basicLine(`ada:${secret}`)
        : item.replaceAll('CANARY2', item.startsWith('?') ? encodeURIComponent(other) : other).replaceAll('CANARY',
          item.startsWith('?') ? encodeURIComponent(secret) : secret).replace('%43ANARY', secret.replaceAll('+', '%2B')))
      const secrets = [secret, ...(slot === 'a password' ? [put[0]?.split(' ').at(-1) ?? ''] : [])]
      log.clear()
      const answer = await SOCKET.ask(app, '/x', put)
      const wrong = leak(() => { judge(answer, { secrets }); judgeLogs(log.raw, secrets) })
      t.strictSame([wrong, [status, 400, 401].includes(answer.statusCode)], ['', true], `${slot}, ${shows}`)
    }
    await app.close()
  }
})

t.test('nor where no verifier runs', async (t) => {
  const { log, server } = captureLog()
  const app = await makeLeakTest(server, () => null)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const secret = 'Zqcanary9XwZqcanary'
  const table: [shows: string, method: string, target: string][] = [
    ['a public route', 'GET', `/public?key=${secret}`], ['a HEAD request', 'HEAD', `/x?key=${secret}`],
    ['a handler that fails', 'GET', `/fails?access_token=${secret}`],
    ['an unknown route (K02)', 'GET', `/nothing?key=${secret}`], ['an unknown method', 'POST', `/x?access_token=${secret}`],
    // A URL that cannot be decoded is answered before any hook (THREATS B04) and quoted: SECURITY.md tells what to do about it.
    ['a preflight', 'OPTIONS', `/x?key=${secret}`]
  ]
  for (const [shows, method, target] of table) {
    log.clear()
    const answer = await request(app, method, target, ['Connection: close'])
    t.equal(leak(() => { judge({ ...answer, method }, { secrets: [secret] }) }), '', `${shows}: the answer`)
    t.equal(leak(() => { judgeLogs(log.raw, [secret]) }), '', `${shows}: the log`)
  }
  await app.close()
})

t.test('nor of a handshake', async (t) => {
  const { log, server } = captureLog()
  const application = await makeApplication({}, server)
  addTwins(application, 'x', [{ legacy: [] }, { qkey: [] }])
  addTwins(application, 'public', [])
  await application.app.listen({ host: '127.0.0.1', port: 0 })
  const token = 'canary-ok'
  const subprotocol = `Sec-WebSocket-Protocol: app.v1, base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`
  const secrets = [token, Buffer.from(token).toString('base64url')]
  for (const path of ['/ws/x', '/ws/public', '/http/x', '/http/public', '/nothing']) {
    for (const [query, lines] of [[`?key=${token}`, []], [`?access_token=${token}`, []], ['', [subprotocol]]] as const) {
      log.clear()
      const answer = await handshake(application.app, path + query, [...lines, `Origin: ${ORIGIN}`])
      t.equal(leak(() => { judge(answer, { secrets }) }), '', `${path}${query || ', subprotocol'}: the answer`)
      t.equal(leak(() => { judgeLogs(log.raw, secrets) }), '', `${path}${query || ', subprotocol'}: the log`)
    }
  }
  await application.app.close()
})

t.test('a serialiser of the application\'s own is kept, and kept from seeing credentials go by', async (t) => {
  const own = { req: (request: { method: string, url: string }) => ({ mine: true, method: request.method, url: request.url }) }
  for (const [shows, loggers, logSerializers] of [['of the logger', { serializers: own }, undefined], ['of the route', {}, own]] as const) {
    const { log, server } = captureLog(loggers)
    const app = await makeLeakTest(server, () => ({}))
    app.get('/own', { ...(logSerializers === undefined ? {} : { logSerializers }) }, handler)
    await app.inject('/own?key=Zqcanary9Xw&a=b')
    const [line] = log.said(/^incoming request$/)
    t.strictSame(line?.req, { mine: true, method: 'GET', url: '/own?key=[redacted]&a=b' }, shows)
    t.equal(leak(() => { judgeLogs(log.raw, ['Zqcanary9Xw']) }), '', shows)
    await app.close()
  }
})

function leak (search: () => unknown): string {
  try {
    search()
    return ''
  } catch (error) {
    return String(error).slice(0, 400)
  }
}
