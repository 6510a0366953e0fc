import t from 'tap'
import { WebSocket } from 'ws'
import { printable, type Command } from '../../examples/petstore/commands.ts'
import { startLive } from './live.ts'
import { codeOf, get, send } from './petstore.ts'

const live = await startLive()
t.teardown(() => live.close())
const { origin, authorizationServer: { issuer, secrets }, operatorKey } = live

/** Connects as a command does; resolves to what the close frame says. */
async function closed ({ url, headers }: Command): Promise<string> {
  const own = Object.fromEntries(headers.filter(([name]) => name === 'Authorization'))
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers: own })
  return await new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', (code, reason) => { resolve(`${code} ${reason.toString()}`) })
  })
}

t.test('every command printed at the start does what is printed below it', async (t) => {
  const commands = await live.commands()
  for (const command of commands) {
    t.match(printable(command), new RegExp(`^\\$ curl -i [^\\n]*(?:${origin}|${issuer})[^\\n]*\\n# → ${command.status} \\S[^\\n]*$`))
    if (command.status === 101) {
      t.match(command.text, new RegExp(`closed with ${await closed(command)}$`), command.text)
      continue
    }
    const { status, challenges } = await send(command)
    t.equal(status, command.status, command.text)
    t.equal(challenges.length > 0, status === 401 || challenges.join().includes('insufficient_scope'), 'challenges')
  }
  t.strictSame([...new Set(commands.map(({ status }) => status))].sort(), [101, 200, 401, 403])
})

async function tokenOf (member: string): Promise<string> {
  const response = await fetch(`${origin}/session/${member}/token`, { method: 'POST' })
  return (await response.json() as { access_token: string }).access_token
}

t.test('a token that was revoked gets in nowhere, and a new one does', async (t) => {
  const token = await tokenOf('ada')
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/chat`, { headers: { authorization: `Bearer ${token}` } })
  const ended = new Promise<string>((resolve) => { socket.once('close', (code, reason) => { resolve(`${code} ${reason.toString()}`) }) })
  await new Promise((resolve, reject) => { socket.once('message', resolve).once('error', reject) })
  const revoked = await send({ method: 'DELETE', url: `${origin}/connections/ada`, headers: [['X-Operator-Key', operatorKey]] })
  t.strictSame(JSON.parse(revoked.body), { ended: 1 })
  t.equal(await ended, '3000 token_revoked')
  t.equal(codeOf(await get(`${origin}/messages`, token)), 'token_revoked')
  t.equal((await get(`${origin}/messages`, await tokenOf('ada'))).status, 200)
})

t.test('the authorization server gives tokens to its clients only', async (t) => {
  const basic = (text: string) => ['Authorization', `Basic ${btoa(text)}`] as const
  const table: [name: string, headers: Command['headers'], body: string, status: number][] = [
    ['a client', [basic(`grace:${secrets['grace']}`)], 'grant_type=client_credentials', 200],
    ['a wrong secret', [basic('grace:guessed')], 'grant_type=client_credentials', 401],
    ['the secret of another', [basic(`grace:${secrets['ada']}`)], 'grant_type=client_credentials', 401],
    ['a stranger', [basic('toString:guessed')], 'grant_type=client_credentials', 401],
    ['nobody', [], 'grant_type=client_credentials', 401],
    ['another grant', [basic(`grace:${secrets['grace']}`)], 'grant_type=password', 400]
  ]
  for (const [name, headers, body, status] of table) t.equal((await send({ method: 'POST', url: `${issuer}/token`, headers, body })).status, status, name)
  t.equal((await fetch(`${origin}/session/toString/token`, { method: 'POST' })).status, 404)
})

t.test('the page gets the client as scripts without types', async (t) => {
  for (const path of ['/', '/page/page.js', '/page/style.css', '/client/client.js', '/client/client/connect.js', '/client/client/session.js']) {
    const { status, headers, body } = await get(`${origin}${path}`)
    t.equal(status, 200, path)
    t.match(headers['content-type'], path.endsWith('.js') ? 'text/javascript' : /text\/(?:html|css)/)
    if (path.endsWith('.js')) t.notMatch(body, /\.ts['"]|^import type|^export (?:type|interface)/m, path)
  }
})

t.test('what is said on a connection is documented, and linked from the handshake', async (t) => {
  const read = async (path: string): Promise<Record<string, never>> => JSON.parse((await get(`${origin}${path}`)).body) as Record<string, never>
  const [openapi, asyncapi] = await Promise.all([read('/documentation/json'), read('/documentation/asyncapi.json')])
  t.match(openapi, { paths: { '/chat': { get: { 'x-asyncapi': `${origin}/documentation/asyncapi.json#/channels/followChat` } } } })
  t.match(asyncapi, { asyncapi: '3.0.0', channels: { followChat: { address: '/chat', messages: { 'chat.say': {}, 'chat.said': {}, 'chat.welcome': {} } } } })
  t.notOk(Object.hasOwn(asyncapi['components']?.['messages'] ?? {}, 'undeclared'), 'all of it')
})
