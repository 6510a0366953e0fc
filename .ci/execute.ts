import { spawn, type SpawnOptions } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

export interface Execution {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end with no standard input. A program that cannot be started or was killed has the code 1. */
export function execute (command: string, args: readonly string[], options: SpawnOptions = {}): Promise<Execution> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => { stdout += text })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => { stderr += text })
    child.once('error', (error) => { resolve({ code: 1, stdout, stderr: `${stderr}${error.message}\n` }) })
    child.once('close', (code) => { resolve({ code: code ?? 1, stdout, stderr }) })
  })
}

/** The script behind a development dependency's command, to be run by this Node.js. */
export function scriptOf (packageName: string, command: string): string {
  const folder = path.join('node_modules', packageName)
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { bin: string | Record<string, string> }
  const script = typeof bin === 'string' ? bin : bin[command]
  if (script === undefined) throw new Error(`${packageName} has no command ${command}`)
  return path.resolve(folder, script)
}
