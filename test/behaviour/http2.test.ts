import Fastify, { type FastifyInstance } from 'fastify'
import { connect, type ClientHttp2Session, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import t from 'tap'
import { portOf } from '../support/drivers.ts'
import { judge } from '../support/oracles.ts'
import { makeSchemes } from '../support/schemes.ts'
import { plug } from './boot/row.ts'

async function ask (session: ClientHttp2Session, path: string, headers: OutgoingHttpHeaders): Promise<{
  statusCode: number,
  headers: IncomingHttpHeaders,
  body: string
}> {
  const stream = session.request({ ':path': path, ...headers })
  let body = ''
  stream.setEncoding('utf8').on('data', (text: string) => { body += text })
  const [answered] = await Promise.all([
    new Promise<IncomingHttpHeaders>((resolve) => { stream.once('response', resolve) }),
    new Promise<void>((resolve, reject) => { stream.once('end', resolve).once('error', reject) })
  ])
  return { statusCode: Number(answered[':status']), headers: answered, body }
}

t.test('HTTP/2 is judged as HTTP/1.1 is (E-13)', async (t) => {
  const app = Fastify({ http2: true }) as unknown as FastifyInstance // the same, but for its types
  await plug(app, { schemes: makeSchemes([]), security: [{ oauth: ['read'] }, { key: [] }, { session: [] }] })
  let ran = 0
  app.get('/x', async ({ auth }) => { ran++; return auth })
  app.get('/optional', { schema: { security: [{}, { oauth: [] }] } }, async ({ auth }) => ({ auth }))
  await app.listen({ host: '127.0.0.1', port: 0 })
  const session = connect(`http://127.0.0.1:${portOf(app)}`)
  const SCOPED = 'Bearer realm="api", scope="read"'
  const REST = ['ApiKey realm="api", in="header", name="X-API-Key"', 'ApiKey realm="api", in="cookie", name="sid"']
  const table: [shows: string, headers: OutgoingHttpHeaders, status: number, challenges: string[] | null, body?: string][] = [
    ['nothing', {}, 401, [SCOPED, ...REST]],
    ['a token', { authorization: 'Bearer canary-ok~read' }, 200, null, '{"oauth":{"by":"oauth","scopes":["read"]}}'],
    ['short of scopes', { authorization: 'Bearer canary-ok' }, 403,
      [SCOPED.replace('scope=',
        'error="insufficient_scope", scope=') + ', error_description="The credentials presented do not grant the required scopes."']],
    ['a key', { 'x-api-key': 'canary-ok' }, 200, null, '{"key":{"by":"key"}}'],
    ['two keys', { 'x-api-key': ['canary-ok', 'canary-ok'] }, 400, null],
    ['a cookie among cookies in fields of their own (K-01)', { cookie: ['theme=dark', 'sid=canary-ok'] }, 200, null,
      '{"session":{"by":"session"}}'],
    ['two cookies in fields of their own (K-02)', { cookie: ['sid=canary-ok', 'sid=canary-null'] }, 400, null],
    ['undecided', { authorization: 'Bearer canary-throw' }, 503, null]
  ]
  for (const [shows, headers, status, challenges, body] of table) {
    ran = 0
    const answer = await ask(session, '/x', headers)
    judge(answer, { secrets: ['canary-ok', 'canary-null', 'canary-throw'] })
    // Node joins what stood in several fields.
    t.strictSame([answer.statusCode, answer.headers['www-authenticate'], ran], [status, challenges?.join(', '), status === 200 ? 1 : 0],
      shows)
    if (body !== undefined) t.equal(answer.body, body, shows)
  }
  t.equal((await ask(session, '/optional', {})).body, '{"auth":null}', 'and is forgotten with the stream')
  session.close()
  await app.close()
})
