/**
 * `npm test [-- files and tap options]`: the test suite through tap; a line for each file, failures in full, and one plain line of counts.
 * Reads the TAP stream, because tap's own reporters lose lines or do not end where there is no terminal.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { scriptOf } from './execute.ts'

const tap = spawn(process.execPath, [scriptOf('tap', 'tap'), 'run', '--reporter=tap', ...process.argv.slice(2)],
  { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NO_COLOR: '1' } })

let summary = ''
let failures: string[] = []
/** Where the diagnostics of a failure end: a line of dots, indented as they were. */
let diagnosticsEnd: string | null = null

createInterface({ input: tap.stdout }).on('line', (line) => {
  if (line.startsWith('# {')) summary = line
  const failure = /^( *)not ok /.exec(line)
  if (failure !== null || diagnosticsEnd !== null) failures.push(line)
  if (failure !== null) diagnosticsEnd = `${failure[1]}  ...`
  else if (line === diagnosticsEnd) diagnosticsEnd = null
  if (!line.startsWith('ok ')) return
  console.log([...failures, line].join('\n'))
  failures = []
  diagnosticsEnd = null
})

const count = (word: string): number => Number(new RegExp(`\\b${word}: (\\d+)`).exec(summary)?.[1] ?? 0)

tap.once('close', (code) => {
  const sound = code === 0 && count('fail') === 0 && count('pass') > 0
  if (failures.length > 0) console.log(failures.join('\n'))
  if (count('skip') + count('todo') > 0) console.log(`${count('skip')} skipped, ${count('todo')} to do`)
  console.log(`${count('pass')} passed, ${sound ? 0 : Math.max(1, count('fail'))} failed`)
  process.exitCode = sound ? 0 : code || 1
})
