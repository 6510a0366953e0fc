import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { type FastifySecurityOptions } from 'fastify-openapi-security'
import type { BootErrorCode } from '../../../lib/errors.ts'
import { makeSchemes } from '../../support/schemes.ts'

/** What stops an application from starting. */
export type BootRow = readonly [
  shows: string,
  code: BootErrorCode,
  /** Parts of the message: the place, and the mend. */
  says: readonly string[],
  start: (app: FastifyInstance) => unknown
]

/** Options of the plugin that are right; a row changes one. Rows give values that the types forbid, hence `unknown`. */
export function options (change: Readonly<Record<string, unknown>> = {}): FastifySecurityOptions {
  return { schemes: makeSchemes([]), security: [{ oauth: [] }], ...change }
}

/** Registers the plugin as it should be, but for one option. */
export async function plug (app: FastifyInstance, change: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await app.register(fastifySecurity, options(change))
}

/** The error that stops an application, or `null` if it starts. */
export async function startAndFail (start: (app: FastifyInstance) => unknown): Promise<Error & { code?: string } | null> {
  const app = Fastify() as FastifyInstance // plain HTTP
  app.register(websocket)
  try {
    await start(app)
    await app.ready()
    return null
  } catch (error) {
    return error as Error // what Fastify rejects with
  } finally {
    await app.close().catch(() => {}) // it may not have started
  }
}

export const handler = async (): Promise<string> => 'ran'
