import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Answer } from './challenge/answers.ts'
import { refusalError } from './errors.ts'
import { isHandshake } from './websocket/handshake.ts'

/** Seconds after which trying again makes sense when a verifier could not tell. */
const RETRY_AFTER = '5'

const identity = (body: string) => body

/**
 * Sends a refusal: status and header fields always, the problem as body unless the application has its own error handler,
 * which then gets an error instead.
 *
 * @param handled whether the route has an error handler of its own
 */
export function respond (request: FastifyRequest, reply: FastifyReply, answer: Answer, handled: boolean): void {
  reply.code(answer.status).header('cache-control', 'no-store')
  if (answer.challenges.length > 0) challenge(reply, answer.challenges)
  if (answer.status === 503) reply.header('retry-after', RETRY_AFTER)
  // A refused upgrade leaves a socket that no HTTP server owns any more.
  if (isHandshake(request)) reply.header('connection', 'close')
  if (handled || request.server.errorHandler.name !== 'defaultErrorHandler') {
    reply.send(refusalError(answer.reason, answer.requiredScopes))
  } else {
    reply.header('content-type', 'application/problem+json').serializer(identity).send(answer.body)
  }
}

/** One line each (RFC 9110 §5.3), after those the application has set; readable for scripts of other origins if the response is. */
function challenge (reply: FastifyReply, challenges: readonly string[]): void {
  const set = reply.getHeader('www-authenticate')
  reply.header('www-authenticate', set === undefined ? challenges : [set, challenges].flat())
  if (reply.hasHeader('access-control-allow-origin')) append(reply, 'access-control-expose-headers', 'WWW-Authenticate')
}

/** Adds a member to a list-valued field. */
export function append (reply: FastifyReply, field: string, member: string): void {
  const set = reply.getHeader(field)
  const members = set === undefined ? [] : [set].flat().join(',').split(',').map((text) => text.trim())
  if (members.some((known) => known === '*' || known.toLowerCase() === member.toLowerCase())) return
  reply.header(field, [...members, member].join(', '))
}
