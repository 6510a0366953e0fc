import type { Static, TSchema } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import type { Security } from './augment.ts'

/** A message that clients send, told from others by its member `type`. */
export interface MessageDeclaration<Schema extends TSchema = TSchema> {
  /** What it looks like, `type` included. */
  readonly schema: Schema
  /** What the connection must satisfy beyond what let it in. Default: nothing further. */
  readonly security?: Security
  /** Shown in the AsyncAPI document. */
  readonly summary?: string
  /** CommonMark, shown in the AsyncAPI document. */
  readonly description?: string
  /** Gets messages that are let through; without it they come as the event `message`, like any other. */
  handler? (message: Static<Schema>, socket: MessageSocket, request: FastifyRequest): unknown
}

/** The connection, as far as a message handler needs it; it is the socket that the handler of the route gets. */
export interface MessageSocket {
  send (text: string): void
  close (code?: number, reason?: string): void
}

/** A message that the application sends, for the AsyncAPI document. */
export type SentMessage = Pick<MessageDeclaration, 'schema' | 'summary' | 'description'>

/**
 * Declares a message with the type that its handler gets.
 *
 * @example
 * ```ts
 * import { Type } from '@sinclair/typebox'
 * import { defineMessage } from 'fastify-openapi-security'
 *
 * const rename = defineMessage({
 *   schema: Type.Object({ type: Type.Literal('pet.rename'), id: Type.String(), name: Type.String() }),
 *   security: [{ oauth: ['pets:write'] }],
 *   handler: ({ id, name }) => { console.log(`${id} is called ${name} now`) }
 * })
 * ```
 */
export function defineMessage<Schema extends TSchema> (declaration: MessageDeclaration<Schema>): MessageDeclaration {
  return declaration as MessageDeclaration // its handler is given what its schema has let through
}
