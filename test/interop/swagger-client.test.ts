import t from 'tap'
import { COOKIE_KEY, HEADER_KEY, OPERATIONS, QUERY_KEY, startApplication, summarize, TOKEN, type Operation } from './application.ts'
import { USER } from './authorization-server.ts'

interface Answer { readonly status: number, readonly body: unknown }

/** What the test uses of swagger-client, which comes without types. */
interface Client {
  readonly apis: { readonly default: Readonly<Record<string, () => Promise<Answer>>> }
}

type Constructor = new (options: { spec: object, authorizations?: Readonly<Record<string, unknown>> }) => Promise<Client>

const name: string = 'swagger-client'
const { default: SwaggerClient } = await import(name) as { default: Constructor }

/** Executes an operation by its operationId; answers that are not 2xx are thrown. */
async function execute ({ apis }: Client, operation: Operation): Promise<string> {
  const call = apis.default[operation]
  if (call === undefined) throw new Error(`there is no operation ${operation}`)
  const { status, body } = await call().catch((error: { response: Answer }) => error.response)
  return summarize(status, body)
}

t.test('operations are executed by their operationId, with the credentials that their security asks for', async (t) => {
  for (const version of ['3.0.4', '3.1.1']) {
    const { app, authorizationServer, close } = await startApplication(version)
    t.teardown(close)
    const token = { token: { access_token: authorizationServer.issue('client', 'read') } }
    const known: Record<string, unknown> = {
      basic: USER,
      bearer: { value: TOKEN },
      header: { value: HEADER_KEY },
      query: { value: QUERY_KEY },
      cookie: { value: COOKIE_KEY },
      oauth: token,
      login: token
    }
    const rows: readonly [operation: Operation, without: string, withAll: string][] = [
      ['basic', '401 credentials_missing', '200 basic'],
      ['bearer', '401 credentials_missing', '200 bearer'],
      ['header', '401 credentials_missing', '200 header'],
      ['query', '401 credentials_missing', '200 query'],
      ['cookie', '401 credentials_missing', '200 cookie'],
      ['oauth', '401 credentials_missing', '200 oauth'],
      ['write', '401 credentials_missing', '403 scope_insufficient: write'],
      ['login', '401 credentials_missing', '200 login'],
      ['certificate', '403 certificate_missing', '403 certificate_missing'],
      ['both', '401 credentials_missing', '200 bearer and header'],
      ['either', '401 credentials_missing', '200 header'],
      ['optional', '200 nobody', '200 bearer'],
      ['open', '200 nobody', '200 nobody']
    ]
    t.strictSame(rows.map(([operation]) => operation), Object.keys(OPERATIONS), 'every operation has a row')
    const spec = app.swagger()
    const anonymous = await new SwaggerClient({ spec })
    const authorized = await new SwaggerClient({ spec, authorizations: known })
    for (const [operation, without, withAll] of rows) {
      t.equal(await execute(anonymous, operation), without, `${operation} without credentials, ${version}`)
      t.equal(await execute(authorized, operation), withAll, `${operation} with all credentials, ${version}`)
    }
    const half = await new SwaggerClient({ spec, authorizations: { bearer: known['bearer'] } })
    t.equal(await execute(half, 'both'), '401 credentials_missing', `one of both, ${version}`)
    t.equal(await execute(half, 'either'), '200 bearer', `one of two alternatives, ${version}`)
    const doubtful = await new SwaggerClient({ spec, authorizations: { bearer: known['bearer'], header: { value: 'guessed' } } })
    t.equal(await execute(doubtful, 'either'), '200 bearer', `it sends what it has for all alternatives, ${version}`)
    const wrong = await new SwaggerClient({ spec, authorizations: { bearer: { value: 'guessed' } } })
    t.equal(await execute(wrong, 'bearer'), '401 credentials_invalid', `a wrong token, ${version}`)
  }
})
