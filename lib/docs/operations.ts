import { isDeepStrictEqual } from 'node:util'
import type { Policy } from '../policy.ts'
import type { Security } from '../requirement/parse.ts'
import type { Protection } from '../routes.ts'
import type { Schemes } from '../scheme.ts'
import type { Components } from './components.ts'
import { MARK } from './mark.ts'
import { isObject, type Json, type Version } from './openapi.ts'
import { writeSecurity } from './requirements.ts'
import type { RefusalResponse, Refusals } from './refusal-responses.ts'
import { placeOf, placesOf } from './places.ts'
import { NO_HANDSHAKE, type Surroundings } from './refusals.ts'
import { mergeResponse } from './responses.ts'
import { addCarriers, addHandshake } from './websocket.ts'

/** What a document says of a route. */
export interface DocumentedRoute {
  readonly methods: readonly string[]
  readonly url: string
  readonly security: Security
  readonly protection: Protection | 'public'
  /** Whether it answers WebSocket handshakes, and whether nothing but those. */
  readonly upgrade: 'never' | 'also' | 'only'
  /** What handshakes are refused for beside the policy. */
  readonly surroundings: Surroundings
  /** The channel in the AsyncAPI document, if there is a link to it. */
  readonly channel?: string | null
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
  readonly refusals: Refusals
  /** Server Objects of WebSocket operations; empty where the document names no host. */
  readonly webSocketServers: readonly Json[]
  readonly onOmitted?: ((method: string, path: string) => void) | undefined
}

/** Completes an operation with what its route asks and how it refuses. */
export function finishOperation (operation: Json, method: string, route: DocumentedRoute, drafting: Drafting): Json {
  const { [MARK]: _, parameters, responses, ...rest } = operation
  const { protection, upgrade, surroundings } = route
  const kept = withoutCredentials(parameters, protection === 'public' ? null : protection.policy)
  const asked = upgrades(route, method) ? addCarriers(kept, surroundings, drafting.components) : kept
  const { webSocketServers: servers } = drafting
  const finished: Record<string, unknown> = {
    ...(upgrade === 'only' && servers.length > 0 ? { servers } : {}),
    ...(upgrades(route, method) ? linkTo(route.channel ?? null) : {}),
    ...rest,
    ...writeSecurity(route.security, drafting.schemes, drafting.version)
  }
  if (asked !== undefined) finished['parameters'] = asked
  finished['responses'] = finishResponses(isObject(responses) ? responses : {}, method, route, drafting)
  return finished
}

/** What is said on a connection has no place in OpenAPI. */
function linkTo (channel: string | null): Json {
  if (channel === null) return {}
  return { externalDocs: { url: channel, description: 'The messages of the connection, in AsyncAPI.' }, 'x-asyncapi': channel }
}

function upgrades ({ upgrade }: DocumentedRoute, method: string): boolean {
  return upgrade !== 'never' && method === 'GET'
}

function finishResponses (declared: Json, method: string, route: DocumentedRoute, { components, refusals }: Drafting): Json {
  let responses = declared
  if (upgrades(route, method)) {
    const { byClose = false } = route.surroundings
    responses = addHandshake(responses, components, { invented: route.upgrade === 'only' && !route.responds, byClose })
  }
  if (route.protection === 'public') return responses
  // Answers to HEAD have no content (RFC 9110 §9.3.2).
  const surroundings = upgrades(route, method) ? route.surroundings : NO_HANDSHAKE
  const ours = refusals(route.protection, surroundings, route.ownBodies || method === 'HEAD')
  const finished: Record<string, unknown> = { ...responses }
  for (const refusal of ours) finished[refusal.status] = finishResponse(responses[refusal.status], refusal, components)
  return finished
}

/** Beside a $ref nothing else counts, so a response that differs stands where it is. */
function finishResponse (declared: unknown, { response, reference }: RefusalResponse, components: Components): Json {
  if (declared === undefined) return { ...reference() }
  const theirs = components.resolve(declared)
  const merged = isObject(theirs) ? mergeResponse(theirs, response) : response
  return merged === response || isDeepStrictEqual(merged, response) ? { ...reference() } : merged
}

/** The Security Requirement says how credentials are sent; as parameters they would be asked for twice, and Authorization is ignored. */
function withoutCredentials (parameters: unknown, policy: Policy | null): unknown {
  if (!Array.isArray(parameters)) return parameters
  const places = placesOf(policy)
  const isKept = (parameter: unknown): boolean => !isObject(parameter) || !places.has(placeOf(parameter['in'], parameter['name']))
  if (parameters.every(isKept)) return parameters
  const kept = parameters.filter(isKept)
  return kept.length === 0 ? undefined : kept
}
