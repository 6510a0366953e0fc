import Fastify, { type FastifyError, type FastifyInstance, type HTTPMethods } from 'fastify'
import type { Reason, RefusalError, Security } from 'fastify-openapi-security'
import t from 'tap'
import { REASONS } from '../../lib/errors.ts'
import { addTwins, makeApplication } from '../support/application.ts'
import { DRIVERS, SOCKET } from '../support/drivers.ts'
import { judge } from '../support/oracles.ts'
import { basicLine, machine } from '../support/schemes.ts'
import { plug } from './boot/row.ts'

const handler = async () => 'ran'
const bearer = (word: string) => ({ authorization: `Bearer canary-${word}` })

/** The problem of each reason, letter for letter. */
const PROBLEMS: Readonly<Record<Reason, readonly [status: number, title: string, detail: string]>> = {
  credentials_missing: [401, 'Unauthorized', 'Credentials are required and were not presented.'],
  credentials_malformed: [401, 'Unauthorized', 'The credentials presented are malformed.'],
  credentials_invalid: [401, 'Unauthorized', 'The credentials presented are not valid.'],
  token_expired: [401, 'Unauthorized', 'The token expired.'],
  token_not_yet_valid: [401, 'Unauthorized', 'The token is not valid yet.'],
  token_revoked: [401, 'Unauthorized', 'The token was revoked.'],
  session_expired: [401, 'Unauthorized', 'The session expired.'],
  account_disabled: [401, 'Unauthorized', 'The account is disabled.'],
  proof_invalid: [401, 'Unauthorized', 'The proof of possession is missing or not valid.'],
  nonce_required: [401, 'Unauthorized', 'The proof of possession must contain the nonce provided.'],
  authentication_too_weak: [401, 'Unauthorized', 'A stronger or more recent authentication is required.'],
  credentials_ambiguous: [400, 'Bad Request', 'Credentials were presented more than once.'],
  subprotocol_missing: [400, 'Bad Request', 'A token offered as a WebSocket subprotocol must stand beside a real subprotocol.'],
  scope_insufficient: [403, 'Forbidden', 'The credentials presented do not grant the required scopes.'],
  access_denied: [403, 'Forbidden', 'Access is denied.'],
  certificate_missing: [403, 'Forbidden', 'A client certificate that this server trusts is required.'],
  origin_not_allowed: [403, 'Forbidden', 'The origin of this request is not allowed.'],
  address_not_allowed: [403, 'Forbidden', 'The address of this client is not allowed.'],
  transport_insecure: [403, 'Forbidden', 'A secure transport is required.'],
  too_many_attempts: [429, 'Too Many Requests', 'Too many attempts were made; try again later.'],
  verifier_unavailable: [503, 'Service Unavailable', 'The credentials cannot be verified at the moment; try again later.']
}

t.test('the problem of every reason, over every driver', async (t) => {
  t.strictSame(Object.keys(PROBLEMS).sort(), Object.keys(REASONS).sort(), 'no reason is left out')
  const application = await makeApplication({ disclose: 'all' })
  addTwins(application, 'x', [{ oauth: [] }])
  await application.app.listen({ host: '127.0.0.1', port: 0 })
  for (const driver of DRIVERS) {
    for (const [code, [status, title, detail]] of Object.entries(PROBLEMS)) {
      const answer = await driver.ask(application.app, driver.websocket ? '/ws/x' : '/http/x', [`Authorization: Bearer canary-${code}`])
      judge(answer, { secrets: [`canary-${code}`] })
      t.equal(answer.statusCode, status, `${driver.name}: ${code}`)
      t.equal(answer.body, JSON.stringify({ type: 'about:blank', title, status, detail, code }), `${driver.name}: ${code}`)
      const { headers } = answer
      t.strictSame([headers['content-type'], headers['content-length'], headers['cache-control'], headers['pragma'], headers['set-cookie'],
        headers['location']],
      [['application/problem+json'], [String(Buffer.byteLength(answer.body))], ['no-store'], undefined, undefined, undefined],
          `${driver.name}: ${code}: fields`)
      t.equal(headers['retry-after'] !== undefined, status === 503, `${driver.name}: ${code}: Retry-After`)
      if (status === 503) t.match(headers['retry-after']?.[0], /^[1-9]\d*$/)
    }
  }
  await application.app.close()
})

t.test('what is disclosed of an account', async (t) => {
  const table: [disclose: 'default' | 'all' | undefined, code: Reason][] = [[undefined, 'credentials_invalid'],
    ['default', 'credentials_invalid'], ['all', 'account_disabled']]
  for (const [disclose, code] of table) {
    const { app } = await makeApplication(disclose === undefined ? {} : { disclose })
    app.get('/token', handler)
    app.get('/basic', { schema: { security: [{ staff: [] }] } }, handler)
    app.setErrorHandler((error: RefusalError, _request,
      reply) => { reply.send({ code: error.code, reason: error.reason, message: error.message }) })
    app.register(async (child) => {
      child.setErrorHandler((error: RefusalError, _request, reply) => { reply.send({ reason: error.reason }) })
      child.get('/child', handler)
    })
    const basic = (password: string) => ({ authorization: basicLine(`ada:canary-${password}`).slice('Authorization: '.length) })
    for (const [url, disabled, unknown] of [['/token', bearer('account_disabled'), bearer('null')],
      ['/basic', basic('account_disabled'), basic('null')], ['/child', bearer('account_disabled'), bearer('null')]] as const) {
      const [first, second] = [await app.inject({ url, headers: disabled }), await app.inject({ url, headers: unknown })]
      t.equal(first.json<{ reason: Reason }>().reason, code, `${String(disclose)}: ${url}`)
      if (code === 'account_disabled') continue
      const { date: _, ...fields } = first.headers
      const { date: __, ...others } = second.headers
      t.strictSame([first.statusCode, fields, first.body], [second.statusCode, others, second.body],
        `${String(disclose)}: ${url}: as if unknown (L-01)`)
    }
    await app.close()
  }
})

t.test('scopes that fall short are all named, once', async (t) => {
  const { app } = await makeApplication()
  app.get('/x', { schema: { security: [{ oauth: ['read', 'write'], role: ['admin'] }] } }, handler)
  const { body } = await app.inject({ url: '/x', headers: { ...bearer('ok~read'), 'x-role-key': 'canary-ok' } })
  t.equal(body, '{"type":"about:blank","title":"Forbidden","status":403,"detail":"The credentials presented do not grant the required scopes.",' +
    '"code":"scope_insufficient","required_scopes":["read","write","admin"]}')
  await app.close()
})

/** What an error handler of the tests answers, so that one sees which ran and what it got. */
function answering (name: string) {
  return function (this: FastifyInstance, error: unknown, _request: unknown, reply: { send (body: unknown): unknown }): void {
    const { statusCode, code, reason, message, requiredScopes, stack } = error as RefusalError // what the plugin hands over
    reply.send({
      by: name,
      error: error instanceof Error,
      statusCode,
      code,
      reason,
      message,
      requiredScopes,
      stack: stack?.includes('    at ') ?? false
    })
  }
}

t.test('an application with an error handler of its own gets the refusal as an error, headers set already (E-10, B24)', async (t) => {
  const { app } = await makeApplication()
  const security: Security = [{ oauth: ['read'] }]
  app.register(async (child) => {
    child.get('/before', { schema: { security } }, handler)
    child.setErrorHandler(answering('scope') as never) // written for any instance
    child.get('/after', { schema: { security } }, handler)
    child.get('/optional', { schema: { security: [{}, ...security] } }, handler)
    child.register(async (grandchild) => { grandchild.get('/deep', { schema: { security } }, handler) })
    child.get('/route', { schema: { security }, errorHandler: answering('route') as never }, handler)
  }, { prefix: '/scope' })
  app.get('/route', { schema: { security }, errorHandler: answering('route') as never }, handler)
  app.get('/plain', { schema: { security } }, handler)
  app.get('/declared', {
    schema: {
      security,
      response: {
        401: { type: 'object', properties: { mine: { type: 'string' } } },
        403: { type: 'null' },
        '4xx': { type: 'object', required: ['x'] }
      }
    }
  }, handler)
  const handled = [['/scope/before', 'scope'], ['/scope/after', 'scope'], ['/scope/optional', 'scope'], ['/scope/deep', 'scope'],
    ['/scope/route', 'route'], ['/route', 'route']] as const
  const cases: [headers: Record<string, string>, reason: Reason, requiredScopes?: string[]][] = [
    [bearer('token_expired'), 'token_expired'], [bearer('null'), 'credentials_invalid'], [bearer('throw'), 'verifier_unavailable'],
    [bearer('too_many_attempts'), 'too_many_attempts'], [bearer('access_denied'), 'access_denied'],
    [{ authorization: 'Bearer' }, 'credentials_malformed'],
    [bearer('ok'), 'scope_insufficient', ['read']]
  ]
  for (const [url, by] of handled) {
    for (const [headers, reason, requiredScopes] of cases) {
      if (url === '/scope/optional' && reason === 'scope_insufficient') continue
      const [own, plain] = [await app.inject({ url, headers }), await app.inject({ url: '/plain', headers })]
      judge(own, { secrets: Object.values(headers).flatMap((value) => value.match(/canary-.*/) ?? []) })
      const [status, , detail] = PROBLEMS[reason]
      t.strictSame(own.json(), {
        by,
        error: true,
        statusCode: status,
        code: `FST_SECURITY_${reason.toUpperCase()}`,
        reason,
        message: detail,
        ...(requiredScopes === undefined ? {} : { requiredScopes }),
        stack: false
      }, `${url}: ${reason}`)
      for (const name of ['www-authenticate', 'cache-control', 'retry-after']) {
        t.strictSame(own.headers[name], plain.headers[name],
        `${url}: ${reason}: ${name}`)
      }
      t.equal(own.statusCode, plain.statusCode, `${url}: ${reason}: status`)
    }
  }
  for (const url of ['/plain', '/declared']) {
    const answer = await app.inject(url)
    t.strictSame([answer.headers['content-type'], answer.json<{ code: string }>().code],
      ['application/problem+json', 'credentials_missing'], `${url} has none (PD-08)`)
    t.equal((await app.inject({ url, headers: bearer('ok') })).json<{ code: string }>().code, 'scope_insufficient', url)
  }
  t.strictSame([(await app.inject({ method: 'HEAD', url: '/scope/after' })).body,
    (await app.inject({ method: 'HEAD', url: '/plain' })).body], ['', ''])
  await app.close()
})

t.test('ways to set an error handler', async (t) => {
  const table: [shows: string, set: (app: FastifyInstance) => void, expected: number, ours: boolean][] = [
    ['at the root', (app) => { app.setErrorHandler(answering('root') as never) }, 401, false],
    ['called like Fastify\'s own', (app) => {
      app.setErrorHandler(function defaultErrorHandler (error: FastifyError, _request,
        reply) { reply.send({ by: 'root', reason: (error as RefusalError).reason }) })
    }, 401, false],
    ['asynchronous', (app) => {
      app.setErrorHandler(async (error: FastifyError) => ({
        by: 'root',
        reason: (error as RefusalError).reason
      }))
    }, 401, false],
    ['that sets the status it is told', (app) => {
      app.setErrorHandler((error: FastifyError, _request,
        reply) => { reply.code(error.statusCode ?? 500).send({ by: 'root', reason: (error as RefusalError).reason }) })
    }, 401, false],
    ['that sends the error', (app) => { app.setErrorHandler((error: FastifyError, _request, reply) => { reply.send(error) }) }, 401, false],
    ['that throws the error', (app) => { app.setErrorHandler((error: FastifyError) => { throw error }) }, 401, false],
    ['none', () => {}, 401, true]
  ]
  for (const [shows, set, expected, ours] of table) {
    for (const when of ['before', 'after']) {
      const app = Fastify() as FastifyInstance // plain HTTP
      if (when === 'before') set(app)
      await plug(app)
      app.get('/x', handler)
      if (when === 'after') set(app)
      const response = await app.inject('/x')
      judge(response)
      t.strictSame([response.statusCode, response.headers['content-type'] === 'application/problem+json',
        String(response.headers['www-authenticate'])],
      [expected, ours, 'Bearer realm="api"'], `${shows}, ${when} the plugin`)
      await app.close()
    }
  }
})

t.test('what the application says about caching and challenges is kept where it can be', async (t) => {
  const { app } = await makeApplication()
  app.addHook('onRequest', async (request, reply) => {
    if (request.query !== null && 'hook' in (request.query as object)) {
      reply.headers({ 'cache-control': 'public, max-age=600', vary: 'Accept-Encoding', 'www-authenticate': 'Custom realm="mine"' })
    }
  })
  const own = (value: Record<string, string>) => async (_request: unknown,
    reply: { headers (value: Record<string, string>): unknown }) => { reply.headers(value); return 'ran' }
  const routes: [url: string, security: Security, headers: Record<string, string>][] = [
    ['/oauth', [{ oauth: [] }], {}], ['/basic', [{ staff: [] }], {}], ['/key', [{ key: [] }], {}], ['/query', [{ qkey: [] }], {}],
    ['/cookie', [{ session: [] }], {}],
    ['/legacy', [{ legacy: [] }], {}], ['/mtls', [{ machine: [] }], {}], ['/or', [{ oauth: [] }, { key: [] }], {}],
    ['/and', [{ oauth: [], key: [] }], {}],
    ['/public', [], {}], ['/optional', [{}, { oauth: [] }, { key: [] }, { session: [] }, { qkey: [] }], {}],
    ['/optional-vary', [{}, { oauth: [] }], { vary: 'Accept-Encoding' }],
    ['/optional-star', [{}, { oauth: [] }], { vary: '*' }], ['/optional-mtls', [{}, { machine: [] }], {}],
    ['/key-own', [{ key: [] }], { 'cache-control': 'max-age=60' }],
    ['/optional-own', [{}, { oauth: [] }], { 'cache-control': 'public, max-age=60' }]
  ]
  for (const [url, security, headers] of routes) app.get(url, { schema: { security } }, own(headers))
  await app.listen({ host: '127.0.0.1', port: 0 })
  const token = 'Authorization: Bearer canary-ok'
  const table: [shows: string, url: string, presented: string[], status: number, cacheControl: string | undefined,
    vary: string | undefined][] = [
    ['Authorization is known to caches (C-01, C-06)', '/oauth', [token], 200, undefined, undefined],
    ['so is Basic', '/basic', [basicLine('ada:canary-ok')], 200, undefined, undefined],
    ['a header key is not (C-04)', '/key', ['X-API-Key: canary-ok'], 200, 'private', undefined],
    ['a query key is not', '/query', ['?key=canary-ok'], 200, 'private', undefined],
    ['a cookie is not', '/cookie', ['Cookie: sid=canary-ok'], 200, 'private', undefined],
    ['a token in the query is not (C-05)', '/legacy', ['?access_token=canary-ok'], 200, 'private', undefined],
    ['a certificate is not (M-08)', '/mtls', machine('ok'), 200, 'private', undefined],
    ['or, by Authorization', '/or', [token], 200, undefined, undefined],
    ['or, by key', '/or', ['X-API-Key: canary-ok'], 200, 'private', undefined],
    ['and', '/and', [token, 'X-API-Key: canary-ok'], 200, 'private', undefined],
    ['what the application says of a key route', '/key-own', ['X-API-Key: canary-ok'], 200, 'max-age=60', undefined],
    ['public', '/public', [], 200, undefined, undefined],
    ['anonymous varies by every field that holds a credential (C-07)', '/optional', [], 200, undefined, 'Authorization, x-api-key, Cookie'],
    ['not anonymous', '/optional', ['Cookie: sid=canary-ok'], 200, 'private', 'Authorization, x-api-key, Cookie'],
    ['anonymous with a Vary of the application (C-08)', '/optional-vary', [], 200, undefined, 'Accept-Encoding, Authorization'],
    ['anonymous with a Vary of everything', '/optional-star', [], 200, undefined, '*'],
    ['anonymous, and what the application says', '/optional-own', [], 200, 'public, max-age=60', 'Authorization'],
    ['anonymous where a certificate would count: no field to vary by (C-07)', '/optional-mtls', [], 200, 'private', undefined],
    ['refused, whatever a hook said (C-02)', '/oauth', ['?hook'], 401, 'no-store', 'Accept-Encoding'],
    ['refused on an optional route', '/optional', ['Authorization: Bearer canary-null'], 401, 'no-store',
      'Authorization, x-api-key, Cookie']
  ]
  for (const [shows, url, presented, status, cacheControl, vary] of table) {
    const { statusCode, headers } = await SOCKET.ask(app, url, presented)
    t.strictSame([statusCode, headers['cache-control'], headers['vary'], headers['pragma']],
      [status, cacheControl === undefined ? undefined : [cacheControl], vary === undefined ? undefined : [vary], undefined], shows)
  }
  const { headers } = await SOCKET.ask(app, '/or', ['?hook'])
  t.strictSame(headers['www-authenticate'], ['Custom realm="mine"', 'Bearer realm="api"',
    'ApiKey realm="api", in="header", name="X-API-Key"'], 'the application\'s challenge stays (G-10)')
  await app.close()
})

t.test('a realm with commas, quotes and backslashes stays one realm (G-04, G-14)', async (t) => {
  const { app } = await makeApplication({ realm: 'a"b\\c, d=e, Basic realm="x"' })
  app.get('/x', { schema: { security: [{ oauth: [] }, { staff: [] }] } }, handler)
  const response = await app.inject('/x')
  t.strictSame(response.headers['www-authenticate'],
    ['Bearer realm="a\\"b\\\\c, d=e, Basic realm=\\"x\\""', 'Basic realm="a\\"b\\\\c, d=e, Basic realm=\\"x\\"", charset="UTF-8"'])
  t.strictSame(judge(response).map(({ scheme, params }) => [scheme, params['realm']]),
    [['Bearer', 'a"b\\c, d=e, Basic realm="x"'], ['Basic', 'a"b\\c, d=e, Basic realm="x"']])
  await app.close()
})

t.test('onError hooks and onSend hooks of the application see a refusal once', async (t) => {
  for (const [own, expected] of [[false, { onError: 0, onSend: 1 }], [true, { onError: 1, onSend: 1 }]] as const) {
    const { app } = await makeApplication()
    const seen = { onError: 0, onSend: 0 }
    app.addHook('onError', async () => { seen.onError++ })
    app.addHook('onSend', async () => { seen.onSend++ })
    if (own) app.setErrorHandler(answering('root') as never)
    app.route({ method: ['GET', 'POST'] as HTTPMethods[], url: '/x', handler })
    await app.inject('/x')
    t.strictSame(seen, expected, own ? 'an error handler of one\'s own' : 'none')
    await app.close()
  }
})
