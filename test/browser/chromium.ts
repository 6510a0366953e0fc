import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const EXECUTABLE = '/usr/bin/chromium'
const ARGUMENTS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'
]

interface Finder {
  locator (selector: string): Locator
  getByRole (role: string, options: { name: string }): Locator
  getByText (text: string): Locator
}

/** What the tests use of playwright-core, which need not be installed. */
export interface Locator extends Finder {
  click (): Promise<void>
  fill (text: string): Promise<void>
  selectOption (value: string): Promise<unknown>
  uncheck (): Promise<void>
  waitFor (): Promise<void>
  innerText (): Promise<string>
  first (): Locator
  last (): Locator
}

export interface Page extends Finder {
  goto (url: string): Promise<unknown>
  evaluate (expression: string): Promise<unknown>
  waitForEvent (event: 'popup'): Promise<Page>
  waitForEvent (event: 'close'): Promise<unknown>
  on (event: 'console', listener: (message: { text (): string }) => void): void
  on (event: 'pageerror', listener: (error: Error) => void): void
  on (event: 'request', listener: (request: { url (): string }) => void): void
}

export interface Browser {
  newPage (): Promise<Page>
  close (): Promise<void>
}

interface Playwright {
  readonly chromium: { launchPersistentContext (folder: string, options: object): Promise<Browser> }
}

/** Finds the browser and what drives it; says what is missing. */
export async function findChromium (): Promise<{ launch (): Promise<Browser> } | { missing: string }> {
  if (!existsSync(EXECUTABLE)) return { missing: `${EXECUTABLE} is not there` }
  const name: string = 'playwright-core'
  const playwright: Playwright | null = await import(name).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return null
    throw error
  })
  if (playwright === null) return { missing: `${name} is not installed` }
  return { launch: () => launch(playwright) }
}

/** Starts with an empty profile, which is removed at the end. */
async function launch ({ chromium }: Playwright): Promise<Browser> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chromium-'))
  const context = await chromium.launchPersistentContext(folder, { executablePath: EXECUTABLE, args: ARGUMENTS })
  return {
    newPage: () => context.newPage(),
    async close () {
      await context.close()
      await rm(folder, { recursive: true, force: true })
    }
  }
}
