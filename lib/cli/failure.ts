/** Something that keeps a command from doing its work; told in a sentence, without a stack. */
export class Failure extends Error {
  /** Whether the way of calling is to be shown as well. */
  readonly usage: boolean

  constructor (message: string, { cause, usage = false }: { cause?: unknown, usage?: boolean } = {}) {
    super(message, cause === undefined ? {} : { cause })
    this.usage = usage
  }
}

/** Says in one line what went wrong, and with `verbose` where. */
export function tell (error: unknown, verbose: boolean): string {
  if (!(error instanceof Error)) return `something was thrown that is no error: ${String(error)}`
  if (verbose) return [error.stack ?? error.message, error.cause instanceof Error ? error.cause.stack : undefined].filter(Boolean).join('\ncaused by ')
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : ''
  return `${code}${error.message.trim()}`
}
