/**
 * `npm run check:examples`: starts `npm start`, reads its OpenAPI document, and runs every command it prints.
 * A printed command is one line `$ curl …`, the next line is `# → <status> <short text>`.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execute } from './execute.ts'
import { type Check, tally } from './tally.ts'

const START_TIMEOUT = 60_000
const QUIET = 1_000
const STOP_TIMEOUT = 10_000
const DOCUMENT = 'node_modules/.cache/documents/petstore.json'

interface Command { readonly line: string, readonly expected: string, readonly text: string }

const server = spawn('npm', ['start'], { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, FORCE_COLOR: '0' } })
const stopped = new Promise<void>((resolve) => { server.once('close', () => { resolve() }) })
const state = { output: '', changed: Date.now(), running: true }
for (const stream of [server.stdout, server.stderr]) {
  stream.setEncoding('utf8').on('data', (text: string) => {
    state.output += text
    state.changed = Date.now()
  })
}
server.once('error', (error) => { state.output += error.message })
stopped.then(() => { state.running = false })

/** Waits for the line that says where the server listens, then until nothing more is printed. */
async function listening (): Promise<string> {
  const deadline = Date.now() + START_TIMEOUT
  while (state.running && Date.now() < deadline) {
    const url = /listening.*?(https?:\/\/[^\s"'/]+)/i.exec(state.output)?.[1]
    if (url !== undefined && Date.now() - state.changed > QUIET) return url
    await sleep(50)
  }
  throw new Error(`npm start ${state.running ? `did not say that it is listening within ${START_TIMEOUT} ms` : 'ended'}:\n${state.output}`)
}

function commandsIn (text: string): Command[] {
  return [...text.matchAll(/^\s*\$ (curl .*)\n(.*)$/gm)].map(([, line = '', next = '']) => {
    const [, expected = '', words = ''] = /^\s*# → (\d{3})\b ?(.*)$/.exec(next) ?? []
    return { line, expected, text: words }
  })
}

function run ({ line, expected, text }: Command): Check {
  return {
    name: `${line.slice(0, 100)} → ${expected} ${text}`,
    run: async () => {
      if (expected === '') return `the line after "$ ${line}" is not "# → <status> <short text>"`
      const { stdout, stderr } = await execute('sh', ['-c', line.replace(/^curl /, 'curl --silent --show-error --max-time 10 --output /dev/null --write-out "%{http_code}" ')])
      return stdout === expected ? '' : `answered ${stdout}${stderr === '' ? '' : `: ${stderr}`}`
    }
  }
}

async function readDocument (origin: string): Promise<string> {
  const response = await fetch(`${origin}/documentation/json`)
  const body = await response.text()
  if (response.status !== 200) return `answered ${response.status}: ${body}`
  const { openapi } = JSON.parse(body) as { openapi?: unknown }
  if (typeof openapi !== 'string') return 'the answer is not an OpenAPI document'
  mkdirSync(path.dirname(DOCUMENT), { recursive: true })
  writeFileSync(DOCUMENT, body)
  return ''
}

/** Ends the whole group: npm, its shell, tsx and the server. */
async function stop (): Promise<string> {
  if (!state.running) return `npm start ended by itself:\n${state.output}`
  const kill = (signal: NodeJS.Signals): void => { if (server.pid !== undefined) process.kill(-server.pid, signal) }
  kill('SIGTERM')
  await Promise.race([stopped, sleep(STOP_TIMEOUT, undefined, { ref: false })])
  if (!state.running) return ''
  kill('SIGKILL')
  return `npm start did not end within ${STOP_TIMEOUT} ms of SIGTERM`
}

const checks: Check[] = []
try {
  const origin = await listening()
  const commands = commandsIn(state.output)
  checks.push(
    { name: `${origin}/documentation/json`, run: () => readDocument(origin) },
    { name: `commands are printed (${commands.length})`, run: async () => commands.length > 0 ? '' : state.output },
    ...commands.map(run)
  )
} catch (error) {
  checks.push({ name: 'npm start', run: () => Promise.reject(error) })
}
await tally([...checks, { name: 'npm start ends when asked', run: stop }], 1)
