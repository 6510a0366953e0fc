import scalar from '@scalar/fastify-api-reference'
import type { Page } from 'playwright-core'
import { HEADER_KEY, startApplication, summarize, TOKEN, type Operation } from './application.ts'
import { USER } from './authorization-server.ts'
import { browserTest, cancelPrompts } from './browser.ts'

/** Opens the request dialog of an operation. */
async function openOperation (page: Page, origin: string, operation: Operation) {
  await page.goto('about:blank')
  await page.goto(`${origin}/reference`)
  await page.getByRole('link', { name: `/${operation}` }).first().click()
  await page.getByRole('button', { name: `Test Request (get /${operation})` }).click()
  const dialog = page.getByRole('dialog', { name: 'API Client' })
  const send = dialog.getByRole('button', { name: 'Send get request' })
  await send.waitFor()
  return {
    dialog,
    async send (): Promise<string> {
      const isAnswer = (url: string) => new URL(url).pathname === `/${operation}`
      const [response] = await Promise.all([page.waitForResponse((response) => isAnswer(response.url())), send.click()])
      await dialog.getByText(`${response.status()} ${response.statusText()}`).first().waitFor()
      return summarize(response.status(), await response.json())
    }
  }
}

/** Before and after the fields are filled in. */
const ROWS: readonly [operation: Operation, fields: Record<string, string>, before: string][] = [
  ['bearer', { '[placeholder=Token]': TOKEN }, '401 credentials_malformed'],
  ['header', { '[placeholder^=QUx]': HEADER_KEY }, '401 credentials_malformed'],
  ['basic', { '[data-placeholder=janedoe]': USER.username, '[placeholder^="***"]': USER.password }, '401 credentials_missing']
]

/** What is not filled in is sent all the same, as an empty token or key. */
const SHOWN: readonly [operation: Operation, authentication: RegExp, answer: string][] = [
  ['open', /Authentication Select Auth Type No authentication selected/, '200 nobody'],
  ['optional', /Authentication Optional Select Auth Type No authentication selected/, '200 nobody'],
  ['both', /Authentication Required Selected Auth Type: bearer & header/, '401 credentials_malformed'],
  ['either', /Authentication Required Selected Auth Type: header/, '401 credentials_malformed'],
  ['oauth', /Authentication Required Selected Auth Type: oauth/, '401 credentials_malformed'],
  ['login', /Authentication Required Selected Auth Type: login/, '401 credentials_malformed'],
  ['certificate', /Authentication Required Selected Auth Type: certificate Mutual TLS/, '403 certificate_missing']
]

browserTest('Scalar shows what operations ask, and sends what is filled in', async (t, { open, faults }) => {
  const { origin, close } = await startApplication('3.1.1', async (scope) => {
    await scope.register(scalar, { routePrefix: '/reference', configuration: { withDefaultFonts: false } })
  })
  t.teardown(close)
  const page = await open()
  await cancelPrompts(page, '*/basic')
  for (const [operation, fields, before] of ROWS) {
    const { dialog, send } = await openOperation(page, origin, operation)
    t.match((await dialog.innerText()).replace(/\s+/g, ' '), `Authentication Required Selected Auth Type: ${operation}`, operation)
    t.equal(await send(), before, `${operation} before`)
    for (const [selector, value] of Object.entries(fields)) await dialog.locator(selector).fill(value)
    t.equal(await send(), `200 ${operation}`, `${operation} after`)
  }
  for (const [operation, authentication, answer] of SHOWN) {
    const { dialog, send } = await openOperation(page, origin, operation)
    t.match((await dialog.innerText()).replace(/\s+/g, ' '), authentication, `what ${operation} asks is shown`)
    t.equal(await send(), answer, `${operation}, nothing filled in`)
  }
  t.strictSame(faults, [])
})
