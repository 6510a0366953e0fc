import type { FastifyServerOptions } from 'fastify'

/** A line of the log, as pino writes it. */
export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly reason?: string
  readonly schemes?: Readonly<Record<string, string>>
  readonly scheme?: string
  readonly err?: { readonly type: string, readonly message: string }
  readonly req?: { readonly url: string }
}

/** What an application has logged. */
export interface Log {
  readonly raw: string[]
  lines (): LogLine[]
  /** Lines with this message. */
  said (message: RegExp): LogLine[]
  clear (): void
}

/** Captures a log at the finest level: the options for Fastify and what is captured. */
export function captureLog (more: object = {}): { log: Log, server: FastifyServerOptions } {
  const raw: string[] = []
  const lines = () => raw.map((line) => JSON.parse(line) as LogLine) // pino writes one object a line
  const log = { raw, lines, said: (message: RegExp) => lines().filter(({ msg }) => message.test(msg)), clear: () => { raw.length = 0 } }
  return { log, server: { logger: { level: 'trace', stream: { write: (line: string) => { raw.push(line) } }, ...more } } }
}
