import type { TSchema } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { parseSecurity, type Security } from '../requirement/parse.ts'
import { invalid } from './settings.ts'
import type { Socket } from './socket.ts'

/** What a route says of a message in its config. */
export interface DeclaredMessage {
  /** By which it is told from others. */
  readonly type: string
  readonly schema: TSchema
  readonly summary: string | undefined
  readonly description: string | undefined
}

/** A message that clients send. */
export interface ReceivedMessage extends DeclaredMessage {
  /** What the connection must satisfy beyond what let it in; `[]` for nothing. */
  readonly security: Security
  readonly handler: ((message: unknown, socket: Socket, request: FastifyRequest) => unknown) | undefined
}

/** What is said on the connections of a route; `null` where the route does not declare it. */
export interface DeclaredMessages {
  readonly received: readonly ReceivedMessage[] | null
  readonly sent: readonly DeclaredMessage[] | null
}

/**
 * Reads the messages of a route's `config.websocket`.
 *
 * @throws FST_SECURITY_WEBSOCKET_INVALID, FST_SECURITY_REQUIREMENT_INVALID
 */
export function readMessages (config: unknown, place: string): DeclaredMessages {
  const { messages, sends } = Object(config) as Readonly<Record<string, unknown>> // each is looked at
  if (messages === undefined && sends === undefined) return NONE
  return Object.freeze({
    received: readEach('messages', messages, place, readReceived),
    sent: readEach('sends', sends, place, readMessage)
  })
}

const NONE: DeclaredMessages = Object.freeze({ received: null, sent: null })

type Read<Message> = (type: string, declared: Readonly<Record<string, unknown>>, place: string) => Message

function readEach<Message> (option: string, declared: unknown, place: string, read: Read<Message>): readonly Message[] | null {
  if (declared === undefined) return null
  if (typeof declared !== 'object' || declared === null) throw invalid(place, `\`${option}\` is not an object`)
  return Object.freeze(Object.entries(declared).map(([type, one]) =>
    read(type, Object(one) as Readonly<Record<string, unknown>>, `${place}, message "${type}"`))) // each is looked at
}

function readReceived (type: string, declared: Readonly<Record<string, unknown>>, place: string): ReceivedMessage {
  const { security, handler } = declared
  const message = readMessage(type, declared, place)
  if (handler !== undefined && typeof handler !== 'function') throw invalid(place, '`handler` is not a function')
  return Object.freeze({
    ...message,
    security: security === undefined ? [] : parseSecurity(security, place),
    handler: handler as ReceivedMessage['handler'] // a function
  })
}

function readMessage (type: string, { schema, summary, description }: Readonly<Record<string, unknown>>, place: string): DeclaredMessage {
  if (typeof schema !== 'object' || schema === null) throw invalid(place, '`schema` is not a TypeBox schema')
  const text = (value: unknown) => typeof value === 'string' ? value : undefined
  // Whether it is one is seen by who compiles it.
  return Object.freeze({ type, schema: schema as TSchema, summary: text(summary), description: text(description) })
}
