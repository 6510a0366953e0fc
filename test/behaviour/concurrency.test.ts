import Fastify, { type FastifyInstance } from 'fastify'
import { bearer } from 'fastify-openapi-security'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { addTwins, makeApplication } from '../support/application.ts'
import { openConnections, portOf } from '../support/drivers.ts'
import { captureLog } from '../support/log.ts'
import { judge } from '../support/oracles.ts'
import { Connection, requestHead, UPGRADE } from '../support/wire.ts'
import { plug } from './boot/row.ts'

/** Faults of the process while a test runs. */
function watchProcess (t: { teardown (fn: () => void): unknown }): string[] {
  const faults: string[] = []
  const note = (error: unknown) => { faults.push(String(error)) }
  process.on('unhandledRejection', note)
  process.on('uncaughtExceptionMonitor', note)
  t.teardown(() => { process.off('unhandledRejection', note).off('uncaughtExceptionMonitor', note) })
  return faults
}

t.test('who one is on a connection is forgotten with the request (E-06, N03)', async (t) => {
  const application = await makeApplication()
  addTwins(application, 'x', [{ oauth: [] }, { service: [] }])
  addTwins(application, 'optional', [{}, { oauth: [] }, { service: [] }])
  await application.app.listen({ host: '127.0.0.1', port: 0 })
  const connection = await Connection.open(portOf(application.app))
  const table: [path: string, word: string | null, status: number, auth: unknown][] = [
    ['x', 'only-oauth', 200, { oauth: { by: 'oauth' } }], ['x', null, 401, undefined], ['optional', null, 200, null],
    ['x', 'only-service', 200, { service: { by: 'service' } }],
    ['optional', null, 200, null], ['optional', 'only-oauth', 200, { oauth: { by: 'oauth' } }], ['x', 'null', 401, undefined],
    ['optional', null, 200, null], ['x', 'throw', 503, undefined], ['x', null, 401, undefined]
  ]
  for (const [path, word, status, auth] of table) {
    connection.send(requestHead('GET', `/http/${path}`, word === null ? [] : [`Authorization: Bearer canary-${word}`]))
    const response = await connection.response()
    judge(response)
    t.strictSame([response.statusCode, (JSON.parse(response.body) as { auth?: unknown }).auth], [status, auth], `${path} ${word}`)
  }
  t.equal(connection.unread, '')
  connection.send(table.map(([path, word]) => requestHead('GET', `/http/${path}`,
    word === null ? [] : [`Authorization: Bearer canary-${word}`])).join(''))
  for (const [path, word, status, auth] of table) {
    const response = await connection.response()
    t.strictSame([response.statusCode, (JSON.parse(response.body) as { auth?: unknown }).auth], [status, auth],
      `pipelined: ${path} ${word}`)
  }
  connection.socket.destroy()
  await application.app.close()
})

t.test('two thousand at once are not taken for each other (B25)', async (t) => {
  const app = Fastify() as FastifyInstance // plain HTTP
  let seed = 7
  const random = () => { seed = seed * 48271 % 2147483647; return seed / 2147483647 }
  const verify = (scheme: string) => async (token: string) => {
    await wait(random() * 20)
    return Number(token.slice('canary-'.length)) % 3 === (scheme === 'third' ? 0 : 1) ? { scheme, token } : null
  }
  await plug(app, {
    schemes: { third: bearer({ verify: verify('third') }), other: bearer({ verify: verify('other') }) },
    security: [{ third: [] }, { other: [] }]
  })
  app.get('/x', async (request) => {
    const before = request.auth
    await wait(random() * 20)
    return { same: request.auth === before, auth: request.auth }
  })
  await app.ready()
  const wrong: string[] = []
  await Promise.all(Array.from({ length: 2000 }, async (_, id) => {
    const token = `canary-${id}`
    const response = await app.inject({ url: '/x', headers: { authorization: `Bearer ${token}` } })
    const scheme = ['third', 'other'][id % 3]
    const expected = scheme === undefined ? 401 : JSON.stringify({ same: true, auth: { [scheme]: { scheme, token } } })
    const found = scheme === undefined ? response.statusCode : response.body
    if (found !== expected) wrong.push(`${id}: ${response.statusCode} ${response.body}`)
  }))
  t.strictSame(wrong, [])
  await app.close()
})

for (const websocket of [false, true]) {
  const what = websocket ? 'handshake' : 'request'
  t.test(`a client that leaves during a slow verification of its ${what}: nothing runs, nothing is left (B21, I01, I16)`, async (t) => {
    const faults = watchProcess(t)
    const { log, server } = captureLog()
    const { app, ran, asked, left, release } = await makeSlow(server)
    for (let i = 0; i < 300; i++) {
      const connection = await Connection.open(portOf(app))
      const words = ['ok', 'null', 'throw']
      connection.send(requestHead('GET', websocket ? '/ws' : '/http',
        [...(websocket ? UPGRADE : []), `Authorization: Bearer canary-${words[i % 3]}`]))
      await asked()
      // Nothing reads an upgraded socket yet, so of a client that just ends its side the server learns by writing only.
      if (websocket && i % 3 !== 0 && i % 2 === 0) {
        connection.socket.destroy()
        release()
      } else if (websocket || i % 2 === 0) connection.socket.resetAndDestroy()
      else connection.socket.destroy()
      await left()
    }
    await wait(0)
    t.strictSame([ran, faults], [[], []])
    t.equal(await openConnections(app), 0, 'no socket is left')
    t.equal(log.said(/already sent|ERR_/).length, 0)
    const alive = await app.inject({ url: '/public' })
    t.equal(alive.statusCode, 200, 'and the process serves on')
    await app.close()
  })
}

/** An application whose verifier answers only when the client has gone. */
async function makeSlow (server: object) {
  const ran: string[] = []
  const app = Fastify(server) as FastifyInstance // plain HTTP
  let asked: () => void = () => {}
  let release: () => void = () => {}
  let left: Promise<unknown> = Promise.resolve()
  let wasAsked = new Promise<void>((resolve) => { asked = resolve })
  await app.register(import('@fastify/websocket'))
  await plug(app, {
    schemes: {
      slow: bearer({
        verify: async (token, request) => {
          left = new Promise((resolve) => { request.raw.socket.once('close', resolve) })
          const released = new Promise<void>((resolve) => { release = resolve })
          asked()
          await Promise.race([left, released])
          if (token === 'canary-throw') throw new Error('too late')
          return token === 'canary-ok' ? { token } : null
        }
      })
    },
    security: [{ slow: [] }],
    verifyTimeout: 10_000
  })
  app.get('/http', async () => { ran.push('/http') })
  app.get('/ws', { websocket: true }, () => { ran.push('/ws') })
  app.get('/public', { schema: { security: [] } }, async () => 'alive')
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    app,
    ran,
    /** Settles when the verifier has been asked once more. */
    async asked () {
      await wasAsked
      wasAsked = new Promise((resolve) => { asked = resolve })
    },
    /** Settles when the server knows that the client has gone. */
    left: () => left,
    /** Lets the verifier answer though the client has not gone. */
    release: () => { release() }
  }
}

t.test('a verifier that answers after its time is not listened to', async (t) => {
  const faults = watchProcess(t)
  const app = Fastify() as FastifyInstance // plain HTTP
  const answers: (() => void)[] = []
  let ran = 0
  const verify = (token: string) => new Promise<object>((resolve, reject) => {
    answers.push(() => { if (token === 'canary-ok') resolve({}); else reject(new Error('too late')) })
  })
  await plug(app, { schemes: { slow: bearer({ verify }) }, security: [{ slow: [] }], verifyTimeout: 5 })
  app.get('/x', async () => { ran++ })
  for (const word of ['ok', 'reject']) {
    const response = await app.inject({ url: '/x', headers: { authorization: `Bearer canary-${word}` } })
    judge(response)
    t.strictSame([response.statusCode, response.headers['retry-after']], [503, '5'], word)
  }
  for (const answer of answers) answer()
  await wait(1)
  t.strictSame([answers.length, ran, faults], [2, 0, []])
  await app.close()
})

t.test('a handlerTimeout shorter than the verification: one answer, and the handler does not run (B20)', async (t) => {
  const faults = watchProcess(t)
  const { log, server } = captureLog()
  const app = Fastify({ ...server, handlerTimeout: 20 }) as FastifyInstance // plain HTTP
  let answer: (verdict: object | null) => void = () => {}
  let ran = 0
  await plug(app, {
    schemes: { slow: bearer({ verify: () => new Promise<object | null>((resolve) => { answer = resolve }) }) },
    security: [{ slow: [] }]
  })
  app.get('/x', async () => { ran++ })
  await app.listen({ host: '127.0.0.1', port: 0 })
  for (const verdict of [{}, null]) {
    const connection = await Connection.open(portOf(app))
    const response = await connection.send(requestHead('GET', '/x', ['Authorization: Bearer canary-ok'])).response()
    t.equal(response.statusCode, 503)
    answer(verdict)
    await wait(1)
    t.equal(connection.unread, '', 'nothing follows')
    connection.socket.destroy()
  }
  t.strictSame([ran, faults, log.said(/already sent/).length], [0, [], 0])
  await app.close()
})
