import Fastify, { type FastifyInstance } from 'fastify'
import { apiKey } from 'fastify-openapi-security'
import t from 'tap'
import { makeApplication } from '../support/application.ts'
import { portOf, request } from '../support/drivers.ts'
import { judge } from '../support/oracles.ts'
import { Connection } from '../support/wire.ts'
import { plug } from './boot/row.ts'

t.test('bytes that are no HTTP, and fields that are far too long, open nothing (D17)', async (t) => {
  const { app } = await makeApplication()
  let ran = 0
  app.get('/x', { schema: { security: [{ oauth: [] }, { key: [] }, { session: [] }] } }, async () => { ran++ })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const table: [shows: string, lines: string, statuses: number[]][] = [
    ['a folded line', 'Authorization: Bearer\r\n canary-ok', [400]], ['NUL', 'Authorization: Bearer canary\0-ok', [400]],
    ['a space before the colon', 'Authorization : Bearer canary-ok', [400]],
    ['a bare line feed', 'X: y\nAuthorization: Bearer canary-ok', [400]],
    ['a bare carriage return', 'X: y\rAuthorization: Bearer canary-ok', [400]],
    ['64 KB of token', `Authorization: Bearer ${'a'.repeat(65536)}`, [431]],
    ['12 KB of token', `Authorization: Bearer ${'a'.repeat(12000)}`, [401]],
    ['12 KB of spaces', `Authorization: Bearer${' '.repeat(12000)}canary-null`, [401]],
    ['12 KB of key', `X-API-Key: ${'k'.repeat(12000)}`, [401]],
    ['12 KB of cookies', `Cookie: ${'a=b; '.repeat(2400)}`, [401]], ['12 KB of equal cookies', `Cookie: ${'sid=a; '.repeat(1700)}`, [400]],
    ['12 KB of semicolons', `Cookie: ${';'.repeat(12000)}`, [401]],
    ['a thousand fields', Array.from({ length: 1000 }, (_, i) => `X-${i}: y`).join('\r\n'), [401]],
    ['a key behind two thousand fields is not seen by anyone',
      `${Array.from({ length: 2100 }, (_, i) => `a${i}:`).join('\r\n')}\r\nX-API-Key: canary-null`, [401, 431]]
  ]
  for (const [shows, lines, statuses] of table) {
    const connection = await Connection.open(portOf(app))
    const response = await connection.send(`GET /x HTTP/1.1\r\nHost: api.example\r\n${lines}\r\nConnection: close\r\n\r\n`).response()
    if (response.statusCode === 401) judge(response)
    t.ok(statuses.includes(response.statusCode), `${shows}: ${response.statusLine}`)
    connection.socket.destroy()
  }
  t.equal(ran, 0)
  await app.close()
})

t.test('many alternatives: no scheme is verified twice, and the answer stays small (C15, J06)', async (t) => {
  const app = Fastify() as FastifyInstance // plain HTTP
  const calls = new Map<string, number>()
  const schemes = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`s${i}`, apiKey({
    in: 'header',
    name: `X-Key-${i}`,
    roles: ['r'],
    verify: (key) => {
      calls.set(`s${i}`,
        (calls.get(`s${i}`) ?? 0) + 1); return key === 'ok' ? {} : null
    }
  })]))
  const pairs = Array.from({ length: 1000 }, (_, i) => ({ [`s${i % 50}`]: ['r'], [`s${(i * 7 + 1 + Math.floor(i / 50)) % 50}`]: ['r'] }))
  await plug(app, { schemes, security: pairs })
  app.get('/pairs', async () => 'ran')
  app.get('/each', { schema: { security: Object.keys(schemes).map((name) => ({ [name]: [] })) } }, async () => 'ran')
  await app.listen({ host: '127.0.0.1', port: 0 })
  for (const key of ['ok', 'bad']) {
    calls.clear()
    const response = await request(app, 'GET', '/pairs', [...Object.keys(schemes).map((_, i) => `X-Key-${i}: ${key}`), 'Connection: close'])
    judge(response)
    t.strictSame([response.statusCode, calls.size, new Set(calls.values())], [key === 'ok' ? 403 : 401, 50, new Set([1])], key)
  }
  const answers = await Promise.all([1, 2].map(async () => await request(app, 'GET', '/each', ['Connection: close'])))
  const [first = [], second] = answers.map(({ headers }) => headers['www-authenticate'])
  t.equal(first.length, 50)
  t.strictSame(first, second)
  t.ok(first.join(', ').length <= 4096, `${first.join(', ').length} bytes`)
  await app.close()
})
