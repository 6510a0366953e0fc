import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Failure } from './failure.ts'

const TYPESCRIPT = /\.[cm]?tsx?$/

/** How the stack of an error starts that was found while a module was compiled; JSON that is wrong starts otherwise. */
const WHILE_COMPILING = /^\s+at .*\(node:(?:internal\/modules|internal\/vm|vm)\b/m

/** What Node.js says of TypeScript that it cannot load, or not all of it. */
const LOADER_CODES: ReadonlySet<unknown> = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION', 'ERR_INVALID_TYPESCRIPT_SYNTAX', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING'
])

/** What a module exports, or that it needs a loader for TypeScript, which only a new process can have from the start. */
export type Loaded = { readonly exports: Readonly<Record<string, unknown>> } | { readonly needs: 'typescript', readonly cause: unknown }

/**
 * Imports the module of an application.
 *
 * @param path absolute
 * @throws Failure if there is no such file; otherwise what the module throws
 */
export async function load (path: string): Promise<Loaded> {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) throw new Failure(`there is no file ${path}`)
  try {
    return { exports: await import(pathToFileURL(path).href) as Readonly<Record<string, unknown>> } // a module namespace
  } catch (cause) {
    if (isForTypeScript(cause, path)) return { needs: 'typescript', cause }
    throw cause
  }
}

/**
 * Finds the loader that the project of a file has for TypeScript.
 *
 * @returns its URL, for `node --import`
 * @throws Failure if it has none; if the file is no TypeScript, what loading it threw
 */
export function findTypeScriptLoader (path: string, cause: unknown): string {
  try {
    return pathToFileURL(createRequire(path).resolve('tsx')).href
  } catch {
    if (cause instanceof SyntaxError && !TYPESCRIPT.test(path)) throw cause
    throw new Failure(`${path} is TypeScript, or imports some, and Node.js ${process.version} cannot load it by itself. ` +
      'Install tsx beside it (npm install --save-dev tsx), or use Node.js 22.18 or newer.', { cause })
  }
}

/** Whether a process was started with such a loader. */
export function hasTypeScriptLoader (execArgv: readonly string[], nodeOptions: string | undefined): boolean {
  return [...execArgv, nodeOptions ?? ''].some((argument) => /\btsx\b/.test(argument))
}

/** Whether TypeScript may be what could not be loaded, rather than the application what failed. */
function isForTypeScript (error: unknown, path: string): boolean {
  if (!(error instanceof Error)) return false
  const code: unknown = Reflect.get(error, 'code')
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return /"\.[cm]?tsx?"/.test(error.message)
  if (LOADER_CODES.has(code)) return true
  // TypeScript names its modules as they are once compiled: './b.js' for b.ts.
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return TYPESCRIPT.test(path)
  return error instanceof SyntaxError && WHILE_COMPILING.test(firstFrame(error.stack ?? ''))
}

function firstFrame (stack: string): string {
  return /^\s+at .*$/m.exec(stack)?.[0] ?? ''
}
