import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import t from 'tap'
import type { Report } from '../../lib/cli/report.ts'
import { fixture, run } from './run.ts'

/** Several at once, because each is a process that starts slowly. */
t.jobs = 2
t.setTimeout(170_000)

const example = (name: string): string => path.join(import.meta.dirname, `../../examples/${name}.ts`)

t.test('a table, and nothing to find', async (t) => {
  t.strictSame(await run('audit', example('scopes'), '--check'), {
    code: 0,
    stdout: `\
Method     URL          Requirement                          Declared  Documented  WebSocket
─────────  ───────────  ───────────────────────────────────  ────────  ──────────  ─────────
GET, HEAD  /pets        oauth with pets:read                 plugin    yes
DELETE     /pets/:name  oauth with pets:read and pets:write  route     yes
`,
    stderr: 'no findings\n'
  })
})

t.test('faults of each kind', async (t) => {
  const { code, stdout, stderr } = await run('audit', fixture('faulty.ts'), '--check', '--format', 'json')
  const { title, routes, findings } = JSON.parse(stdout) as Report
  t.strictSame([code, stderr, title, routes.length], [1, '', 'Faults', 12], 'told in the JSON, and no handler ran')
  t.strictSame(findings?.map(({ rule, method, url }) => `${rule} ${method} ${url}`), [
    'undeclared-scope GET /elsewhere',
    'drift GET /elsewhere',
    'drift GET /hooked',
    'public-write PATCH /inherited',
    'undocumented-refusal GET /stripped',
    'drift GET /stripped',
    'undocumented-route GET /too-early'
  ])
  t.ok(findings?.every(({ message }) => /^\S.*[.)]$/.test(message)), 'in sentences')
  t.strictSame(routes[0], {
    method: 'GET', url: '/fine', security: [{ service: [] }], requirement: 'service', source: 'plugin', documented: 'yes', websocket: false
  })
})

t.test('without --check nothing is looked for', async (t) => {
  const { code, stdout, stderr } = await run('audit', fixture('faulty.ts'), '--format', 'markdown')
  t.strictSame([code, stderr], [0, ''])
  t.match(stdout, /^# Access to Faults 1\.0\.0\n\n\| Method \| URL /)
  t.match(stdout, '| PATCH | `/inherited` | anyone, or partner | scope | yes |  |')
  t.notMatch(stdout, 'Findings')
})

t.test('a page in a file, and findings on the standard error', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'audit-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const output = path.join(folder, 'map.html')
  const { code, stdout, stderr } = await run('audit', fixture('many.ts'), '--check', '--format', 'html', '--output', output)
  t.strictSame([code, stdout], [1, ''])
  t.match(stderr, /^public-write POST \/public\/feedback: Callers without credentials are let in by the default of its scope\. .*\n1 finding\n$/)
  t.match(await readFile(output, 'utf8'), /^<!doctype html>[^]*<\/html>\n$/)
  const nowhere = await run('audit', fixture('many.ts'), '--output', path.join(folder, 'no/such/folder'))
  t.strictSame([nowhere.code, nowhere.stdout], [2, ''])
  t.match(nowhere.stderr, /the report cannot be written to .*ENOENT/)
})

t.test('the running example is as it says', async (t) => {
  const { code, stdout, stderr } = await run('audit', fixture('petstore.ts'), '--export', 'petstore', '--check')
  t.strictSame([code, stderr], [0, 'no findings\n'])
  t.match(stdout, /DELETE {5}\/pets\/:name +oauth \(pets:write\) and till, or staff with manager +route/)
  t.match(stdout, /GET, HEAD {2}\/live +oauth with pets:read +route +yes +yes\n/)
})

t.test('an application that listens, talks and lets nothing go is closed', async (t) => {
  const { code, stdout, stderr } = await run('audit', fixture('listening.ts'))
  t.match(stdout, /^Method[^]*\nGET, HEAD {2}\/ {4}anyone {7}plugin {4}no\n$/, 'the output is the report')
  t.match(stderr, /^listening on .*\nclosing\n$/)
  t.equal(code, 0)
})

t.test('a plugin in CommonJS', async (t) => {
  const { code, stdout, stderr } = await run('audit', fixture('plugin.cjs'), '--check', '--format', 'markdown')
  t.strictSame([code, stderr], [0, 'no findings\n'])
  t.match(stdout, '| GET, HEAD | ``/pipe\\|`tick`/:id`` | anyone | route | no |  |')
})

t.test('what cannot be audited is told of in a line', async (t) => {
  const rows: readonly (readonly [name: string, file: string, stderr: RegExp])[] = [
    ['it does not boot', fixture('unbootable.ts'), /FST_SECURITY_SCHEME_UNKNOWN: Route GET \/: `security` names the scheme "nobody"/],
    ['it has not registered the plugin', fixture('unguarded.js'), /FST_SECURITY_NOT_REGISTERED: .*not registered on this instance/],
    ['it exports none', fixture('nothing.js'), /exports no application; it exports default, port\./],
    ['it ends the process', fixture('quits.js'), /the process ended before the application could be audited/],
    ['it waits for ever', fixture('waits.js'), /the process ended before the application could be audited/],
    ['it fails in the background', fixture('rejects.js'), /the database is not there/],
    ['there is no file', fixture('nowhere.ts'), /there is no file .*nowhere\.ts/]
  ]
  for (const [name, file, message] of rows) {
    const { code, stdout, stderr } = await run('audit', file, '--check')
    t.strictSame([code, stdout], [2, ''], name)
    t.match(stderr, message, name)
    t.equal(stderr.match(/^fastify-openapi-security: .*\n/gm)?.length, 1, `${name}: told once`)
    t.notMatch(stderr, /^\s+at /m, `${name}: without a stack`)
  }
  t.match((await run('audit', fixture('unbootable.ts'), '--verbose')).stderr, /names the scheme "nobody"[^]*\n\s+at /, 'with a stack if asked')
})

t.test('a command line that means nothing', async (t) => {
  const { code, stdout, stderr } = await run('audit', example('scopes'), '--colour')
  t.strictSame([code, stdout], [2, ''])
  t.match(stderr, /Unknown option '--colour'[^]*\nUsage: fastify-openapi-security audit <file> \[options\]\n/)
  const help = await run('--help')
  t.strictSame([help.code, help.stderr], [0, ''])
  t.match(help.stdout, /^Usage:/)
})
