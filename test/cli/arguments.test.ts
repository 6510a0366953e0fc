import t from 'tap'
import { readArguments, USAGE } from '../../lib/cli/arguments.ts'

const defaults = { command: 'audit', file: 'app.ts', format: 'table', check: false, output: null, exported: null, verbose: false }

const accepted: readonly (readonly [line: string, expected: object])[] = [
  ['audit app.ts', defaults],
  ['--check audit app.ts', { ...defaults, check: true }],
  ['audit app.ts --format json --output out.json', { ...defaults, format: 'json', output: 'out.json' }],
  ['audit --format=html app.ts --export build --verbose', { ...defaults, format: 'html', exported: 'build', verbose: true }],
  ['audit -- --odd.ts', { ...defaults, file: '--odd.ts' }],
  ['--help', { command: 'help' }],
  ['audit -h', { command: 'help' }],
  ['--version', { command: 'version' }]
]

const refused: readonly (readonly [line: string, message: RegExp])[] = [
  ['', /a command is missing/],
  ['audti app.ts', /no command "audti"/],
  ['audit', /file of the application is missing/],
  ['audit a.ts b.ts c.ts', /"b\.ts c\.ts" is too much/],
  ['audit app.ts --formt json', /--formt/],
  ['audit app.ts --format yaml', /one of table, json, markdown, html, not "yaml"/],
  ['audit app.ts --format', /--format/],
  ['audit app.ts --output=', /--output is empty/],
  ['audit app.ts --export=', /--export is empty/],
  ['audit app.ts --check=yes', /--check/],
  ['audit app.ts -x', /-x/]
]

t.test('what a command line asks for', async (t) => {
  for (const [line, expected] of accepted) t.strictSame(readArguments(line.split(' ').filter(Boolean)), expected, line)
})

t.test('what means nothing is refused with the usage', async (t) => {
  for (const [line, message] of refused) {
    t.throws(() => readArguments(line.split(' ').filter(Boolean)), { message, usage: true }, line)
  }
})

t.test('the usage fits a terminal and names every option', async (t) => {
  t.ok(USAGE.split('\n').every((line) => line.length <= 100))
  for (const option of ['format', 'check', 'output', 'export', 'verbose', 'help', 'version']) t.match(USAGE, `--${option}`, option)
})
