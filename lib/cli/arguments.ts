import { parseArgs } from 'node:util'
import { Failure } from './failure.ts'

/** How a report is written. */
export const FORMATS = ['table', 'json', 'markdown', 'html'] as const
export type Format = typeof FORMATS[number]

/** What was asked for on the command line. */
export interface AuditArguments {
  readonly command: 'audit'
  readonly file: string
  readonly format: Format
  /** Whether to look for faults. */
  readonly check: boolean
  /** Where the report goes; `null` for the standard output. */
  readonly output: string | null
  /** The export to use; `null` to find one. */
  readonly exported: string | null
  /** Whether errors are told with their stack. */
  readonly verbose: boolean
}

export type Arguments = AuditArguments | { readonly command: 'help' | 'version' }

export const USAGE = `Usage: fastify-openapi-security audit <file> [options]

Loads the application that <file> exports, and prints each route with what it asks of callers.

Options
  --format <format>  table (default), json, markdown, or html: a page that shows who may call what
  --check            look for faults as well; exit 1 if there are any
  --output <file>    write the report there instead of the standard output
  --export <name>    what <file> exports the application as; by default
                     default, app, build, buildApp or createApp, whichever is one
  --verbose          show the stack of errors
  --help             print this
  --version          print the version

Exit codes: 0 fine, 1 faults found, 2 the audit could not be made
`

const OPTIONS = {
  format: { type: 'string' },
  check: { type: 'boolean' },
  output: { type: 'string' },
  export: { type: 'string' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' }
} as const

/**
 * Reads the command line.
 *
 * @param args without the paths of Node.js and of the program
 * @throws Failure with `usage` set if they mean nothing
 */
export function readArguments (args: readonly string[]): Arguments {
  const { values, positionals } = parse(args)
  if (values.help === true) return { command: 'help' }
  if (values.version === true) return { command: 'version' }
  const [command, file, ...rest] = positionals
  if (command === undefined) throw unusable('a command is missing')
  if (command !== 'audit') throw unusable(`there is no command "${command}"`)
  if (file === undefined) throw unusable('the file of the application is missing')
  if (rest.length > 0) throw unusable(`one file at a time; "${rest.join(' ')}" is too much`)
  return {
    command,
    file,
    format: readFormat(values.format),
    check: values.check ?? false,
    output: readText('output', values.output),
    exported: readText('export', values.export),
    verbose: values.verbose ?? false
  }
}

function parse (args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error))
  }
}

function readFormat (text: string | undefined): Format {
  const format = FORMATS.find((one) => one === (text ?? 'table'))
  if (format === undefined) throw unusable(`--format is one of ${FORMATS.join(', ')}, not "${text ?? ''}"`)
  return format
}

function readText (option: string, text: string | undefined): string | null {
  if (text === '') throw unusable(`--${option} is empty`)
  return text ?? null
}

function unusable (message: string): Failure {
  return new Failure(message, { usage: true })
}
