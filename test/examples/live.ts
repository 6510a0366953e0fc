import type { Command } from '../../examples/petstore/commands.ts'

/** What the tests use of the running example. */
export interface Live {
  readonly origin: string
  readonly authorizationServer: { readonly issuer: string, readonly secrets: Readonly<Record<string, string>> }
  readonly operatorKey: string
  commands (): Promise<Command[]>
  close (): Promise<void>
}

interface Options { readonly port?: number, readonly issuerPort?: number, readonly lifetime?: number }

/** Starts the example. The address is computed because declarations of schemes merge across a program, and the tests have their own. */
export async function startLive (options: Options = {}): Promise<Live> {
  const { start }: { start (options: Options): Promise<Live> } = await import(new URL('../../examples/live/server.ts', import.meta.url).href)
  return await start(options)
}
