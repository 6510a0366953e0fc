import type { Security } from '../requirement/parse.ts'
import type { Schemes } from '../scheme.ts'
import { collectComponents } from './components.ts'
import { matchOperations } from './matching.ts'
import { isObject, readVersion, type Json } from './openapi.ts'
import { METHODS } from './operations-of.ts'
import { finishOperation, type DocumentedRoute, type Drafting } from './operations.ts'
import { prepareRefusals } from './refusal-responses.ts'
import { writeSecurity } from './requirements.ts'
import { writeSchemes } from './schemes.ts'
import { toWebSocket } from './websocket.ts'

/** The field by which an operation says, while the document is made, which route it is. */
export const MARK = 'x-fastify-openapi-security-route'

/** What a document is finished with. */
export interface Finishing {
  readonly schemes: Schemes
  /** What the document says of operations that say nothing themselves; `null` to leave that alone. */
  readonly security: Security | null
  /** The routes by their marks. */
  readonly routes: ReadonlyMap<string, DocumentedRoute>
}

type FindRoute = (operation: Json, path: string, method: string) => DocumentedRoute | undefined

/**
 * Completes a document: the schemes, and for each operation what it asks and how it refuses. The document given is left as it is.
 *
 * @throws FST_SECURITY_DOCUMENT_UNSUPPORTED
 */
export function finish (document: Json, { schemes, security, routes }: Finishing): Json {
  const version = readVersion(document)
  const components = collectComponents(document['components'])
  const webSocketServers = toWebSocket(document['servers'])
  const drafting: Drafting = { version, schemes, components, refusals: prepareRefusals(components), webSocketServers }
  const find = finder(routes, document['servers'])
  const { paths, webhooks } = document
  const written = isObject(paths) ? mapEntries(paths, (item, path) => finishPathItem(item, path, find, drafting)) : paths
  // Webhooks and callbacks are sent by the API, so that what the API asks does not hold for them.
  const unasked = Array.isArray(document['security']) ? document['security'] : []
  const { securitySchemes, ...others } = components.toJson()
  return {
    ...document,
    ...(written === undefined ? {} : { paths: written }),
    ...(isObject(webhooks) ? { webhooks: mapEntries(webhooks, (item) => nameSecurity(item, unasked)) } : {}),
    components: { ...others, securitySchemes: writeSchemes(schemes, securitySchemes, version) },
    ...(security === null ? {} : writeSecurity(security, schemes, version))
  }
}

function finishPathItem (item: unknown, path: string, find: FindRoute, drafting: Drafting): unknown {
  if (!isObject(item)) return item
  const finishOne = (operation: unknown, field: string): unknown => {
    if (!isObject(operation) || !(METHODS.has(field.toLowerCase()) || MARK in operation)) return operation
    return finishMarked(operation, field.toUpperCase(), find(operation, path, field.toUpperCase()), drafting)
  }
  const finished = mapEntries(item, finishOne)
  const { additionalOperations: additional } = finished
  if (!isObject(additional)) return finished
  return { ...finished, additionalOperations: mapEntries(additional, finishOne) }
}

/** @returns `undefined` if there is no such operation in truth */
function finishMarked (operation: Json, method: string, route: DocumentedRoute | undefined, drafting: Drafting): Json | undefined {
  if (route === undefined) return operation
  if (route.upgrade === 'only' && method !== 'GET') return undefined
  const { [MARK]: _, callbacks, ...rest } = operation
  const finished = finishOperation(rest, method, route, drafting)
  if (!isObject(callbacks)) return finished
  const named = mapEntries(callbacks, (callback) => isObject(callback) ? mapEntries(callback, (item) => nameSecurity(item, [])) : callback)
  return { ...finished, callbacks: named }
}

function nameSecurity (item: unknown, security: readonly unknown[]): unknown {
  if (!isObject(item)) return item
  return mapEntries(item, (operation, method) =>
    METHODS.has(method) && isObject(operation) && operation['security'] === undefined ? { ...operation, security } : operation)
}

/** Finds routes by their marks; where a transform of the application's has dropped the mark, by method and path. */
function finder (routes: ReadonlyMap<string, DocumentedRoute>, servers: unknown): FindRoute {
  const match = matchOperations(routes.values(), servers)
  return (operation, path, method) => {
    const mark = operation[MARK]
    return mark === undefined ? match(method, path) : routes.get(String(mark))
  }
}

function mapEntries (object: Json, map: (value: unknown, key: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).flatMap(([key, value]) => {
    const mapped = map(value, key)
    return mapped === undefined ? [] : [[key, mapped]]
  }))
}
