import t from 'tap'
import { startPetstore } from '../examples/petstore.ts'
import { findChromium, type Page } from './chromium.ts'

const found = await findChromium()
const skip = 'missing' in found ? `there is no browser to test with: ${found.missing}` : false
if (skip !== false) console.error(`skipped, because ${skip}`)

/** Notes what goes wrong in a page, and what it asks for elsewhere than on loopback. */
function watch (page: Page): string[] {
  const faults: string[] = []
  page.on('pageerror', ({ message }) => { faults.push(message) })
  page.on('console', (message) => { if (message.text().includes('Content Security Policy')) faults.push(message.text()) })
  page.on('request', (request) => { if (!/^(?:http:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url())) faults.push(request.url()) })
  return faults
}

/** Goes through the dialog of Swagger UI and the popup, as one of the users. */
async function authorize (page: Page, user: string): Promise<void> {
  const dialog = page.locator('.modal-ux')
  await page.locator('.auth-wrapper .authorize').click()
  const flow = dialog.locator('.auth-container').first()
  await flow.getByText('select all').click()
  const [popup] = await Promise.all([page.waitForEvent('popup'), flow.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click()])
  const closed = popup.waitForEvent('close')
  await signIn(popup, user)
  await closed
  await flow.getByRole('button', { name: 'Remove authorization' }).waitFor()
}

async function signIn (page: Page, user: string): Promise<void> {
  await page.getByRole('button', { name: `Sign in as ${user}` }).click()
}

/** Executes an operation of Swagger UI and reads the status of its response. */
async function execute (page: Page, operation: string): Promise<string> {
  const block = page.locator(`[id$="-${operation}"]`)
  await block.locator('.opblock-summary-control').click()
  await block.getByRole('button', { name: 'Execute' }).click()
  return await block.locator('.live-responses-table .response-col_status').last().innerText()
}

t.setTimeout(170_000)

t.test('in a browser', { skip, timeout: 160_000 }, async (t) => {
  if ('missing' in found) return
  const petstore = await startPetstore()
  t.teardown(() => petstore.close())
  const browser = await found.launch()
  t.teardown(() => browser.close())
  const { origin } = petstore

  await t.test('the documentation authorizes through the popup and calls with the token', async (t) => {
    const page = await browser.newPage()
    const faults = watch(page)
    await page.goto(`${origin}/documentation`)
    await page.getByText('See all pets').waitFor()
    t.match(await execute(page, 'listPets'), /^401\b/, 'before')
    await authorize(page, 'Grace')
    await page.locator('.modal-ux .close-modal').click()
    t.match(await execute(page, 'getStock'), /^200\b/, 'Grace reads')
    t.match(await execute(page, 'addPet'), /^403\b/, 'Grace does not write')
    t.strictSame(faults, [])
  })

  await t.test('the page signs in, connects the WebSocket and shows messages and refusals', async (t) => {
    const page = await browser.newPage()
    const faults = watch(page)
    const log = page.locator('#log')
    await page.goto(`${origin}/`)
    await page.getByRole('button', { name: 'Connect without a token' }).click()
    await log.getByText('refused: 401 credentials_missing.').waitFor()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await signIn(page, 'Ada')
    await log.getByText('connected, with the subprotocol petstore.v1').waitFor()
    await log.getByText('welcome, ada').waitFor()
    t.equal(await page.locator('#state').innerText(), 'open')
    t.notMatch(await page.evaluate('location.href'), /[?#]/, 'the code is not left in the address')
    await page.locator('#name').fill('Shelly')
    await page.getByRole('button', { name: 'Add this pet' }).click()
    await log.getByText('Shelly was added').waitFor()
    await page.getByRole('button', { name: 'Connect with a broken token' }).click()
    await log.getByText('refused: 401 credentials_invalid.').waitFor()
    t.equal(await page.locator('#state').innerText(), 'closed')
    t.strictSame(faults, [])
  })
})
