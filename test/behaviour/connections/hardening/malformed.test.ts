import t from 'tap'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { bearer } from 'fastify-openapi-security'
import { handshake, ORIGIN, portOf } from '../../../support/drivers.ts'
import { CANARY, malformedUpgrade } from './malformed.ts'
import { alarms, idleState, restingProcess } from './residue.ts'
import { gone, randomFrom, storm } from './storm.ts'

/** All take about a minute, and are sent before a merge (`.ci/run`). */
const COUNT = Number(process.env['MALFORMED_UPGRADES'] ?? 10_000)
const LANES = 40

async function start (ran: string[]): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(websocket)
  await app.register(fastifySecurity, {
    schemes: { oauth: bearer({ verify: (token) => token === CANARY ? { subject: 'ada' } : null }) },
    security: [{ oauth: [] }],
    logLevel: 'silent',
    websocket: { origins: [ORIGIN], ticket: true, query: true }
  })
  app.get('/live', { websocket: true }, (socket) => {
    ran.push('live')
    socket.send('welcome')
  })
  app.get('/pets/:name', { websocket: true }, () => { ran.push('pets') })
  app.get('/plain', async () => { ran.push('plain') })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app
}

t.setTimeout(170_000)

t.test('malformed upgrades are refused, whatever is wrong with them (I03, I17, I18)', async (t) => {
  const random = randomFrom(20_262)
  const ran: string[] = []
  const noise = alarms()
  const resting = restingProcess()
  const app = await start(ran)
  const idle = await idleState(app)
  const wrong: string[] = []
  const statuses = new Map<string, number>()

  await storm(portOf(app), COUNT, LANES, async (socket) => {
    const request = malformedUpgrade(random)
    let answer = ''
    socket.on('data', (chunk) => { answer += chunk.toString('latin1') })
    if (random() < 0.9) socket.end(request, 'latin1')
    else socket.write(request, 'latin1', () => { socket.resetAndDestroy() })
    await gone(socket)
    const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none'
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (/HTTP\/1\.1 [1235]/.test(answer) || answer.includes(CANARY)) wrong.push(`${request} → ${answer}`)
  })

  const { held, idle: before } = await idle()
  t.strictSame(wrong.slice(0, 3), [], 'none is answered but with 4xx, and none hears the token')
  t.strictSame(ran, [], 'no handler runs')
  for (const status of ['400', '401', '403', '404', '414', '431']) t.ok((statuses.get(status) ?? 0) > 0, `some are answered with ${status}`)
  t.strictSame(held, before, 'nothing is held for any of them')
  t.equal((await handshake(app, '/live', [`Authorization: Bearer ${CANARY}`])).body, 'welcome', 'a good client is served')
  await app.close()
  t.strictSame(await resting(), [], 'no timer and no socket keeps the process alive')
  noise.stop()
  t.strictSame(noise.heard, [])
})
