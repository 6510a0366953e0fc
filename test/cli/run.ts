import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../lib/cli/main.ts', import.meta.url))

/** What became of a command. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The path of a fixture. */
export function fixture (name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
}

/** Runs the command line as development does. */
export function run (...args: readonly string[]): Promise<Ran> {
  return runNode(['--import', 'tsx', MAIN, ...args])
}

/** Runs Node.js, with no loader but those in the arguments. */
export async function runNode (args: readonly string[], cwd = process.cwd()): Promise<Ran> {
  const { NODE_OPTIONS: _, ...env } = process.env
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd, env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr })
    })
  })
}
