import { createHash } from 'node:crypto'
import t from 'tap'
import { escapeHtml, html, withCode } from '../../lib/cli/access-map/html.ts'
import { writeAccessMap } from '../../lib/cli/access-map/page.ts'
import type { Report, ReportedRoute } from '../../lib/cli/report.ts'
import type { Security } from '../../lib/requirement/parse.ts'

const HOSTILE = '"\'><img src=x onerror=alert(1)></script><!--`'

const route = (url: string, security: Security, more: Partial<ReportedRoute> = {}): ReportedRoute =>
  ({ method: 'GET', url, security, requirement: '', source: 'route', documented: 'yes', websocket: false, ...more })

const scheme = (name: string) => ({ name, type: 'apiKey', location: 'the header "x"', description: null, scopes: [] })

const report: Report = {
  title: 'Pets',
  version: '1.0.0',
  schemes: [
    { ...scheme('oauth'), type: 'oauth2', scopes: [{ name: 'read', description: 'Read' }, { name: 'unused', description: null }] },
    scheme('between'), scheme('till'), scheme('staff')
  ],
  routes: [
    route('/public', [], { source: 'scope' }),
    route('/optional', [{ till: [] }, {}]),
    route('/single', [{ oauth: ['read', 'write'] }], { websocket: true }),
    route('/or', [{ oauth: ['read'] }, { till: [] }], { documented: 'no' }),
    route('/and', [{ oauth: ['read'], till: [], staff: [] }], { documented: 'hidden', method: 'POST', source: 'plugin' }),
    route('/both', [{ oauth: ['read'], till: [] }, { staff: [] }])
  ],
  findings: null
}

/** The lines of a route, each with its cells as text. */
function linesOf (page: string, url: string): string[] {
  const lines = page.split('\n').filter((line) => line.startsWith('<tr class="line'))
  const first = lines.findIndex((line) => line.replaceAll('<wbr>', '').includes(`<span class="url">${url}</span>`))
  const next = lines.findIndex((line, i) => i > first && line.includes(' first'))
  return lines.slice(first, next === -1 ? undefined : next).map((line) =>
    line.replaceAll('<wbr>', '').split(/(?=<t[dh])/).slice(1).map((cell) => cell.replace(/<[^>]*>/g, ' ')).join(' | ').replace(/\s+/g, ' ').trim())
}

/** Whether every element that is opened is closed where it has to be. */
function isWellFormed (page: string): boolean {
  const voids = new Set(['meta', 'link', 'input', 'wbr'])
  const open: string[] = []
  const markup = page.replace(/<!doctype html>|(<style>|<script>)[^]*?(?=<\/style>|<\/script>)/g, (_, tag: string | undefined) => tag ?? '')
  for (const [, close, name = ''] of markup.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s(?:[^"'<>]|"[^"<>]*")*)?>/g)) {
    if (voids.has(name)) continue
    if (close === '') open.push(name)
    else if (open.pop() !== name) return false
  }
  return open.length === 0 && !/<(?!\/?[a-z])/.test(markup)
}

t.test('ways in are lines, and what is needed together stands on one', async (t) => {
  const page = writeAccessMap(report)
  t.ok(isWellFormed(page))
  const rows: readonly (readonly [url: string, lines: string[]])[] = [
    ['/public', ['GET /public public | anyone may call this | inherited: ↳ scope default']],
    ['/optional', ['GET /optional optional | either | | ✓ required | | on the route', 'or nothing | callers without credentials are let in too']],
    ['/single', ['GET /single websocket | this | required with read and write | | on the route']],
    ['/or', ['GET /or undocumented | either | required with read | | on the route', 'or | | ✓ required |']],
    ['/and', ['POST /and hidden | all 3 | required with read together with till and staff | | ✓ required together with oauth and staff | ✓ required together with oauth and till | inherited: ↳ plugin default']],
    ['/both', ['GET /both | either both | required with read together with till | | ✓ required together with oauth | | on the route', 'or | | ✓ required']]
  ]
  for (const [url, lines] of rows) t.strictSame(linesOf(page, url), lines, url)
})

t.test('cells stand below the scheme they speak of', async (t) => {
  const page = writeAccessMap(report)
  const lines = page.split('\n').filter((line) => line.startsWith('<tr class="line'))
  const width = (line: string): number => [...line.matchAll(/<t[dh]([^>]*)>/g)].reduce((sum, [, attributes = '']) => sum + Number(/colspan="(\d+)"/.exec(attributes)?.[1] ?? 1), 0)
  for (const line of lines) t.equal(width(line), line.includes(' first') ? 4 + 3 : 4 + 1, line.slice(0, 80))
})

t.test('what the document and the checks say', async (t) => {
  const page = writeAccessMap({ ...report, findings: [{ rule: 'public-write', method: 'POST', url: '/a', message: 'Write `security`.' }] })
  t.match(page, '<title>Access map: Pets</title>')
  t.match(page, '<dt>Routes</dt><dd>6</dd>')
  t.match(page, '<dt>Public</dt><dd>1</dd>')
  t.match(page, '<dt>Optional</dt><dd>1</dd>')
  t.match(page, '<dt>Protected</dt><dd>4</dd>')
  t.match(page, '<dt>Findings</dt><dd>1</dd>')
  t.match(page, '<span class="rule">public-write</span> <code>POST /a</code></p><p>Write <code>security</code>.</p>')
  t.match(page, '<span class="scope">unused</span></th><td></td><td class="number">0</td>', 'a scope that no route asks for')
  t.match(page, '<span class="scope">write</span></th><td></td><td class="number">1</td>', 'a scope that only routes know')
  t.match(writeAccessMap({ ...report, findings: [] }), '</span> None.</p>')
  t.notMatch(writeAccessMap(report), 'id="findings"')
  const bare = writeAccessMap({ title: null, version: null, schemes: [], routes: [route('/', [])], findings: null })
  t.match(bare, 'Untitled API')
  t.ok(isWellFormed(bare))
})

t.test('nothing in it is loaded, and only what is written here runs', async (t) => {
  const page = writeAccessMap(report)
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'") ?? ''
  const sources = Object.fromEntries(policy.split('; ').map((directive) => [directive.split(' ')[0], directive.slice(directive.indexOf(' ') + 1)]))
  const hash = (tag: string) => `'sha256-${createHash('sha256').update(new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page)?.[1] ?? '').digest('base64')}'`
  t.strictSame(sources, {
    'default-src': "'none'", 'style-src': hash('style'), 'script-src': hash('script'), 'img-src': 'data:', 'base-uri': "'none'", 'form-action': "'none'"
  })
  t.notMatch(page, /\s(?:src|style|on\w+)=|href="(?!data:,")|url\(|@import|https?:/)
  t.match(page, '<form id="filter" role="search" aria-label="Filter the routes" hidden>', 'without scripts there is no form')
})

t.test('whatever an application says is text', async (t) => {
  const hostile = writeAccessMap({
    title: HOSTILE,
    version: HOSTILE,
    schemes: [{ name: HOSTILE, type: HOSTILE, location: HOSTILE, description: HOSTILE, scopes: [{ name: HOSTILE, description: HOSTILE }] }],
    routes: [route(`/${HOSTILE}`, [{ [HOSTILE]: [HOSTILE] }], { method: HOSTILE })],
    findings: [{ rule: 'drift', method: HOSTILE, url: HOSTILE, message: HOSTILE }]
  })
  t.ok(isWellFormed(hostile))
  t.notMatch(hostile, '<img')
  t.equal(hostile.match(/<script/g)?.length, 1)
  t.notOk(isWellFormed('<p><b></p></b>'), 'what is not well-formed would be found')
})

t.test('escaping', async (t) => {
  const rows: readonly (readonly [text: string, written: string])[] = [
    ['plain', 'plain'], ['<&>"\'', '&lt;&amp;&gt;&quot;&#39;'], ['a\n\tb', 'a b'], ['\u0000\u202E', '\\u{0}\\u{202e}'], ['&lt;', '&amp;lt;'], ['grüße 🐕', 'grüße 🐕']
  ]
  for (const [text, written] of rows) t.equal(escapeHtml(text), written, written)
  t.equal(html`<p title="${'"'}">${'<'}${html`<b>${1}</b>`}${null}${[html`<i></i>`, html`${'&'}`]}</p>`.text, '<p title="&quot;">&lt;<b>1</b><i></i>&amp;</p>')
  t.equal(html`${withCode('say `<a>` or `b')}`.text, 'say <code>&lt;a&gt;</code> or <code>b</code>')
})
