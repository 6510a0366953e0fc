import t from 'tap'
import { Type } from '@sinclair/typebox'
import { checkMessage, problemsOf } from '../../support/asyncapi.ts'
import { bearerOf, connect, start, tokenOf } from '../connections/app.ts'

const schema = (type: string) => Type.Object({ type: Type.Literal(type) })

t.test('what the plugin says on connections is what the document says that it does', async (t) => {
  const { app } = await start({ firstMessage: true, warnBefore: 1 }, (app) => {
    app.get('/live', {
      websocket: true,
      config: { websocket: { messages: { ok: { schema: schema('ok') }, more: { schema: schema('more'), security: [{ oauth: ['write'] }] } } } }
    }, () => {})
  })
  t.teardown(() => app.close())
  const document = app.security.asyncapi()
  t.strictSame(problemsOf(document), [])
  const seen = new Set<string>()
  const check = (text: string): void => {
    const message = JSON.parse(text) as { type: string }
    seen.add(message.type)
    t.equal(checkMessage(document, message.type, message), null, text)
    t.equal(document.operations[`live.send.${message.type}`]?.action, 'send', `${message.type} is sent`)
  }
  const client = connect(app, '/live')
  await client.opened
  const say = (message: object): void => { client.socket.send(JSON.stringify(message)) }
  const authenticate = { type: 'authenticate', token: tokenOf('ada', ['read'], 3) }
  t.equal(checkMessage(document, 'authenticate', authenticate), null)
  say(authenticate)
  check(await client.next())
  say({ type: 'more', id: 7 })
  check(await client.next())
  say({ type: 'unheard of', id: 'x' })
  check(await client.next())
  client.socket.send('no JSON')
  check(await client.next())
  say({ type: 'authenticate', token: tokenOf('nobody') })
  check(await client.next())
  check(await client.next())
  t.strictSame([...seen].sort(), ['authenticated', 'expiring', 'problem', 'refused'], 'all of them were said')
  t.strictSame(Object.keys(document.channels['live']?.messages ?? {}).filter((name) => !['ok', 'more', 'undeclared', 'authenticate'].includes(name)).sort(), [...seen].sort())
  t.equal(await client.ended, '3000 token_expired')
  t.match(document.channels['live']?.['x-close-codes'], { 5: { code: 3000, description: /token_expired/ } })
  t.not(checkMessage(document, 'authenticate', { type: 'authenticate' }), null, 'the schema does tell')
  t.not(checkMessage(document, 'authenticated', { type: 'authenticated', expires_at: '3' }), null)
})

t.test('refusals are those of handshakes', async (t) => {
  const { app } = await start({}, (app) => {
    app.get('/http', { websocket: true }, () => {})
    app.get('/close', { websocket: true, config: { websocket: { refuse: 'close' } } }, () => {})
  })
  t.teardown(() => app.close())
  const { channels } = app.security.asyncapi()
  const table: [what: string, path: string, options: object, ended: string][] = [
    ['nothing', '/http', {}, '401 credentials_missing'],
    ['an invalid token', '/http', bearerOf('nobody'), '401 credentials_invalid'],
    ['too few scopes', '/http', bearerOf(tokenOf('ada', [])), '403 scope_insufficient'],
    ['no answer', '/http', bearerOf('down'), '503 verifier_unavailable'],
    ['nothing', '/close', {}, '3000 credentials_missing'],
    ['too few scopes', '/close', bearerOf(tokenOf('ada', [])), '3003 scope_insufficient'],
    ['no answer', '/close', bearerOf('down'), '1013 verifier_unavailable']
  ]
  for (const [what, path, options, ended] of table) {
    const [code, reason] = ended.split(' ')
    const live = await connect(app, path, options).ended
    t.match(live, path === '/http' ? `HTTP ${code}` : `${code} ${reason}`, `${path}: ${what}`)
    const refusals = channels[path.slice(1)]?.['x-refusals'] ?? []
    t.ok(refusals.some((refusal) => refusal.code === reason && String(refusal.close ?? refusal.status) === code), `${path}: ${what} is described`)
  }
})
