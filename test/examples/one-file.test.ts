import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { send } from './petstore.ts'

type Row = readonly [text: string, request: string, headers: readonly (readonly [string, string])[], status: number, body?: unknown]

/** The address is computed because declarations of schemes merge across a program, and each example has its own. */
async function load<T extends object> (name: string): Promise<T & { build (): Promise<FastifyInstance> }> {
  return await import(new URL(`../../examples/${name}.ts`, import.meta.url).href)
}

async function check (t: Test, app: FastifyInstance, rows: readonly Row[]): Promise<string> {
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  for (const [text, request, headers, status, body] of rows) {
    const [method = '', path = ''] = request.split(' ')
    const answer = await send({ method, url: `${origin}${path}`, headers })
    t.equal(answer.status, status, text)
    t.equal(answer.challenges.length > 0, status === 401 || (status === 403 && answer.challenges.join().includes('insufficient_scope')), text)
    if (body !== undefined) t.strictSame(JSON.parse(answer.body), body, text)
  }
  return origin
}

const bearer = (token: string) => ['Authorization', `Bearer ${token}`] as const

t.test('bearer', async (t) => {
  const { build, token } = await load<{ token: string }>('bearer')
  await check(t, await build(), [
    ['a service', 'GET /whoami', [bearer(token)], 200, { name: 'billing' }],
    ['the default', 'GET /invoices', [], 401],
    ['a stranger', 'GET /whoami', [bearer('guessed')], 401],
    ['public', 'GET /health', [], 200, { healthy: true }]
  ])
})

t.test('scopes', async (t) => {
  const { build, issueToken } = await load<{ issueToken (scope: string): Promise<string> }>('scopes')
  const reading = bearer(await issueToken('pets:read'))
  const writing = bearer(await issueToken('pets:write pets:read'))
  await check(t, await build(), [
    ['the default asks to read', 'GET /pets', [reading], 200, ['Rex', 'Mimi']],
    ['reading is not enough', 'DELETE /pets/Rex', [reading], 403],
    ['both scopes, in any order', 'DELETE /pets/Rex', [writing], 200, { removedBy: 'ada' }],
    ['no scope at all', 'GET /pets', [bearer(await issueToken('pets'))], 403],
    ['nothing', 'GET /pets', [], 401]
  ])
})

t.test('key-or-bearer', async (t) => {
  const { build, key, token } = await load<{ key: string, token: string }>('key-or-bearer')
  await check(t, await build(), [
    ['a key will do', 'GET /orders', [['X-API-Key', key]], 200, { seenBy: 'Paws & Co' }],
    ['a token will do', 'GET /orders', [bearer(token)], 200, { seenBy: 'billing' }],
    ['a token will do beside a wrong key', 'GET /orders', [['X-API-Key', 'guessed'], bearer(token)], 200, { seenBy: 'billing' }],
    ['neither', 'GET /orders', [], 401],
    ['both together', 'GET /invoices', [['X-API-Key', key], bearer(token)], 200, { seenBy: 'billing for Paws & Co' }],
    ['one of both', 'GET /invoices', [['X-API-Key', key]], 401]
  ])
})

t.test('optional', async (t) => {
  const { build, token } = await load<{ token: string }>('optional')
  await check(t, await build(), [
    ['a member', 'GET /greeting', [bearer(token)], 200, { greeting: 'Hello, Ada!' }],
    ['nobody', 'GET /greeting', [], 200, { greeting: 'Hello, stranger!' }],
    ['a token that is not valid', 'GET /greeting', [bearer('guessed')], 401]
  ])
})

t.test('websocket', async (t) => {
  const { build, token, subprotocols } = await load<{ token: string, subprotocols (token: string): string[] }>('websocket')
  const address = await check(t, await build(), [['over HTTP', 'GET /echo', [], 401]])
  const open = async (protocols: string[], origin: string) => await new Promise((resolve, reject) => {
    const socket = new WebSocket(`${address.replace('http', 'ws')}/echo`, protocols, { origin })
    const heard: string[] = []
    socket.once('open', () => { socket.send('still there?') })
    socket.on('message', (message) => {
      heard.push(String(message))
      if (heard.length === 2) socket.close()
    })
    socket.once('close', () => { resolve([socket.protocol, ...heard]) })
    socket.once('unexpected-response', (request, { statusCode }) => {
      request.destroy()
      resolve(statusCode)
    })
    socket.once('error', reject)
  })
  t.strictSame(await open(subprotocols(token), 'https://app.example'), ['echo', 'Hello, Ada!', 'still there?'])
  t.equal(await open(subprotocols('guessed'), 'https://app.example'), 401, 'a stranger')
  t.equal(await open(subprotocols(token), 'https://elsewhere.example'), 403, 'another site')
})

t.test('custom-scheme', async (t) => {
  const { build, authorize } = await load<{ authorize (id: string, method: string, url: string, seconds?: number): string }>('custom-scheme')
  const own = (...about: Parameters<typeof authorize>) => [['Authorization', authorize(...about)]] as const
  await check(t, await build(), [
    ['signed', 'GET /setpoint', own('thermostat-7', 'GET', '/setpoint'), 200, { site: 'north', celsius: 20 }],
    ['signed for another route', 'GET /setpoint', own('thermostat-7', 'GET', '/other'), 401],
    ['signed long ago', 'GET /setpoint', own('thermostat-7', 'GET', '/setpoint', 1_700_000_000), 401],
    ['an unknown device', 'GET /setpoint', own('thermostat-8', 'GET', '/setpoint'), 401],
    ['malformed', 'GET /setpoint', [['Authorization', 'Device me']], 401]
  ])
})

t.test('run directly, each listens and prints a command to try', async (t) => {
  const names = ['bearer', 'scopes', 'key-or-bearer', 'optional', 'websocket', 'custom-scheme']
  const files = names.map((name) => new URL(`../../examples/${name}.ts`, import.meta.url))
  // One process runs them one after the other, each as its main module.
  const script = files.map((file) => `process.argv[1] = ${JSON.stringify(fileURLToPath(file))}; await import(${JSON.stringify(file.href)})`)
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script.join('\n')], {
    env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = once(child, 'exit')
  const origins = new Set<string>()
  for await (const line of createInterface(child.stdout)) {
    const origin = /^curl -i .*(http:\/\/127\.0\.0\.1:\d+)\//.exec(line)?.[1]
    if (origin !== undefined) origins.add(origin)
    if (origins.size === names.length) break
  }
  child.kill()
  await ended
  t.equal(origins.size, names.length)
})
