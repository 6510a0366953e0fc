import t from 'tap'
import { bearerOf, connect, offered, start, tokenOf } from './app.ts'

t.test('with refuse: close a browser can read why it was refused, and the handler does not run', async (t) => {
  const { app, seen } = await start({ refuse: 'close', origins: ['https://app.example'] }, (app, seen) => {
    app.get('/live', { websocket: true, schema: { security: [{ oauth: ['read', 'write'] }] } }, () => { seen.push('ran') })
    app.get('/http', { websocket: true, config: { websocket: { refuse: 'http' } } }, () => { seen.push('ran') })
  })
  t.teardown(() => app.close())
  const table: [name: string, path: string, how: Parameters<typeof connect>[2], expected: string][] = [
    ['nothing presented', '/live', {}, '3000 credentials_missing'],
    ['an expired token', '/live', bearerOf('gone'), '3000 token_expired'],
    ['a disabled account, which callers are not told', '/live', bearerOf('off'), '3000 credentials_invalid'],
    ['an invalid token as a subprotocol', '/live', offered('nobody'), '3000 credentials_invalid'],
    ['too few scopes', '/live', bearerOf(tokenOf('ada')), '3003 scope_insufficient read write'],
    ['a verifier that cannot tell', '/live', bearerOf('down'), '1013 verifier_unavailable'],
    ['two tokens', '/live', { ...offered(tokenOf('ada')), ...bearerOf(tokenOf('ada')) }, 'HTTP 400'],
    ['a foreign origin', '/live', { origin: 'https://evil.example', ...bearerOf(tokenOf('ada', ['read', 'write'])) }, 'HTTP 403'],
    ['an origin of null', '/live', { headers: { origin: 'null' } }, 'HTTP 403'],
    ['a route that refuses over HTTP', '/http', {}, 'HTTP 401']
  ]
  for (const [name, path, how, expected] of table) t.equal(await connect(app, path, how).ended, expected, name)
  t.strictSame(seen, [])
  const answer = await app.inject('/live')
  t.equal(answer.statusCode, 401, 'HTTP requests are answered over HTTP')
})

t.test('a reason that does not fit leaves out the scopes', async (t) => {
  const { closingFor } = await import('../../../lib/websocket/close-codes.ts')
  const long = Array.from({ length: 30 }, (_, i) => `scope${i}`)
  t.strictSame(closingFor('scope_insufficient', long), { code: 3003, reason: 'scope_insufficient' })
})
