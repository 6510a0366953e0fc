import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { writeAccessMap } from '../../lib/cli/access-map/page.ts'
import { check } from '../../lib/cli/check.ts'
import { inspect, report } from '../../lib/cli/report.ts'
import { build } from '../cli/fixtures/many.ts'
import { findChromium, type Browser, type Locator, type Page } from './chromium.ts'

const found = await findChromium()
const skip = 'missing' in found ? `there is no browser to test with: ${found.missing}` : false
if (skip !== false) console.error(`skipped, because ${skip}`)

interface MapPage extends Page {
  setViewportSize (size: { width: number, height: number }): Promise<void>
  emulateMedia (media: { colorScheme?: 'light' | 'dark', media?: 'screen' | 'print' }): Promise<void>
  selectOption (selector: string, value: string): Promise<unknown>
  check (selector: string): Promise<void>
  getByRole (role: string, options: { name: string | RegExp, exact?: boolean }): Locator & { count (): Promise<number> }
}

/** The texts of the page with the colours they are shown in, blended over what is below them. */
const CONTRASTS = `(() => {
  const parse = (color) => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number)
    return color.startsWith('color(') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a]
  }
  const over = ([r, g, b, a], below) => [r, g, b].map((value, i) => value * a + below[i] * (1 - a))
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const backgroundOf = (element) => {
    if (element === null) return [255, 255, 255]
    const { backgroundColor, backgroundImage } = getComputedStyle(element)
    const image = /rgba?\\([^)]*\\)/.exec(backgroundImage)?.[0]
    const below = over(parse(backgroundColor), backgroundOf(element.parentElement))
    return image === undefined ? below : over(parse(image), below)
  }
  const found = {}
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    if (walker.currentNode.data.trim() === '' || element.closest('script, .unseen, option') !== null) continue
    const background = backgroundOf(element)
    const color = over(parse(getComputedStyle(element).color), background)
    const [light, dark] = [luminance(color), luminance(background)].sort((a, b) => b - a)
    const name = element.tagName.toLowerCase() + (element.className === '' ? '' : '.' + element.className)
    found[name] = Math.min(found[name] ?? 21, (light + 0.05) / (dark + 0.05))
  }
  return found
})()`

const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
const VISIBLE = '[...document.querySelectorAll(".line.first")].filter((row) => row.offsetParent !== null).map((row) => row.querySelector(".method").textContent + " " + row.querySelector(".url").textContent)'

/** Whatever goes wrong in a page, or is asked for by it. */
function watch (page: Page, own: string): string[] {
  const faults: string[] = []
  page.on('pageerror', ({ message }) => { faults.push(message) })
  page.on('console', (message) => { faults.push(message.text()) })
  page.on('request', (request) => { if (request.url() !== own && request.url() !== 'data:,') faults.push(request.url()) })
  return faults
}

async function writePage (t: Test): Promise<string> {
  const app = await build()
  await app.ready()
  const audited = inspect(app)
  const folder = await mkdtemp(path.join(tmpdir(), 'access-map-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'map.html')
  await writeFile(file, writeAccessMap(report(audited, check(audited))))
  await app.close()
  return pathToFileURL(file).href
}

async function open (browser: Browser): Promise<MapPage> {
  const page = await browser.newPage() as MapPage // playwright's pages have all of it
  await page.setViewportSize({ width: 1280, height: 900 })
  return page
}

t.setTimeout(120_000)

t.test('the access map in a browser', { skip, timeout: 110_000 }, async (t) => {
  if ('missing' in found) return
  const url = await writePage(t)
  const browser = await found.launch()
  t.teardown(() => browser.close())

  await t.test('loads nothing, and nothing goes wrong', async (t) => {
    const page = await open(browser)
    const faults = watch(page, url)
    await page.goto(url)
    await page.locator('#shown').getByText('42 routes').waitFor()
    t.strictSame(faults, [])
    t.equal(await page.evaluate('document.images.length + document.scripts.length'), 1, 'what the application says is text')
    t.match(await page.locator('h1').innerText(), 'Orders <script>alert(1)</script> & more')
  })

  await t.test('the filter', async (t) => {
    const page = await open(browser)
    await page.goto(url)
    const shown = async (): Promise<string> => await page.locator('#shown').innerText()
    await page.locator('input[type=search]').fill('put /orders')
    t.strictSame(await page.evaluate(VISIBLE), ['PUT /orders/:id'], 'every word counts')
    t.equal(await shown(), '1 of 42 routes')
    t.equal(await page.evaluate('[...document.querySelectorAll(".matrix tbody:not([hidden])")].length'), 1, 'groups without routes are gone')
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.locator('#shown').getByText('42 routes').waitFor()
    await page.check('input[name=public]')
    t.equal(await shown(), '3 of 42 routes')
    await page.check('input[name=writes]')
    t.strictSame(await page.evaluate(VISIBLE), ['POST /public/feedback'])
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.selectOption('select[name=scheme]', 'till')
    t.equal(await shown(), '12 of 42 routes')
    await page.selectOption('select[name=scope]', 'admin')
    t.equal(await shown(), '6 of 42 routes')
    await page.locator('input[type=search]').fill('no such route')
    t.equal(await shown(), '0 of 42 routes')
  })

  await t.test('says in words what it shows', async (t) => {
    const page = await open(browser)
    await page.goto(url)
    const rows: readonly (readonly [what: string, role: string, name: string | RegExp, number: number])[] = [
      ['a public route', 'rowheader', 'GET /health public', 1],
      ['what is public by inheritance', 'row', /POST \/public\/feedback public anyone may call this inherited: scope default/, 1],
      ['an optional requirement', 'row', /^or nothing callers without credentials/, 1],
      ['alternatives', 'row', /^GET \/orders either required with orders:read on the route$/, 1],
      ['a further alternative', 'row', /^or ✓? ?required$/, 18],
      ['a combination', 'row', /^DELETE \/orders\/:id all 3 required with orders:write and admin together with till and partner/, 1],
      ['a combination among alternatives', 'row', /^PUT \/orders\/:id either both required with orders:write and invoices:read together with till/, 1],
      ['the other one', 'row', /^or required with manager$/, 6],
      ['a WebSocket', 'rowheader', 'GET /live websocket', 1],
      ['a hidden route', 'rowheader', /^GET \/"><img .* hidden$/, 1],
      ['a scheme', 'columnheader', 'partner apiKey', 1],
      ['a group', 'rowheader', '/orders 6 routes', 1]
    ]
    for (const [what, role, name, number] of rows) t.equal(await page.getByRole(role, { name, exact: true }).count(), number, what)
    t.equal(await page.getByRole('search', { name: 'Filter the routes' }).count(), 1)
    t.equal(await page.getByRole('region', { name: 'Routes' }).count() > 0, true, 'what scrolls has a name')
  })

  await t.test('stays readable in the light and in the dark', async (t) => {
    const page = await open(browser)
    await page.goto(url)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const contrasts = await page.evaluate(CONTRASTS) as Record<string, number> // what the expression makes
      t.ok(Object.keys(contrasts).length > 25, `${Object.keys(contrasts).length} kinds of text`)
      t.strictSame(Object.entries(contrasts).filter(([, contrast]) => contrast < 4.5), [], colorScheme)
    }
  })

  await t.test('fits, and keeps its headings in sight', async (t) => {
    const page = await open(browser)
    await page.goto(url)
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 })
      t.equal(await page.evaluate(OVERFLOW), 0, `${width} pixels wide`)
    }
    await page.evaluate('document.querySelector(".matrix").scrollTo(150, 600)')
    t.equal(await page.evaluate(`(() => {
      const box = document.querySelector('.matrix').getBoundingClientRect()
      const corner = document.querySelector('.matrix thead th').getBoundingClientRect()
      const row = [...document.querySelectorAll('tbody th.route')].at(-1).getBoundingClientRect()
      return Math.abs(corner.top - box.top) < 3 && Math.abs(corner.left - box.left) < 3 && Math.abs(row.left - box.left) < 3
    })()`), true)
    await page.emulateMedia({ media: 'print' })
    t.equal(await page.evaluate('getComputedStyle(document.querySelector(".matrix")).overflow'), 'visible', 'all of it is printed')
  })
})
