import { STATUS_CODES } from 'node:http'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { FastifyRequest } from 'fastify'
import { problem } from '../challenge/problem.ts'
import { holds } from '../decision/holds.ts'
import { compile } from '../policy.ts'
import type { Security } from '../requirement/parse.ts'
import type { Schemes } from '../scheme.ts'
import type { ReceivedMessage } from './declared-messages.ts'
import { MESSAGE_TYPES, parseObject } from './message-format.ts'
import type { Session } from './session.ts'
import type { Socket } from './socket.ts'

interface Guarded {
  readonly declared: ReceivedMessage
  matches (value: unknown): boolean
}

/** Lets a message through, or answers it; answers whether the handler of the route is not to get it. */
export type TakeMessage = (session: Session, text: string | null) => boolean

/**
 * Compiles the messages of a route. One of another type, that does not match its schema or whose requirement is not satisfied is answered
 * with a problem; the connection stays.
 *
 * @throws what {@link compile} throws
 */
export function compileMessages (received: readonly ReceivedMessage[], schemes: Schemes, place: string): TakeMessage {
  const known = new Map(received.map((declared) => [declared.type, compileOne(declared, schemes, `${place}, message "${declared.type}"`)]))
  return (session, text) => {
    const message = text === null ? null : parseObject(text)
    const type = message?.['type']
    const guarded = typeof type === 'string' ? known.get(type) : undefined
    const { socket, request } = session
    if (socket === null) return true
    if (guarded === undefined || typeof type !== 'string') return answer(socket, message, MESSAGE_FAULTS.message_unknown)
    const { declared: { security, handler } } = guarded
    if (!guarded.matches(message)) return answer(socket, message, MESSAGE_FAULTS.message_invalid)
    if (!holds(request.auth, security)) return answer(socket, message, refusalOf(request.auth, security))
    if (handler === undefined) return false
    call(handler, message, socket, request)
    return true
  }
}

function compileOne (declared: ReceivedMessage, schemes: Schemes, place: string): Guarded {
  compile(declared.security, schemes, place)
  const check = TypeCompiler.Compile(declared.schema) // throws for anything else
  return { declared, matches: (value) => check.Check(value) }
}

/** A failing handler is a fault of the application's, told to its owner. */
function call (handler: NonNullable<ReceivedMessage['handler']>, message: unknown, socket: Socket, request: FastifyRequest): void {
  const fail = (error: unknown): void => {
    request.log.error({ err: error }, 'a message handler failed')
    answer(socket, message as Readonly<Record<string, unknown>>, MESSAGE_FAULTS.message_failed) // it matched its schema
  }
  try {
    const pending = handler(message, socket, request)
    if (pending instanceof Promise) pending.catch(fail)
  } catch (error) {
    fail(error)
  }
}

interface MessageProblem {
  readonly status: number
  readonly [member: string]: unknown
}

/** What is wrong with a message beside its requirement, by the `code` of the problem. */
export const MESSAGE_FAULTS = Object.freeze({
  message_unknown: fault(400, 'message_unknown', 'The message is not JSON with a `type` that this connection takes.'),
  message_invalid: fault(400, 'message_invalid', 'The message does not match the schema of its `type`.'),
  message_failed: fault(500, 'message_failed', 'The message could not be handled.')
})

function fault (status: number, code: string, detail: string): MessageProblem {
  return Object.freeze({ type: 'about:blank', title: STATUS_CODES[status], status, detail, code })
}

/** Missing scopes if the schemes are there, as for requests. */
function refusalOf (auth: unknown, security: Security): MessageProblem {
  const bearing = (auth ?? {}) as Readonly<Record<string, unknown>> // what the guard puts there
  const nearest = security.find((requirement) => Object.keys(requirement).every((name) => bearing[name] !== undefined))
  if (nearest === undefined) return { ...problem('credentials_missing', []) }
  return { ...problem('scope_insufficient', [...new Set(Object.values(nearest).flat())]) }
}

/** Names the message that the problem is about, by its type and its `id` if it has one. */
function answer (socket: Socket, message: Readonly<Record<string, unknown>> | null, problem: MessageProblem): true {
  const { type, id } = message ?? {}
  const about = { message: typeof type === 'string' ? type.slice(0, 128) : undefined, id: isId(id) ? id : undefined }
  socket.send(JSON.stringify({ type: MESSAGE_TYPES.problem, ...about, problem }))
  return true
}

function isId (id: unknown): boolean {
  return typeof id === 'number' || (typeof id === 'string' && id.length <= 128)
}
