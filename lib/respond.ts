import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Answer } from './challenge/answers.ts'
import { CHALLENGE_FIELD, NO_STORE, RETRY_AFTER } from './challenge/fields.ts'
import { PROBLEM_TYPE } from './challenge/problem.ts'
import { refusalError } from './errors.ts'
import { isHandshake } from './websocket/handshake.ts'

/** Fastify writes names in lower case; one that is in it already need not be made so. */
const CHALLENGE = CHALLENGE_FIELD.toLowerCase()
const identity = (body: string) => body

/**
 * Sends a refusal: status and header fields always, the problem as body unless the application has its own error handler,
 * which then gets an error instead.
 *
 * @param handled whether the route has an error handler of its own
 */
export function respond (request: FastifyRequest, reply: FastifyReply, answer: Answer, handled: boolean): void {
  reply.code(answer.status).header('cache-control', NO_STORE)
  if (answer.challenges.length > 0) challenge(reply, answer.challenges)
  if (answer.status === 503) retryLater(reply)
  // A refused upgrade leaves a socket that no HTTP server owns any more.
  if (isHandshake(request)) reply.header('connection', 'close')
  if (handled || request.server.errorHandler.name !== 'defaultErrorHandler') {
    reply.send(refusalError(answer.reason, answer.requiredScopes))
  } else {
    reply.header('content-type', PROBLEM_TYPE).serializer(identity).send(answer.body)
  }
}

/** One line each (RFC 9110 §5.3), after those the application has set. */
function challenge (reply: FastifyReply, challenges: readonly string[]): void {
  const set = reply.getHeader(CHALLENGE)
  reply.header(CHALLENGE, set === undefined ? challenges : [set, challenges].flat())
  expose(reply, CHALLENGE_FIELD)
}

function retryLater (reply: FastifyReply): void {
  reply.header('retry-after', RETRY_AFTER)
  expose(reply, 'Retry-After')
}

/** Lets scripts of other origins read a field, if they may read the response (Fetch, CORS-safelisted response-header name). */
function expose (reply: FastifyReply, field: string): void {
  if (reply.hasHeader('access-control-allow-origin')) append(reply, 'access-control-expose-headers', field)
}

/** Adds a member to a list-valued field. */
export function append (reply: FastifyReply, field: string, member: string): void {
  const set = reply.getHeader(field)
  const members = set === undefined ? [] : [set].flat().join(',').split(',').map((text) => text.trim())
  if (members.some((known) => known === '*' || known.toLowerCase() === member.toLowerCase())) return
  reply.header(field, [...members, member].join(', '))
}
