import type { Operation } from './application.ts'
import { CLIENT, USER } from './authorization-server.ts'
import { browserTest } from './browser.ts'
import { openSwaggerUi, startDocumented } from './swagger-ui.ts'

const VERSIONS = ['3.0.4', '3.1.1']

const CLIENT_FIELDS = (flow: string) => ({ [`client_id_${flow}`]: CLIENT.id, [`client_secret_${flow}`]: CLIENT.secret })
const USER_FIELDS = { oauth_username: USER.username, oauth_password: USER.password, ...CLIENT_FIELDS('password') }

const FLOWS: readonly [title: string, fields: Record<string, string>, asked: readonly [Operation, string][]][] = [
  ['oauth (OAuth2, clientCredentials)', CLIENT_FIELDS('clientCredentials'), [['oauth', '200 oauth'], ['write', '403 scope_insufficient: write']]],
  ['oauth (OAuth2, password)', USER_FIELDS, [['oauth', '200 oauth'], ['write', '403 scope_insufficient: write']]],
  ['oauth (OAuth2, authorizationCode with PKCE)', {}, [['oauth', '200 oauth'], ['write', '403 scope_insufficient: write']]],
  ['login (OAuth2, client_credentials)', CLIENT_FIELDS('client_credentials'), [['login', '200 login']]],
  ['login (OAuth2, password)', USER_FIELDS, [['login', '200 login']]],
  ['login (OAuth2, authorization_code with PKCE)', {}, [['login', '200 login']]]
]

browserTest('Authorize, for OAuth 2.0 and OpenID Connect', async (t, { open, faults }) => {
  for (const version of VERSIONS) {
    const { origin, close } = await startDocumented(version)
    t.teardown(close)
    for (const [title, fields, asked] of FLOWS) {
      const page = await open()
      const { authorize, execute } = await openSwaggerUi(page, origin)
      await authorize(title, fields)
      for (const [operation, summary] of asked) t.equal((await execute(operation)).summary, summary, `${title}: ${operation}, ${version}`)
      await page.close()
    }
  }
  t.strictSame(faults, [])
})
