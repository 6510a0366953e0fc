import t from 'tap'
import { offered, tokenOf } from '../behaviour/connections/app.ts'
import { portOf } from '../support/drivers.ts'
import { serveApi, SESSION } from './api.ts'
import { findChromium, type Page } from './chromium.ts'
import { dial, dialed, dialedInSandbox, heard, say, serveSite } from './pages.ts'

const found = await findChromium()
const skip = 'missing' in found ? `there is no browser to test with: ${found.missing}` : false
if (skip !== false) console.error(`skipped, because ${skip}`)

const PREFIX = 'base64url.bearer.authorization.k8s.io.'
const authenticate = (token: string): string => JSON.stringify({ type: 'authenticate', token })

t.setTimeout(170_000)

t.test('in a browser', { skip, timeout: 160_000 }, async (t) => {
  if ('missing' in found) return
  const [site, foreign] = await Promise.all([serveSite(SESSION), serveSite('other=1')])
  t.teardown(() => Promise.all([site.close(), foreign.close()]))
  const { app, handshakes, cookies } = await serveApi(site.origin)
  t.teardown(() => app.close())
  const browser = await found.launch()
  t.teardown(() => browser.close())
  const base = `ws://127.0.0.1:${portOf(app)}`
  const visit = async ({ origin }: { origin: string }): Promise<Page> => {
    const page = await browser.newPage()
    await page.goto(`${origin}/`)
    return page
  }
  const page = await visit(site)

  await t.test('a token as a subprotocol, in either alphabet, of which the real one is selected', async (t) => {
    const token = tokenOf('ada01', ['read'], 600)
    const url = Buffer.from(token).toString('base64url')
    const plain = Buffer.from(token).toString('base64').replaceAll('=', '')
    t.ok(url.includes('-') && plain.includes('+'), 'the alphabets differ in it')
    for (const encoded of [url, plain]) {
      for (const protocols of [['app.v1', PREFIX + encoded], [PREFIX + encoded, 'app.v1']]) {
        const index = await dial(page, { url: `${base}/live`, protocols })
        t.strictSame(await heard(page, index, 'message'), ['open app.v1', 'message welcome'])
      }
    }
    const alone = await dialed(page, { url: `${base}/live`, protocols: [PREFIX + url] })
    t.strictSame(alone, ['close 1006'], 'it must not stand alone')
    t.equal(handshakes.at(-1), `${site.origin} 400 subprotocol_missing`)
  })

  await t.test('a cookie is for pages of the origins that are named', async (t) => {
    const index = await dial(page, { url: `${base}/session` })
    t.strictSame(await heard(page, index, 'message'), ['open', 'message welcome'])
    t.equal(handshakes.at(-1), `${site.origin} let in`)
    t.match(cookies.at(-1), SESSION)

    const elsewhere = await visit(foreign)
    t.strictSame(await dialed(elsewhere, { url: `${base}/session` }), ['close 1006'])
    t.equal(handshakes.at(-1), `${foreign.origin} 403 origin_not_allowed`)
    t.match(cookies.at(-1), SESSION, 'though the browser attached it')

    for (const how of [{ url: `${base}/session` }, { url: `${base}/live`, ...offered(tokenOf('ada')) }]) {
      t.strictSame(await dialedInSandbox(page, how), ['null', 'close 1006'], 'a page without an origin')
      t.equal(handshakes.at(-1), 'null 403 origin_not_allowed')
    }
  })

  await t.test('a ticket is spent once', async (t) => {
    const ticket = await page.evaluate(`fetch('${base.replace('ws', 'http')}/tickets', {
      method: 'POST', headers: { authorization: 'Bearer ${tokenOf('ada')}' }
    }).then((response) => response.text())`) as string // what it resolves to
    const url = `${base}/live?ticket=${ticket}`
    t.strictSame(await heard(page, await dial(page, { url }), 'message'), ['open', 'message welcome'])
    t.strictSame(await dialed(page, { url }), ['open', 'close 3000 credentials_invalid'])
    t.strictSame(await dialed(page, { url: `${base}/write?ticket=${ticket}` }), ['open', 'close 3000 credentials_invalid'])
  })

  await t.test('a first message, and what was said with it', async (t) => {
    const index = await dial(page, { url: `${base}/message`, messages: ['early', authenticate(tokenOf('late/ada')), 'soon'] })
    const log = await heard(page, index, 'message echo soon')
    t.strictSame(log, ['open', 'message {"type":"authenticated"}', 'message welcome', 'message echo early', 'message echo soon'])
  })

  await t.test('a token in the query', async (t) => {
    const index = await dial(page, { url: `${base}/live?access_token=${encodeURIComponent(tokenOf('ada'))}` })
    t.strictSame(await heard(page, index, 'message'), ['open', 'message welcome'])
  })

  await t.test('a refusal can be read', async (t) => {
    const message = (token: string) => ({ url: `${base}/message`, messages: [authenticate(token)] })
    const table: [name: string, how: Parameters<typeof dialed>[1], end: string][] = [
      ['nothing presented', { url: `${base}/live` }, 'close 3000 credentials_missing'],
      ['an expired token', { url: `${base}/live`, ...offered('gone') }, 'close 3000 token_expired'],
      ['too few scopes', { url: `${base}/write`, ...offered(tokenOf('ada')) }, 'close 3003 scope_insufficient write'],
      ['a verifier that cannot tell', { url: `${base}/live`, ...offered('down') }, 'close 1013 verifier_unavailable'],
      ['no first message in time', { url: `${base}/hasty` }, 'close 3008 credentials_missing'],
      ['an expired token as the first message', message('gone'), 'close 3000 token_expired'],
      ['too few scopes in the first message', message(tokenOf('ada', [])), 'close 3003 scope_insufficient read'],
      ['a verifier that cannot tell of the first message', message('down'), 'close 1013 verifier_unavailable'],
      ['too much before the first message', { url: `${base}/message`, messages: ['x'.repeat(70_000)] }, 'close 1009 credentials_missing']
    ]
    for (const [name, how, end] of table) {
      const protocol = how.protocols === undefined ? 'open' : 'open app.v1'
      t.strictSame(await dialed(page, how), [protocol, end], name)
    }
  })

  await t.test('a connection ends with its token, unless it is renewed', async (t) => {
    const token = tokenOf('ada', ['read'], 6)
    const ends = await dial(page, { url: `${base}/live`, ...offered(token) })
    const renews = await dial(page, { url: `${base}/renewing`, ...offered(token) })
    await heard(page, renews, 'message {"type":"expiring"')
    await say(page, renews, authenticate(tokenOf('eve')))
    await heard(page, renews, 'message {"type":"refused","code":"access_denied"}')
    await say(page, renews, authenticate(tokenOf('ada', ['read'], 600)))
    await heard(page, renews, 'message {"type":"authenticated","expires_at":')
    t.strictSame(await heard(page, ends, 'close'), ['open app.v1', 'message welcome', 'close 3000 token_expired'])
    await say(page, renews, 'still')
    t.equal((await heard(page, renews, 'message echo still')).at(-1), 'message echo still')
    await say(page, renews, authenticate(tokenOf('ada', [])))
    t.equal((await heard(page, renews, 'close')).at(-1), 'close 3003 scope_insufficient read', 'lost scopes')
  })

  await t.test('a connection can be revoked', async (t) => {
    const zoe = await dial(page, { url: `${base}/live`, ...offered(tokenOf('zoe')) })
    const bob = await dial(page, { url: `${base}/live`, ...offered(tokenOf('bob')) })
    for (const index of [zoe, bob]) await heard(page, index, 'message welcome')
    t.equal(app.security.revoke(({ credentials }) => credentials['subject'] === 'zoe'), 1)
    t.equal((await heard(page, zoe, 'close')).at(-1), 'close 3000 token_revoked')
    await say(page, bob, 'here')
    t.ok(await heard(page, bob, 'message echo here'))
  })
})
