/**
 * `npm run check:examples`: starts every example that prints commands, reads its OpenAPI document, and runs every command it prints.
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
const DOCUMENTS = 'node_modules/.cache/documents'

interface Command { readonly line: string, readonly expected: string, readonly text: string }

/** An example that was started by its script of package.json. */
class Example {
  readonly script: string
  readonly #name: string
  readonly #server
  readonly #stopped: Promise<void>
  #output = ''
  #changed = Date.now()
  #running = true

  constructor (name: string, script: string) {
    this.#name = name
    this.script = `npm run ${script}`
    this.#server = spawn('npm', ['run', script], { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, FORCE_COLOR: '0' } })
    this.#stopped = new Promise((resolve) => {
      this.#server.once('close', () => {
        this.#running = false
        resolve()
      })
    })
    for (const stream of [this.#server.stdout, this.#server.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text
        this.#changed = Date.now()
      })
    }
    this.#server.once('error', (error) => { this.#output += error.message })
  }

  async checks (): Promise<Check[]> {
    try {
      const origin = await this.#listening()
      const commands = commandsIn(this.#output)
      return [
        { name: `${origin}/documentation/json`, run: () => this.#readDocument(origin) },
        { name: `commands are printed (${commands.length})`, run: async () => commands.length > 0 ? '' : this.#output },
        ...commands.map(run)
      ]
    } catch (error) {
      return [{ name: this.script, run: () => Promise.reject(error) }]
    }
  }

  /** Ends the whole group: npm, its shell, tsx and the server. */
  async stop (): Promise<string> {
    if (!this.#running) return `${this.script} ended by itself:\n${this.#output}`
    const kill = (signal: NodeJS.Signals): void => { if (this.#server.pid !== undefined) process.kill(-this.#server.pid, signal) }
    kill('SIGTERM')
    await Promise.race([this.#stopped, sleep(STOP_TIMEOUT, undefined, { ref: false })])
    if (!this.#running) return ''
    kill('SIGKILL')
    return `${this.script} did not end within ${STOP_TIMEOUT} ms of SIGTERM`
  }

  /** Waits for the line that says where the server listens, then until nothing more is printed. */
  async #listening (): Promise<string> {
    const deadline = Date.now() + START_TIMEOUT
    while (this.#running && Date.now() < deadline) {
      const url = /listening.*?(https?:\/\/[^\s"'/]+)/i.exec(this.#output)?.[1]
      if (url !== undefined && Date.now() - this.#changed > QUIET) return url
      await sleep(50)
    }
    throw new Error(`${this.script} ${this.#running ? `did not say that it is listening within ${START_TIMEOUT} ms` : 'ended'}:\n${this.#output}`)
  }

  async #readDocument (origin: string): Promise<string> {
    const response = await fetch(`${origin}/documentation/json`)
    const body = await response.text()
    if (response.status !== 200) return `answered ${response.status}: ${body}`
    const { openapi } = JSON.parse(body) as { openapi?: unknown }
    if (typeof openapi !== 'string') return 'the answer is not an OpenAPI document'
    mkdirSync(DOCUMENTS, { recursive: true })
    writeFileSync(path.join(DOCUMENTS, `${this.#name}.json`), body)
    return ''
  }
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

const examples = ([['petstore', 'start'], ['live', 'start:live']] as const).map(([name, script]) => new Example(name, script))
await tally([
  ...(await Promise.all(examples.map((example) => example.checks()))).flat(),
  ...examples.map((example) => ({ name: `${example.script} ends when asked`, run: () => example.stop() }))
], 1)
