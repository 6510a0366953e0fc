import t from 'tap'
import { startLive } from '../examples/live.ts'
import { findChromium, type Page } from './chromium.ts'

const found = await findChromium()
const skip = 'missing' in found ? `there is no browser to test with: ${found.missing}` : false
if (skip !== false) console.error(`skipped, because ${skip}`)

/** Milliseconds after which something is taken not to come any more; far more than it takes. */
const PATIENCE = 30_000
/** Seconds that tokens live. */
const LIFETIME = 6

/** What the page has logged, once so many lines begin like this. */
async function logged (page: Page, start: string, times = 1): Promise<string[]> {
  return await page.evaluate(`new Promise((resolve, reject) => {
    const log = document.getElementById('log')
    const lines = () => [...log.children].map(({ textContent }) => textContent)
    const timer = setTimeout(() => { reject(new Error(${JSON.stringify(start)} + ' did not come; what came: ' + lines().join(' | '))) }, ${PATIENCE})
    const check = () => {
      if (lines().filter((line) => line.startsWith(${JSON.stringify(start)})).length < ${times}) return
      clearTimeout(timer)
      resolve(lines())
    }
    new MutationObserver(check).observe(log, { childList: true })
    check()
  })`) as string[] // the lines
}

t.setTimeout(170_000)

t.test('in a browser', { skip, timeout: 160_000 }, async (t) => {
  if ('missing' in found) return
  let live = await startLive({ lifetime: LIFETIME })
  t.teardown(() => live.close())
  const browser = await found.launch()
  t.teardown(() => browser.close())
  const faults: string[] = []
  const visit = async (member: string): Promise<Page> => {
    const page = await browser.newPage()
    page.on('pageerror', ({ message }) => { faults.push(message) })
    page.on('console', (message) => { if (message.text().includes('Content Security Policy')) faults.push(message.text()) })
    await page.goto(`${live.origin}/`)
    await page.locator('#member').selectOption(member)
    return page
  }
  const state = (page: Page): Promise<string> => page.locator('#state').innerText()

  await t.test('refusals can be read, and a token without the scope is for good', async (t) => {
    const page = await visit('eve')
    await page.locator('#without').click()
    await logged(page, 'refused: 3000 credentials_missing')
    await page.locator('#connect').click()
    await logged(page, 'ended: 3003 scope_insufficient chat:read')
    t.equal(await state(page), 'closed')
  })

  await t.test('a connection is renewed in place, again and again', async (t) => {
    const page = await visit('ada')
    await page.locator('#connect').click()
    await logged(page, 'welcome, ada')
    // By then two tokens have ended.
    const lines = await logged(page, 'renewed in place, until ', 4)
    t.strictSame(lines.filter((line) => !line.startsWith('renewed')), ['open, with the subprotocol chat.v1', 'welcome, ada'])
    await page.locator('#text').fill('still here')
    await page.locator('#say').click()
    await logged(page, 'ada: still here')
    t.equal(await state(page), 'open')
    await page.locator('#close').click()
    await logged(page, 'ended: 1000')
    t.equal(await state(page), 'closed')
  })

  await t.test('a message beyond the scopes is refused, and the connection stays', async (t) => {
    const [ada, grace] = [await visit('ada'), await visit('grace')]
    for (const [page, welcome] of [[ada, 'welcome, ada'], [grace, 'welcome, grace']] as const) {
      await page.locator('#connect').click()
      await logged(page, welcome)
    }
    await grace.locator('#text').fill('me too')
    await grace.locator('#say').click()
    await logged(grace, 'chat.say was refused: 403 scope_insufficient, needs chat:write')
    t.equal(await state(grace), 'open')
    await ada.locator('#text').fill('good morning')
    await ada.locator('#say').click()
    const lines = await logged(grace, 'ada: good morning')
    t.notOk(lines.some((line) => line.startsWith('closed')), 'she reads on')
    t.notOk((await logged(ada, 'ada: good morning')).includes('grace: me too'))
    for (const page of [ada, grace]) await page.locator('#close').click()
  })

  await t.test('without renewal it is warned, ends with its token, and comes back with a fresh one', async (t) => {
    const page = await visit('ada')
    await page.locator('#renew').uncheck()
    await page.locator('#connect').click()
    const lines = await logged(page, 'welcome, ada', 2)
    t.match(lines, [
      'open, with the subprotocol chat.v1', 'welcome, ada', /^warned: the token ends at \d\d:\d\d:\d\d$/,
      /^closed: 3000 token_expired, trying again in \d+ ms$/, 'connecting with a fresh token',
      'open, with the subprotocol chat.v1', 'welcome, ada'
    ])
    await page.locator('#close').click()
  })

  await t.test('the operator ends it, and it comes back with a fresh token', async (t) => {
    const page = await visit('ada')
    await page.locator('#connect').click()
    await logged(page, 'welcome, ada')
    await page.locator('#key').fill('guessed')
    await page.locator('#revoke').click()
    await logged(page, 'the operator was refused: 401 credentials_invalid')
    t.equal(await state(page), 'open')
    await page.locator('#key').fill(live.operatorKey)
    await page.locator('#revoke').click()
    await logged(page, 'the operator ended 1')
    await logged(page, 'closed: 3000 token_revoked')
    await logged(page, 'welcome, ada', 2)
    t.equal(await state(page), 'open')
    await page.locator('#close').click()
  })

  await t.test('a server that goes away is waited for', async (t) => {
    const page = await visit('ada')
    await page.locator('#connect').click()
    await logged(page, 'welcome, ada')
    const [port, issuerPort] = [live.origin, live.authorizationServer.issuer].map((origin) => Number(new URL(origin).port))
    await live.close()
    await logged(page, 'closed: 1001')
    await logged(page, 'closed: credentials_unavailable')
    live = await startLive({ lifetime: LIFETIME, ...(port === undefined || issuerPort === undefined ? {} : { port, issuerPort }) })
    await logged(page, 'welcome, ada', 2)
    t.equal(await state(page), 'open')
  })

  t.strictSame(faults, [])
})
