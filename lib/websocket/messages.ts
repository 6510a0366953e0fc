import { STATUS_CODES } from 'node:http'
import type { TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { FastifyRequest } from 'fastify'
import { problem } from '../challenge/problem.ts'
import { holds } from '../decision/holds.ts'
import { compile } from '../policy.ts'
import { parseSecurity, type Security } from '../requirement/parse.ts'
import type { Schemes } from '../scheme.ts'
import { MESSAGE_TYPES, parseObject } from './message-format.ts'
import { invalid } from './settings.ts'
import type { Session } from './session.ts'
import type { Socket } from './socket.ts'

interface Guarded {
  readonly security: Security
  readonly handler: ((message: unknown, socket: Socket, request: FastifyRequest) => unknown) | undefined
  matches (value: unknown): boolean
}

/** Lets a message through, or answers it; answers whether the handler of the route is not to get it. */
export type TakeMessage = (session: Session, text: string | null) => boolean

/**
 * Compiles the messages of a route. One of another type, that does not match its schema or whose requirement is not satisfied is answered
 * with a problem; the connection stays.
 *
 * @throws FST_SECURITY_WEBSOCKET_INVALID, and what {@link compile} throws
 */
export function compileMessages (declared: unknown, schemes: Schemes, place: string): TakeMessage {
  if (typeof declared !== 'object' || declared === null) throw invalid(place, '`messages` is not an object')
  const known = new Map(Object.entries(declared).map(([type, one]) => [type, compileOne(one, schemes, `${place}, message "${type}"`)]))
  return (session, text) => {
    const message = text === null ? null : parseObject(text)
    const type = message?.['type']
    const guarded = typeof type === 'string' ? known.get(type) : undefined
    const { socket, request } = session
    if (socket === null) return true
    if (guarded === undefined || typeof type !== 'string') return answer(socket, message, NOT_KNOWN)
    if (!guarded.matches(message)) return answer(socket, message, NOT_VALID)
    if (!holds(request.auth, guarded.security)) return answer(socket, message, refusalOf(request.auth, guarded.security))
    if (guarded.handler === undefined) return false
    call(guarded.handler, message, socket, request)
    return true
  }
}

function compileOne (declared: unknown, schemes: Schemes, place: string): Guarded {
  const { schema, security, handler } = Object(declared) as Readonly<Record<string, unknown>> // each is looked at
  if (typeof schema !== 'object' || schema === null) throw invalid(place, '`schema` is not a TypeBox schema')
  if (handler !== undefined && typeof handler !== 'function') throw invalid(place, '`handler` is not a function')
  const asked = security === undefined ? [] : parseSecurity(security, place)
  compile(asked, schemes, place)
  const check = TypeCompiler.Compile(schema as TSchema) // throws for anything else
  return { security: asked, handler: handler as Guarded['handler'], matches: (value) => check.Check(value) } // a function
}

/** A failing handler is a fault of the application's, told to its owner. */
function call (handler: NonNullable<Guarded['handler']>, message: unknown, socket: Socket, request: FastifyRequest): void {
  const fail = (error: unknown): void => {
    request.log.error({ err: error }, 'a message handler failed')
    answer(socket, message as Readonly<Record<string, unknown>>, FAILED) // it matched its schema
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

const NOT_KNOWN = fault(400, 'message_unknown', 'The message is not JSON with a `type` that this connection takes.')
const NOT_VALID = fault(400, 'message_invalid', 'The message does not match the schema of its `type`.')
const FAILED = fault(500, 'message_failed', 'The message could not be handled.')

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
