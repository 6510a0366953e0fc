import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { portOf } from '../support/drivers.ts'
import { judge } from '../support/oracles.ts'
import { Connection, UPGRADE, type WireResponse } from '../support/wire.ts'
import websocket from '@fastify/websocket'
import { plug } from './boot/row.ts'

/** The four options of the router by which it takes several paths for one (THREATS A02). */
const ROUTERS = Array.from({ length: 16 }, (_, bits) => ({
  caseSensitive: (bits & 1) === 0,
  ignoreDuplicateSlashes: (bits & 2) !== 0,
  ignoreTrailingSlash: (bits & 4) !== 0,
  useSemicolonDelimiter: (bits & 8) !== 0
}))

/** Ways to write a path that some router, proxy or file server takes for `/secret` or for what lies below `/files` (E-11, A01 to A12). */
const TARGETS = [
  '/secret', '/%73ecret', '/secre%54', '/secre%74', '/%73%65%63%72%65%74', '/SECRET', '/Secret', '//secret', '///secret', '/secret/',
  '/secret//', '//secret/x', '///secret/x',
  '/./secret', '/x/../secret', '/%2e/secret', '/x/%2e%2e/secret', '/secret/.', '/secret/..', '/%2fsecret', '/%2Fsecret', '/secret%2f',
  '/%5csecret', '/\\secret',
  '/secret;a=b', '/secret;', '/;/secret', '/secret%3b', '/secret?x', '/secret?', '/secret#x', '/secret%3Fx', '/secret%23x', '/secret%00',
  '/secret%20', '/secret%09',
  '/%2573ecret', '/secret%252f', '/%zz', '/%', '/secret%', '/secret%zz', '/secret%c0%af', '/secret%e0%80%af', '/\xf3ecret',
  'http://evil.example/secret', 'http://evil.example//secret', 'http://evil.example/%73ecret', 'http://public.example/secret',
  '//evil.example/secret', 'https://api.example/secret',
  '/files/a', '/files%2Fsecret.txt', '/files/%2e%2e/x', '/files/..%2fx', '/files//a', '/FILES/a', '/files/a/', '/files/%2fetc',
  '/public/../secret', '/public/%2e%2e/secret',
  '/public;/../secret', '/users/7', '/users/%37', '/users/7/', '/users//7', '/users/7;a=b', '/users/7%2f', `/users/${'7'.repeat(200)}`,
    `/users/${'%37'.repeat(3000)}`, '*', '/*'
]

async function makeApp (routerOptions: object, ran: string[]): Promise<FastifyInstance> {
  const app = Fastify({ routerOptions }) as FastifyInstance // plain HTTP
  await app.register(websocket)
  await plug(app)
  for (const url of ['/secret', '/files/*', '/users/:id']) {
    app.route({ method: ['GET', 'POST'], url, handler: async () => { ran.push(url) } })
    app.get(`/live${url}`, { websocket: true }, () => { ran.push(url) })
  }
  app.get('/public', { schema: { security: [] } }, async () => 'public')
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app
}

/** Sends a target as it is written; a server that hangs up has not let anyone in. */
async function ask (app: FastifyInstance, target: string, lines: readonly string[]): Promise<WireResponse | null> {
  const connection = await Connection.open(portOf(app))
  try {
    return await connection.send([`GET ${target} HTTP/1.1`, 'Host: public.example', ...lines, '', ''].join('\r\n')).response()
  } catch {
    return null
  } finally {
    connection.socket.destroy()
  }
}

/**
 * Where percent-encoding is broken or a parameter too long, Fastify answers before any hook, and @fastify/websocket leaves such an
 * upgrade's socket open, with this plugin or without it.
 */
function runsHooks (target: string): boolean {
  try {
    decodeURIComponent(target)
    return target.length < 100
  } catch {
    return false
  }
}

/** With the semicolon as delimiter this is the public route, as it should be. */
function isPublic (target: string): boolean {
  return target.startsWith('/public;')
}

t.test('no way to write a path gets past the guard', async (t) => {
  for (const router of ROUTERS) {
    const ran: string[] = []
    const app = await makeApp(router, ran)
    const reached = new Set<string>()
    const got = await Promise.all(TARGETS.map(async (target) => {
      const response = await ask(app, target, ['Connection: close'])
      if (response !== null && response.statusCode !== 400) judge(response)
      return [target, response?.body === 'public' ? 0 : response?.statusCode ?? 0] as const
    }))
    const open = got.filter(([, status]) => status >= 200 && status < 300).map(([target]) => target)
    t.strictSame([open, ran], [[], []],
      `${JSON.stringify(router)}: ${got.map(([target, status]) => `${status} ${target.slice(0, 40)}`).join(', ')}`)
    for (const [target, status] of got) if (status === 401) reached.add(target)
    for (const target of reached) {
      const status = (await ask(app, target, ['Connection: close', 'Authorization: Bearer canary-ok']))?.statusCode
      if (status !== 200) t.fail(`${JSON.stringify(router)}: ${target} was refused by the guard, but with a token gives ${status}`)
    }
    t.ok(reached.size >= 8, `${reached.size} ways lead to a guarded route`)
    await app.close()
  }
})

t.test('no way to write a path gets a handshake past the guard (I23)', async (t) => {
  for (const router of ROUTERS.filter((_, index) => index % 5 === 0)) {
    const ran: string[] = []
    const app = await makeApp(router, ran)
    const targets = TARGETS.filter(runsHooks).flatMap((target) => [target, target.replace(/^(http:\/\/[^/]*)?\//, '$1/live/')])
    const got = await Promise.all(targets.map(async (target) => [target, (await ask(app, target, UPGRADE))?.statusCode ?? 0] as const))
    const open = got.filter(([target, status]) => status >= 100 && status < 300 && !isPublic(target)).map(([target]) => target)
    t.strictSame([open, ran], [[], []], JSON.stringify(router))
    t.ok(got.filter(([, status]) => status === 401).length >= 16, 'many ways lead to a guarded route')
    await app.close()
  }
})
