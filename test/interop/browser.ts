import type { ConsoleMessage, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { findChromium } from '../browser/chromium.ts'

const found = await findChromium()
const skip = 'missing' in found ? `there is no browser to test with: ${found.missing}` : false
if (skip !== false) console.error(`skipped, because ${skip}`)

/** Opens pages, each without cookies or storage of those before, and notes what goes wrong in them. */
export interface Tabs {
  open (): Promise<Page>
  readonly faults: string[]
}

/** A test that needs a browser; skipped where there is none. */
export function browserTest (name: string, run: (t: Test, tabs: Tabs) => Promise<void>): void {
  t.setTimeout(170_000)
  t.test(name, { skip, timeout: 160_000 }, async (t) => {
    if ('missing' in found) return
    const browser = await found.launch()
    t.teardown(() => browser.close())
    const faults: string[] = []
    await run(t, {
      faults,
      async open () {
        const page = await browser.newPage() as unknown as Page // all of it, not only what the other tests use
        await page.context().clearCookies()
        page.on('pageerror', ({ message }) => { faults.push(message) })
        page.on('console', (message) => { if (isFault(message)) faults.push(message.text()) })
        page.on('request', (request) => { if (!/^(?:http:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url())) faults.push(request.url()) })
        return page
      }
    })
  })
}

/** The browser itself notes every refusal as an error, and looks for an icon. */
function isFault (message: ConsoleMessage): boolean {
  if (message.type() !== 'error' || message.location().url.endsWith('/favicon.ico')) return false
  return !/^Failed to load resource: the server responded with a status of 40[013]/.test(message.text())
}

/** The browser answers the challenge of Basic by asking the user; this presses Cancel, and notes what was asked. */
export async function cancelPrompts (page: Page, urlPattern: string): Promise<string[]> {
  const prompts: string[] = []
  const session = await page.context().newCDPSession(page)
  session.on('Fetch.requestPaused', ({ requestId }) => { session.send('Fetch.continueRequest', { requestId }) })
  session.on('Fetch.authRequired', ({ requestId, authChallenge: { scheme, realm } }) => {
    prompts.push(`${scheme} ${realm}`)
    session.send('Fetch.continueWithAuth', { requestId, authChallengeResponse: { response: 'CancelAuth' } })
  })
  await session.send('Fetch.enable', { handleAuthRequests: true, patterns: [{ urlPattern }] })
  return prompts
}
