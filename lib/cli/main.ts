#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { readArguments, USAGE, type AuditArguments } from './arguments.ts'
import { audit, type Audit } from './audit.ts'
import { Failure, tell } from './failure.ts'
import { findTypeScriptLoader, hasTypeScriptLoader } from './load.ts'

const FINE = 0
const FOUND = 1
const FAILED = 2

const NAME = 'fastify-openapi-security'
const args = process.argv.slice(2)
const { stdout, stderr } = process
const writeOutput = stdout.write.bind(stdout)
const isVerbose = args.includes('--verbose')
let isOver = false

/** Ends the process once everything is written, whatever the application has left running. */
function end (code: number, { output = '', remarks = '' }: Partial<Audit> = {}): void {
  isOver = true
  stderr.write(remarks, () => { writeOutput(output, () => { process.exit(code) }) })
}

function fail (error: unknown): void {
  const usage = error instanceof Failure && error.usage ? `\n${USAGE}` : ''
  end(FAILED, { remarks: `${NAME}: ${tell(error, isVerbose)}\n${usage}` })
}

async function start (): Promise<void> {
  const given = readArguments(args)
  if (given.command !== 'audit') return end(FINE, { output: given.command === 'help' ? USAGE : `${readVersion()}\n` })
  // What the application prints is not part of the report.
  stdout.write = stderr.write.bind(stderr)
  const made = await audit(given, terminal())
  if ('needs' in made) return runWithLoader(given, made.cause)
  end(made.found ? FOUND : FINE, made)
}

/** Once more from the start, because modules that could not be loaded stay so for as long as a process runs. */
function runWithLoader ({ file }: AuditArguments, cause: unknown): void {
  if (hasTypeScriptLoader(process.execArgv, process.env['NODE_OPTIONS'])) throw cause
  const loader = findTypeScriptLoader(path.resolve(file), cause)
  const { status, error } = spawnSync(process.execPath,
    [...process.execArgv, '--import', loader, fileURLToPath(import.meta.url), ...args], { stdio: 'inherit' })
  if (error !== undefined) throw error
  end(status ?? FAILED)
}

function terminal () {
  const { isTTY, columns } = stdout
  return { width: isTTY ? columns : null, colors: isTTY && stdout.hasColors() && !process.env['NO_COLOR'] }
}

function readVersion (): string {
  const { version } = createRequire(import.meta.url)(`${NAME}/package.json`) as { version: string } // npm asks for one
  return version
}

// Whoever reads the output may have seen enough.
stdout.on('error', () => { process.exit(FAILED) })
process.on('uncaughtException', (error) => { if (!isOver) fail(error) })
process.on('exit', () => {
  if (isOver) return
  process.exitCode = FAILED
  stderr.write(`${NAME}: the process ended before the application could be audited\n`)
})

// Not awaited, because a process that waits for what never comes ends by itself, and is to be told of.
start().catch(fail)
