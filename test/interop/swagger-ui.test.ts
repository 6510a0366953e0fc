import { isDeepStrictEqual } from 'node:util'
import { COOKIE_KEY, HEADER_KEY, OPERATIONS, QUERY_KEY, TOKEN, type Operation } from './application.ts'
import { USER } from './authorization-server.ts'
import { browserTest, cancelPrompts } from './browser.ts'
import { documentedProblems } from './documented.ts'
import { openSwaggerUi, startDocumented } from './swagger-ui.ts'

const VERSIONS = ['3.0.4', '3.1.1']

/** Before Authorize, and after all that is not OAuth. */
const ROWS: readonly [operation: Operation, before: string, after: string][] = [
  ['basic', '401 credentials_missing', '200 basic'],
  ['bearer', '401 credentials_missing', '200 bearer'],
  ['header', '401 credentials_missing', '200 header'],
  ['query', '401 credentials_missing', '200 query'],
  ['cookie', '401 credentials_missing', '401 credentials_missing'],
  ['oauth', '401 credentials_missing', '401 credentials_missing'],
  ['write', '401 credentials_missing', '401 credentials_missing'],
  ['login', '401 credentials_missing', '401 credentials_missing'],
  ['certificate', '403 certificate_missing', '403 certificate_missing'],
  ['both', '401 credentials_missing', '200 bearer and header'],
  ['either', '401 credentials_missing', '200 header'],
  ['optional', '200 nobody', '200 bearer'],
  ['open', '200 nobody', '200 nobody']
]

browserTest('Authorize, for schemes without a flow', async (t, { open, faults }) => {
  t.strictSame(ROWS.map(([operation]) => operation), Object.keys(OPERATIONS), 'every operation has a row')
  for (const version of VERSIONS) {
    const { app, origin, close } = await startDocumented(version)
    t.teardown(close)
    const page = await open()
    const prompts = await cancelPrompts(page, '*/basic')
    const { authorize, execute } = await openSwaggerUi(page, origin)
    for (const [operation, before] of ROWS) {
      const { summary, body } = await execute(operation)
      t.equal(summary, before, `${operation} before, ${version}`)
      const status = Number(summary.slice(0, 3))
      if (status === 200) continue
      const documented = documentedProblems(app.swagger(), operation, status)
      t.ok(documented.some((one) => isDeepStrictEqual(one, body)), `${operation}: the body is documented, ${version}`)
    }
    await authorize('bearer (http, Bearer)', { 'auth-bearer-value': 'guessed' })
    t.strictSame((await execute('bearer')).summary, '401 credentials_invalid', `a wrong token, ${version}`)
    await page.reload()
    const again = await openSwaggerUi(page, origin)
    t.strictSame(prompts, ['basic api'], 'for Basic the browser asks by itself')
    await again.authorize('basic (http, Basic)', { 'auth-basic-username': USER.username, 'auth-basic-password': USER.password })
    await again.authorize('bearer (http, Bearer)', { 'auth-bearer-value': TOKEN })
    await again.authorize('header (apiKey)', { api_key_value: HEADER_KEY })
    await again.authorize('query (apiKey)', { api_key_value: QUERY_KEY })
    await again.authorize('cookie (apiKey)', { api_key_value: COOKIE_KEY })
    for (const [operation, , after] of ROWS) t.equal((await again.execute(operation)).summary, after, `${operation} after, ${version}`)
    await page.close()
  }
  t.strictSame(faults, [])
})

browserTest('one credential of two, and OpenAPI 3.2', async (t, { open, faults }) => {
  const { origin, close } = await startDocumented('3.2.0')
  t.teardown(close)
  const { authorize, execute } = await openSwaggerUi(await open(), origin)
  await authorize('bearer (http, Bearer)', { 'auth-bearer-value': TOKEN })
  t.equal((await execute('both')).summary, '401 credentials_missing', 'both are asked for')
  t.equal((await execute('either')).summary, '200 bearer', 'either is')
  await authorize('header (apiKey)', { api_key_value: 'guessed' })
  t.equal((await execute('either')).summary, '200 bearer', 'it sends both, and one of them is right')
  t.equal((await execute('both')).summary, '401 credentials_invalid')
  t.strictSame(faults, [])
})

browserTest('what a script cannot send', async (t, { open }) => {
  const { origin, close } = await startDocumented('3.1.1')
  t.teardown(close)
  const page = await open()
  const { describe, execute } = await openSwaggerUi(page, origin)
  t.match(await describe('certificate (mutualTLS)'), /Certificates are managed via your Operating System and\/or your browser/)
  await page.evaluate(`document.cookie = "session=${COOKIE_KEY}"`)
  t.equal((await execute('cookie')).summary, '200 cookie', 'a cookie that the browser has is sent')
  await page.close()

  const old = await startDocumented('3.0.4')
  t.teardown(old.close)
  const oldPage = await open()
  await openSwaggerUi(oldPage, old.origin)
  await oldPage.locator('.auth-wrapper .authorize').first().click()
  await oldPage.getByText("HTTP authentication: unsupported scheme 'mutualtls'").waitFor()
  await oldPage.close()

  const persistent = await startDocumented('3.1.1', true)
  t.teardown(persistent.close)
  const third = await openSwaggerUi(await open(), persistent.origin)
  await third.authorize('cookie (apiKey)', { api_key_value: COOKIE_KEY })
  t.equal((await third.execute('cookie')).summary, '200 cookie', 'with persistAuthorization it writes the cookie')
})
