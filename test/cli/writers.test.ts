import t from 'tap'
import { writeJson } from '../../lib/cli/json.ts'
import { codeSpan, escapeMarkdown, writeMarkdown } from '../../lib/cli/markdown.ts'
import { printable } from '../../lib/cli/printable.ts'
import { comparePlaces, type Report, type ReportedRoute } from '../../lib/cli/report.ts'
import { rowsOf } from '../../lib/cli/rows.ts'
import { fit, wrap, writeTable } from '../../lib/cli/table.ts'

const route = (method: string, url: string, more: Partial<ReportedRoute> = {}): ReportedRoute => ({
  method, url, security: [{ partner: [] }], requirement: 'partner', source: 'route', documented: 'yes', websocket: false, ...more
})

const open = { security: [], requirement: 'anyone' }

const report: Report = {
  title: 'Pets | more',
  version: '1.0.0',
  schemes: [],
  routes: [
    route('GET', '/a|b', open),
    route('GET', '/live', { websocket: true, documented: 'hidden', source: 'scope' }),
    route('HEAD', '/live', { documented: 'no', source: 'scope' }),
    route('POST', '/pets', { requirement: 'oauth with pets:read_all and pets:write, or partner', source: 'plugin', documented: 'no' })
  ],
  findings: null
}

t.test('a table of plain text', async (t) => {
  t.equal(writeTable(report, { width: null, colors: false }), `\
Method     URL    Requirement                                          Declared  Documented  WebSocket
─────────  ─────  ───────────────────────────────────────────────────  ────────  ──────────  ─────────
GET        /a|b   anyone                                               route     yes
GET, HEAD  /live  partner                                              scope     hidden      yes
POST       /pets  oauth with pets:read_all and pets:write, or partner  plugin    no
`)
  const narrow = writeTable(report, { width: 80, colors: false })
  t.ok(narrow.split('\n').every((line) => line.length <= 80), 'fits')
  t.match(narrow, 'GET, HEAD  /live  partner                        scope     hidden      yes\n')
  t.match(narrow, /oauth with pets:read_all and\s+plugin {4}no\n\s+pets:write, or partner\n/, 'long requirements go on below')
  t.notMatch(narrow, '\u001b', 'no escapes unless they are understood')
  t.match(writeTable(report, { width: 80, colors: true }), '\u001b[33mGET        /a|b', 'public routes stand out')
  t.equal(writeTable({ ...report, routes: [] }, { width: null, colors: false }).split('\n').length, 3, 'no routes')
})

t.test('columns give way from the widest', async (t) => {
  const rows: readonly (readonly [widths: number[], available: number | null, expected: number[]])[] = [
    [[10, 50, 20], null, [10, 50, 20]],
    [[10, 50, 20], 84, [10, 50, 20]],
    [[10, 50, 20], 64, [10, 30, 20]],
    [[10, 50, 40], 64, [10, 25, 25]],
    [[10, 50, 40], 20, [10, 16, 16]]
  ]
  for (const [widths, available, expected] of rows) t.strictSame(fit(widths, available), expected, `${widths.join()} in ${available}`)
})

t.test('texts are broken where they can be', async (t) => {
  const rows: readonly (readonly [text: string, width: number, lines: string[]])[] = [
    ['', 5, ['']],
    ['short', 5, ['short']],
    ['one or two', 6, ['one or', 'two']],
    ['one or two', 7, ['one or', 'two']],
    ['/api/v1/orders', 8, ['/api/v1/', 'orders']],
    ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['x abcdefghij y', 4, ['x', 'abcd', 'efgh', 'ij y']],
    ['🐕🐕🐕🐕', 3, ['🐕🐕🐕', '🐕']]
  ]
  for (const [text, width, lines] of rows) t.strictSame(wrap(text, width), lines, `${text} in ${width}`)
})

t.test('text of the application cannot steer a terminal', async (t) => {
  const rows: readonly (readonly [text: string, shown: string])[] = [
    ['/pets/:name', '/pets/:name'],
    ['/grüße/🐕', '/grüße/🐕'],
    ['\u001b[2J', '\\u{1b}[2J'],
    ['a\nb\tc\u0000', 'a\\u{a}b\\u{9}c\\u{0}'],
    ['\u202Eevil\u2028', '\\u{202e}evil\\u{2028}'],
    ['\u009b31m', '\\u{9b}31m']
  ]
  for (const [text, shown] of rows) t.equal(printable(text), shown, shown)
  t.notMatch(writeTable({ ...report, routes: [route('GET', '/\u001b]0;x')] }, { width: null, colors: false }), '\u001b')
})

t.test('a table of Markdown', async (t) => {
  t.equal(writeMarkdown(report), `\
# Access to Pets \\| more 1.0.0

| Method | URL | Requirement | Declared | Documented | WebSocket |
| --- | --- | --- | --- | --- | --- |
| GET | \`/a\\|b\` | anyone | route | yes |  |
| GET, HEAD | \`/live\` | partner | scope | hidden | yes |
| POST | \`/pets\` | oauth with pets:read\\_all and pets:write, or partner | plugin | no |  |
`)
  t.match(writeMarkdown({ ...report, findings: [] }), '## Findings\n\nNone.\n')
  const finding = { rule: 'drift', method: 'GET', url: '/`x`', message: 'expected <b>, got |' } as const
  t.match(writeMarkdown({ ...report, findings: [finding] }), '- **drift** GET `` /`x` ``: expected \\<b\\>, got \\|\n')
})

t.test('Markdown has no meaning in text', async (t) => {
  const escaped: readonly (readonly [text: string, written: string])[] = [
    ['plain', 'plain'], ['*a* _b_', '\\*a\\* \\_b\\_'], ['<img src=x>', '\\<img src=x\\>'], ['[a](b)', '\\[a\\](b)'], ['a | b', 'a \\| b'],
    ['&lt;', '\\&lt;'], ['back\\slash', 'back\\\\slash'], ['a\nb', 'a\\\\u\\{a\\}b']
  ]
  for (const [text, written] of escaped) t.equal(escapeMarkdown(text), written, text)
  const spans: readonly (readonly [text: string, written: string])[] = [
    ['/a', '`/a`'], ['/a`b', '``/a`b``'], ['`', '`` ` ``'], ['/a``b`c', '```/a``b`c```'], ['/a|b', '`/a\\|b`']
  ]
  for (const [text, written] of spans) t.equal(codeSpan(text), written, text)
})

t.test('JSON tells of findings only if they were looked for', async (t) => {
  t.strictSame(JSON.parse(writeJson(report)), { title: 'Pets | more', version: '1.0.0', schemes: [], routes: report.routes })
  t.strictSame((JSON.parse(writeJson({ ...report, findings: [] })) as Report).findings, [])
})

t.test('routes are in the order in which people look for them', async (t) => {
  const sorted = [
    ['GET', '/'], ['GET', '/:id'], ['GET', '/pets'], ['HEAD', '/pets'], ['QUERY', '/pets'], ['POST', '/pets'], ['DELETE', '/pets'], ['OPTIONS', '/pets'],
    ['LOCK', '/pets'], ['MOVE', '/pets'], ['GET', '/pets/:name'], ['PUT', '/pets/:name'], ['GET', '/pets/:name/photo'], ['GET', '/pets-old'], ['GET', '/petshop']
  ].map(([method = '', url = '']) => ({ method, url }))
  t.strictSame([...sorted].reverse().sort(comparePlaces), sorted)
  t.strictSame([{ method: null, url: null }, ...sorted].reverse().sort(comparePlaces)[0], { method: null, url: null }, 'what concerns all of it first')
})

t.test('HEAD stands with its GET if it asks the same', async (t) => {
  const names = (routes: ReportedRoute[]) => rowsOf(routes).map(({ methods }) => methods.join('+'))
  t.strictSame(names([route('GET', '/a'), route('HEAD', '/a'), route('POST', '/a')]), ['GET+HEAD', 'POST'])
  t.strictSame(names([route('GET', '/a'), route('HEAD', '/a', open)]), ['GET', 'HEAD'], 'another requirement')
  t.strictSame(names([route('GET', '/a'), route('HEAD', '/a', { source: 'plugin' })]), ['GET', 'HEAD'], 'declared elsewhere')
  t.strictSame(names([route('GET', '/a'), route('HEAD', '/b')]), ['GET', 'HEAD'], 'another path')
  t.strictSame(names([route('HEAD', '/a')]), ['HEAD'])
  t.strictSame(names([route('GET', '/a'), route('GET', '/a', open), route('HEAD', '/a'), route('HEAD', '/a', open)]), ['GET+HEAD', 'GET+HEAD'], 'by constraint')
})
