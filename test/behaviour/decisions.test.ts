import t, { type Test } from 'tap'
import { addTwins, makeApplication, type Application } from '../support/application.ts'
import { DRIVERS, INJECT, secretsOf, type Answered, type Driver } from '../support/drivers.ts'
import { judge } from '../support/oracles.ts'
import { OPTIONAL } from './decisions/optional.ts'
import { PRESENTED } from './decisions/presented.ts'
import { REQUIREMENTS } from './decisions/requirements.ts'
import type { Row } from './decisions/row.ts'
import { VERDICTS } from './decisions/verdicts.ts'

const ROWS: readonly Row[] = [...REQUIREMENTS, ...PRESENTED, ...OPTIONAL, ...VERDICTS]

t.test('the table is as long as it has to be, and no row stands twice', async (t) => {
  t.ok(ROWS.length >= 120, `${ROWS.length} rows`)
  t.equal(new Set(ROWS.map(([shows, security]) => JSON.stringify([shows, security]))).size, ROWS.length)
})

const PATHS = new Map([...new Set(ROWS.map(([, security]) => JSON.stringify(security)))].map((declared, index) => [declared,
  String(index)]))

for (const driver of DRIVERS) {
  t.test(`decisions through ${driver.name}`, async (t) => { await ask(t, await start(t), driver, ROWS) })
}

t.test('an answer does not depend on what was asked before', async (t) => { await ask(t, await start(t), INJECT, [...ROWS].reverse()) })

async function start (t: Test): Promise<Application> {
  const application = await makeApplication()
  for (const [declared, security] of new Map(ROWS.map(([, security]) => [JSON.stringify(security), security]))) {
    addTwins(application, PATHS.get(declared) ?? '', security)
  }
  await application.app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => application.app.close())
  return application
}

async function ask (t: Test, application: Application, driver: Driver, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    const [shows, security, presented] = row
    const reason = driver.cannot(presented)
    if (reason !== null) {
      t.comment(`not through ${driver.name}: ${shows}: ${reason}`)
      continue
    }
    const path = `/${driver.websocket ? 'ws' : 'http'}/${PATHS.get(JSON.stringify(security))}`
    t.strictSame(await observe(application, driver, path, row), expectedOf(row, driver, path), `${driver.name}: ${shows}`)
  }
}

async function observe ({ app, ran, verified }: Application, driver: Driver, path: string, [, , presented]: Row): Promise<unknown> {
  ran.length = verified.length = 0
  const answered = await driver.ask(app, path, presented)
  const { statusCode, headers } = answered
  const read = readBody(answered)
  return {
    statusCode,
    challenges: headers['www-authenticate'] ?? [],
    ...(statusCode === 200 || statusCode === 101
      ? { auth: read['auth'] }
      : {
          code: read['code'],
          requiredScopes: read['required_scopes'] ?? []
        }),
    verified: verified.join(' '),
    ran: ran.join(' '),
    oracle: oracle(answered, presented)
  }
}

function expectedOf ([, , , answer, verified]: Row, driver: Driver, path: string): unknown {
  return answer.status === 200
    ? { statusCode: driver.websocket ? 101 : 200, challenges: [], auth: answer.auth, verified, ran: path, oracle: 'content' }
    : {
        statusCode: answer.status,
        challenges: answer.challenges,
        code: answer.code,
        requiredScopes: answer.requiredScopes,
        verified,
        ran: '',
        oracle: 'content'
      }
}

function oracle (answered: Answered, presented: readonly string[]): string {
  try {
    judge(answered, { secrets: secretsOf(presented) })
    return 'content'
  } catch (error) {
    return String(error)
  }
}

function readBody ({ body }: Answered): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown> // every answer of the fixtures is an object
  } catch {
    return { code: `not JSON: ${body}` }
  }
}
