import t from 'tap'
import Fastify from 'fastify'
import { REASONS, type Reason } from '../../../lib/errors.ts'
import { judge, judgeLogs, type JudgedContext, type JudgedResponse } from '../../support/oracles.ts'

const CHALLENGE = 'Bearer realm="api"'

/** A refusal as the plugin makes it. */
function refusal (code: Reason, challenge: string | string[] | undefined, problem: Record<string, unknown> = {}): JudgedResponse {
  const { status, detail } = REASONS[code]
  return {
    statusCode: status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'www-authenticate': challenge },
    body: JSON.stringify({ type: 'about:blank', title: 'x', status, detail, code, ...problem })
  }
}

const refused = (challenge: string | string[] | undefined): JudgedResponse => refusal('credentials_missing', challenge)

const withHeaders = (response: JudgedResponse, headers: JudgedResponse['headers']): JudgedResponse =>
  ({ ...response, headers: { ...response.headers, ...headers } })

const page = (statusCode: number, headers: JudgedResponse['headers'] = {}, body = 'hello'): JudgedResponse => ({ statusCode, headers, body })

t.test('responses that break no oracle pass', async (t) => {
  const table: [name: string, response: JudgedResponse, context?: JudgedContext][] = [
    ['200', page(200)],
    ['404', page(404)],
    ['429 of the application, no challenge and no problem', page(429)],
    ['401 with one challenge', refused(CHALLENGE)],
    ['401 with a challenge to each line', refused([CHALLENGE, 'DPoP realm="api", algs="ES256"', 'ApiKey realm="api", in="header", name="X-API-Key"'])],
    ['401 with two challenges on one line', refused(`${CHALLENGE}, Basic realm="a\\"b\\\\c, realm=d, , e"`)],
    ['401 with an unquoted parameter other than the realm', refused('Digest realm="a", algorithm=SHA-256, stale=false')],
    ['403 with all its parameters', refusal('scope_insufficient',
      'Bearer realm="api", error="insufficient_scope", scope="pets:read pets:write", error_description="No.", resource_metadata="https://a/b"')],
    ['403 without a challenge', refusal('certificate_missing', undefined)],
    ['400 with a challenge', refusal('credentials_ambiguous', 'Bearer realm="api", error="invalid_request"')],
    ['503', refusal('verifier_unavailable', undefined)],
    ['content type with a charset', withHeaders(refused(CHALLENGE), { 'content-type': 'application/problem+json; charset=utf-8' })],
    ['no-store among other directives', withHeaders(refused(CHALLENGE), { 'cache-control': 'private, No-Store' })],
    ['field names in capitals', { ...refused(undefined), headers: { 'WWW-Authenticate': CHALLENGE, 'Cache-Control': 'no-store' } }],
    ['answer to HEAD', { ...refused(CHALLENGE), method: 'HEAD', body: '' }],
    ['200 with a challenge of the application', page(200, { 'www-authenticate': 'Negotiate YQ==' }), { appChallenge: true }],
    ['401 with a needless quoted-pair of the application', page(401, { 'www-authenticate': 'Basic realm="\\a\u00E9"' }), { appChallenge: true }],
    ['401 with a Bearer challenge of the application without a realm', page(401, { 'www-authenticate': 'Bearer error="x"' }), { appChallenge: true }],
    ['secrets elsewhere', refused(CHALLENGE), { secrets: ['s3cret-token', 'another-one'] }],
    ['a sentence that starts like a stack', page(500, {}, 'line\nat the end')]
  ]
  for (const [name, response, context] of table) t.doesNotThrow(() => judge(response, context), name)
})

t.test('the challenges are handed back', async (t) => {
  t.strictSame(judge(refused([CHALLENGE, 'Basic realm="b"'])).map(({ scheme, params }) => [scheme, params['realm']]), [['Bearer', 'api'], ['Basic', 'b']])
  t.strictSame(judge(page(200)), [])
})

t.test('each oracle fires', async (t) => {
  const problem = (fields: Record<string, unknown>) => refusal('credentials_missing', CHALLENGE, fields)
  const secrets = ['s3cret "token"/1']
  const table: [message: RegExp, name: string, response: JudgedResponse, context?: JudgedContext][] = [
    [/401 without a challenge/, 'no field', refused(undefined)],
    [/401 without a challenge/, 'no field lines', refused([])],
    [/401 without a challenge/, 'application', page(401)],
    [/401 without a challenge/, 'application that said it would', page(401), { appChallenge: true }],
    [/200 with a challenge/, '200', page(200, { 'www-authenticate': CHALLENGE, 'cache-control': 'no-store' })],
    [/404 with a challenge/, '404', page(404, { 'www-authenticate': CHALLENGE, 'cache-control': 'no-store' })],
    [/429 with a challenge/, '429', refusal('too_many_attempts', CHALLENGE)],
    [/503 with a challenge/, '503', refusal('verifier_unavailable', CHALLENGE)],
    [/empty list element/, 'empty value', refused('')],
    [/empty list element/, 'leading comma', refused(`, ${CHALLENGE}`)],
    [/empty list element/, 'trailing comma', refused(`${CHALLENGE}, `)],
    [/empty list element/, 'between challenges', refused(`${CHALLENGE}, , Basic realm="b"`)],
    [/empty list element/, 'between parameters', refused(`${CHALLENGE},, scope="b"`)],
    [/empty list element/, 'empty line', refused([CHALLENGE, ''])],
    [/empty list element/, 'of the application', page(401, { 'www-authenticate': `${CHALLENGE},` }), { appChallenge: true }],
    [/realm is not quoted/, 'token', refused('Bearer realm=api')],
    [/realm is not quoted/, 'second challenge, capitals and spaces', refused(`${CHALLENGE}, Basic REALM =  api`)],
    [/realm is not quoted/, 'later parameter', refused('Bearer scope="a b",realm=api')],
    [/does not parse/, 'quote inside a realm', refused('Bearer realm="a"b"')],
    [/does not parse/, 'line feed', refused('Bearer realm="a\nb"')],
    [/does not parse/, 'realm that does not end', refused('Bearer realm="a')],
    [/does not parse/, 'realm that ends in a comma only', refused('Bearer realm="a,')],
    [/does not parse/, 'scheme missing', refused('realm="a"')],
    [/does not parse.*repeats a parameter/, 'repeated parameter', refused('Bearer realm="a", scope="b", SCOPE="b"')],
    [/does not parse/, 'of the application', page(401, { 'www-authenticate': 'Bearer realm="a' }), { appChallenge: true }],
    [/does not parse alone/, 'challenge on two lines', refused(['Digest realm="a"', 'nonce="b"'])],
    [/naked Bearer/, 'alone', refused('Bearer')],
    [/naked Bearer/, 'before another', refused('bearer, DPoP realm="a"')],
    [/naked Bearer/, 'with a token68', refused('Bearer abc')],
    [/naked Bearer/, 'of the application', page(401, { 'www-authenticate': 'Bearer' }), { appChallenge: true }],
    [/Bearer challenge without a realm/, 'error only', refused('Bearer error="invalid_token"')],
    [/empty scope/, 'empty', refused(`${CHALLENGE}, scope=""`)],
    [/malformed scope/, 'two spaces', refused(`${CHALLENGE}, scope="a  b"`)],
    [/malformed scope/, 'space at the end', refused(`${CHALLENGE}, scope="a "`)],
    [/malformed scope/, 'quote', refused(`${CHALLENGE}, scope="a\\"b"`)],
    [/malformed error/, 'quote in the description', refused(`${CHALLENGE}, error="invalid_token", error_description="say \\"no\\""`)],
    [/malformed error/, 'empty error', refused(`${CHALLENGE}, error=""`)],
    [/other than visible ASCII/, 'realm', refused('Basic realm="\u00E9"')],
    [/quoted-pair of a character that needs none/, 'realm', refused('Basic realm="\\a\\\\"')],
    [/without Cache-Control: no-store/, 'no field', withHeaders(refused(CHALLENGE), { 'cache-control': undefined })],
    [/without Cache-Control: no-store, but "no-cache, private"/, 'others', withHeaders(refused(CHALLENGE), { 'cache-control': 'no-cache, private' })],
    ...(['credentials_ambiguous', 'access_denied', 'too_many_attempts', 'verifier_unavailable'] as const)
      .map((code): [RegExp, string, JudgedResponse] =>
        [/without Cache-Control: no-store/, code, withHeaders(refusal(code, undefined), { 'cache-control': 'no-cache' })]),
    [/without Cache-Control: no-store/, 'body of the application', page(401, { 'www-authenticate': CHALLENGE })],
    [/says status 403, the response 401/, 'status', problem({ status: 403 })],
    [/says status 403/, 'content type with a charset',
      withHeaders(problem({ status: 403 }), { 'content-type': 'Application/Problem+JSON; charset=utf-8' })],
    [/says status undefined/, 'no status', problem({ status: undefined })],
    [/says status 401, the response 401/, 'status as text', problem({ status: '401' })],
    [/not a refusal reason: undefined/, 'no code', problem({ code: undefined })],
    [/not a refusal reason: unknown_code/, 'unknown code', problem({ code: 'unknown_code' })],
    [/not a refusal reason: constructor/, 'inherited name', problem({ code: 'constructor' })],
    [/code access_denied belongs to 403, not to 401/, 'code of another status', problem({ code: 'access_denied' })],
    [/not JSON/, 'text', { ...refused(CHALLENGE), body: 'no' }],
    [/not JSON/, 'empty body', { ...refused(CHALLENGE), body: '' }],
    [/not a JSON object/, 'array', { ...refused(CHALLENGE), body: '[]' }],
    [/not a JSON object/, 'null', { ...refused(CHALLENGE), body: 'null' }],
    [/HEAD with a body/, 'HEAD', { ...refused(CHALLENGE), method: 'HEAD' }],
    [/stack trace/, 'text', page(500, {}, 'Error: x\n    at f (a.js:1:1)')],
    [/stack trace/, 'inside JSON', page(500, {}, JSON.stringify({ message: 'Error: x\n    at f (a.js:1:1)' }))],
    [/header x-echo holds secret 0 \(s3cr…\)/, 'header', page(200, { 'x-echo': `<${secrets[0]}>` }), { secrets }],
    [/header link holds secret 0/, 'second of several lines', page(200, { link: ['a', `${secrets[0]}`] }), { secrets }],
    [/header location holds secret 0/, 'percent-encoded', page(302, { location: `/?t=${encodeURIComponent(String(secrets[0]))}` }), { secrets }],
    [/the body holds secret 0/, 'JSON', page(200, {}, JSON.stringify({ seen: secrets[0] })), { secrets }],
    [/the body holds secret 1/, 'second secret', page(200, {}, 'is another-one'), { secrets: ['s3cret-token', 'another-one'] }],
    [/secret 0 is too short/, 'short secret', page(200), { secrets: ['seven77'] }]
  ]
  for (const [message, name, response, context] of table) {
    t.throws(() => judge(response, context), { code: 'ERR_ASSERTION', message }, `${message.source}: ${name}`)
  }
})

t.test('log lines are judged', async (t) => {
  const secrets = ['s3cret-token', 'p"ss-word']
  t.doesNotThrow(() => judgeLogs(['{"msg":"incoming request"}', '    at f (a.js:1:1)'], secrets))
  const table: [message: RegExp, lines: string[]][] = [
    [/log line 0 holds secret 0 \(s3cr…\)/, ['Bearer s3cret-token']],
    [/log line 1 holds secret 1/, ['', JSON.stringify({ password: secrets[1] })]],
    [/log line 0 holds secret 1/, [`GET /?p=${encodeURIComponent('p"ss-word')}`]]
  ]
  for (const [message, lines] of table) t.throws(() => judgeLogs(lines, secrets), { code: 'ERR_ASSERTION', message })
  t.throws(() => judgeLogs([], ['short']), { code: 'ERR_ASSERTION', message: /too short/ }, 'also when nothing was logged')
})

t.test('what inject() and fetch answer can be judged as it is', async (t) => {
  const app = Fastify()
  t.after(() => app.close())
  app.get('/', async (_, reply) => reply.code(401).header('cache-control', 'no-store').header('www-authenticate', [CHALLENGE, 'Basic realm="b"']).send('no'))
  const injected = await app.inject('/')
  t.equal(judge(injected).length, 2)
  const answer = await fetch(await app.listen({ port: 0, host: '127.0.0.1' }))
  t.equal(judge({ statusCode: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() }).length, 2)
})
