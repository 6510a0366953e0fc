import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../challenge/answers.ts'
import type { Policy } from '../policy.ts'
import type { Security } from '../requirement/parse.ts'
import type { Protection } from '../routes.ts'
import type { Schemes } from '../scheme.ts'
import type { Components, Reference } from './components.ts'
import { isObject, type Json, type Version } from './openapi.ts'
import { refusalsOf } from './refusals.ts'
import { writeSecurity } from './requirements.ts'
import { byStatus, mergeResponse, nameResponse, problemSchema, writeResponse } from './responses.ts'
import { addHandshake } from './websocket.ts'

/** What a document says of a route. */
export interface DocumentedRoute {
  readonly methods: readonly string[]
  readonly url: string
  readonly security: Security
  readonly protection: Protection | 'public'
  /** Whether it answers WebSocket handshakes, and whether nothing but those. */
  readonly upgrade: 'never' | 'also' | 'only'
  /** Whether a policy on WebSocket origins applies. */
  readonly origins: boolean
  /** Whether the application's own error handler writes the bodies of refusals. */
  readonly ownBodies: boolean
  /** Whether the application declares responses. */
  readonly responds: boolean
}

/** What is the same for all operations of a document. */
export interface Drafting {
  readonly version: Version
  readonly schemes: Schemes
  readonly components: Components
}

/** Completes an operation with what its route asks and how it refuses. */
export function finishOperation (operation: Json, method: string, route: DocumentedRoute, drafting: Drafting): Json {
  const { parameters, responses, ...rest } = operation
  const { protection } = route
  const asked = withoutCredentials(parameters, protection === 'public' ? null : protection.policy)
  return {
    ...rest,
    ...writeSecurity(route.security, drafting.schemes, drafting.version),
    ...(asked === undefined ? {} : { parameters: asked }),
    responses: finishResponses(isObject(responses) ? responses : {}, method, route, drafting)
  }
}

function finishResponses (declared: Json, method: string, route: DocumentedRoute, { components }: Drafting): Json {
  let responses = declared
  if (route.upgrade !== 'never' && method === 'GET') responses = addHandshake(responses, components, route.upgrade === 'only' && !route.responds)
  if (route.protection === 'public') return responses
  const refusals = byStatus(refusalsOf(route.protection, route.origins))
  // Answers to HEAD have no content (RFC 9110 §9.3.2).
  const problem = route.ownBodies || method === 'HEAD' ? null : components.add('schemas', 'Problem', problemSchema())
  return { ...responses, ...Object.fromEntries(refusals.map((group) => finishResponse(responses, group, problem, components))) }
}

function finishResponse (
  responses: Json, refusals: readonly Answer[], problem: Reference | null, components: Components
): [status: string, response: unknown] {
  const status = String(refusals[0]?.status)
  const ours = writeResponse(refusals, problem)
  const declared = components.resolve(responses[status])
  const merged = isObject(declared) ? mergeResponse(declared, ours) : ours
  // Beside a $ref nothing else counts, so a response that differs stands where it is.
  return [status, isDeepStrictEqual(merged, ours) ? components.add('responses', nameResponse(refusals, problem), ours) : merged]
}

/** The Security Requirement says how credentials are sent; as parameters they would be asked for twice, and Authorization is ignored. */
function withoutCredentials (parameters: unknown, policy: Policy | null): unknown {
  if (!Array.isArray(parameters)) return parameters
  const credentials = new Set(['header authorization'])
  for (const { scheme: { location, queryName } } of policy?.slots ?? []) {
    if ('name' in location) credentials.add(key(location.in, location.name))
    if (queryName !== undefined) credentials.add(key('query', queryName))
  }
  const kept = parameters.filter((parameter: unknown) =>
    !isObject(parameter) || !credentials.has(key(String(parameter['in']), String(parameter['name']))))
  return kept.length === 0 ? undefined : kept
}

function key (place: string, name: string): string {
  return `${place} ${place === 'header' ? name.toLowerCase() : name}`
}
