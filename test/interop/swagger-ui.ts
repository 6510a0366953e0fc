import swaggerUi from '@fastify/swagger-ui'
import type { Locator, Page } from 'playwright-core'
import { startApplication, summarize, type Application, type Operation } from './application.ts'
import { CLIENT } from './authorization-server.ts'

/** Swagger UI in a page. */
export interface SwaggerUi {
  /** What stands in the dialog about a scheme, or a flow of it: `oauth (OAuth2, password)`. */
  describe (title: string): Promise<string>
  /** Fills in the fields of a scheme, or of a flow, by their ids, and presses Authorize. */
  authorize (title: string, fields: Readonly<Record<string, string>>): Promise<void>
  /** Executes an operation; says what the page shows of the answer. */
  execute (operation: Operation): Promise<{ readonly summary: string, readonly body: unknown }>
}

/** Starts the fixture with Swagger UI at `/documentation`. */
export function startDocumented (version: string, persistAuthorization = false): Promise<Application> {
  return startApplication(version, async (scope) => {
    await scope.register(swaggerUi, {
      routePrefix: '/documentation',
      initOAuth: { clientId: CLIENT.id, usePkceWithAuthorizationCodeGrant: true },
      uiConfig: { tryItOutEnabled: true, persistAuthorization }
    })
  })
}

/** Opens the documentation. */
export async function openSwaggerUi (page: Page, origin: string): Promise<SwaggerUi> {
  await page.goto(`${origin}/documentation`)
  const button = page.locator('.auth-wrapper .authorize').first()
  await button.waitFor()
  const inDialog = async <T>(use: (dialog: Locator) => Promise<T>): Promise<T> => {
    await button.click()
    const result = await use(page.locator('.modal-ux'))
    await page.locator('.modal-ux .close-modal').click()
    return result
  }
  return {
    describe: (title) => inDialog((dialog) => containerOf(dialog, title).innerText()),
    authorize: (title, fields) => inDialog(async (dialog) => {
      const container = containerOf(dialog, title)
      for (const [id, value] of Object.entries(fields)) await container.locator(`input[id="${id}"]`).fill(value)
      const read = container.locator('label[for^="read-"]')
      if (await read.count() > 0) await read.first().click()
      await container.locator('button.authorize').click()
      await container.getByRole('button', { name: 'Remove authorization' }).waitFor()
    }),
    execute: (operation) => execute(page, operation)
  }
}

/** Headings hold several spaces, some of them not breaking. */
function containerOf (dialog: Locator, title: string): Locator {
  const words = title.split(' ').map((word) => word.replace(/[()]/g, '\\$&'))
  return dialog.locator('.auth-container').filter({ has: dialog.page().locator('h4', { hasText: new RegExp(`^${words.join('\\s+')}`) }) })
}

async function execute (page: Page, operation: Operation) {
  const { status, text } = await page.evaluate(`(${EXECUTE})('operations-default-${operation}')`) as { status: string, text: string }
  const body: unknown = JSON.parse(text)
  return { summary: summarize(Number(status), body), body }
}

/** Runs in the page, because driving it from outside takes ten times as long. Shown responses tell that the operation is resolved. */
const EXECUTE = `async (id) => {
  const block = document.getElementById(id)
  const until = async (find) => {
    for (;;) {
      const found = find()
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  if (!block.querySelector('.execute')) block.querySelector('.opblock-summary-control').click()
  await until(() => block.querySelector('tr.response'))
  block.querySelector('.execute').click()
  const response = await until(() => block.querySelector('.live-responses-table .response-col_description pre')?.closest('tr'))
  const answer = { status: response.querySelector('.response-col_status').innerText, text: response.querySelector('pre').innerText }
  block.querySelector('.btn-clear').click()
  await until(() => !block.querySelector('.live-responses-table'))
  block.querySelector('.opblock-summary-control').click()
  await until(() => !block.querySelector('.opblock-body'))
  return answer
}`
