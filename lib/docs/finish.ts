import type { Security } from '../requirement/parse.ts'
import type { Schemes } from '../scheme.ts'
import { collectComponents, type Components } from './components.ts'
import { MARK } from './mark.ts'
import type { MatchOperation } from './matching.ts'
import { isObject, readVersion, type Json, type Version } from './openapi.ts'
import { METHODS } from './operations-of.ts'
import { finishOperation, type DocumentedRoute, type Drafting } from './operations.ts'
import { prepareRefusals } from './refusal-responses.ts'
import { writeSecurity } from './requirements.ts'
import { writeSchemes } from './schemes.ts'
import { toWebSocket } from './websocket.ts'

/** What a document is finished with. */
export interface Finishing {
  readonly schemes: Schemes
  /** What the document says of operations that say nothing themselves; `null` to leave that alone. */
  readonly security: Security | null
  readonly routes: RoutesOfOperations
  /** Told of an operation that is left out, because the version has no field for its method. */
  readonly onOmitted?: (method: string, path: string) => void
}

/** The routes that operations stand for. */
export interface RoutesOfOperations {
  /** By what was marked while @fastify/swagger made the document. */
  byMark (mark: string): DocumentedRoute | undefined
  /** Where the document came first, or a transform of the application's has dropped the mark. */
  readonly byPath: MatchOperation<DocumentedRoute>
}

/**
 * Completes a document: the schemes, and for each operation what it asks and how it refuses. The document given is left as it is.
 *
 * @throws FST_SECURITY_DOCUMENT_UNSUPPORTED
 */
export function finish (document: Json, { schemes, security, routes, onOmitted }: Finishing): Json {
  const version = readVersion(document)
  const components = collectComponents(document['components'])
  const webSocketServers = toWebSocket(document['servers'])
  const drafting: Drafting = { version, schemes, components, refusals: prepareRefusals(components), webSocketServers, onOmitted }
  const { paths, webhooks } = document
  const written = isObject(paths) ? mapEntries(paths, (item, path) => finishPathItem(item, path, routes, drafting)) : paths
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

function finishPathItem (given: unknown, path: string, routes: RoutesOfOperations, drafting: Drafting): unknown {
  const item = standing(given, drafting.components)
  if (!isObject(item)) return item
  const { servers } = item
  const own = servers === undefined ? drafting : { ...drafting, webSocketServers: toWebSocket(servers) }
  const finishOne = (operation: unknown, field: string): unknown => {
    if (!isObject(operation) || !(METHODS.has(field.toLowerCase()) || MARK in operation)) return operation
    const method = field.toUpperCase()
    const mark = operation[MARK]
    const route = mark === undefined ? routes.byPath(method, path, operation['servers'] ?? servers) : routes.byMark(String(mark))
    if (mark !== undefined && !hasField(method, drafting.version)) return drafting.onOmitted?.(method, path)
    if (route === undefined) return operation
    return route.upgrade === 'only' && method !== 'GET' ? undefined : finishCallbacks(finishOperation(operation, method, route, own))
  }
  const finished = mapEntries(item, finishOne)
  const { additionalOperations: additional } = finished
  if (!isObject(additional)) return finished
  return { ...finished, additionalOperations: mapEntries(additional, finishOne) }
}

/** A path item that is a reference may stand at several paths, whose routes ask for different things. */
function standing (item: unknown, components: Components): unknown {
  if (!isObject(item) || item['$ref'] === undefined) return item
  const { $ref, ...own } = item
  const found = components.resolve({ $ref })
  return isObject(found) && found['$ref'] === undefined ? { ...found, ...own } : item
}

/** QUERY and methods without a field have a place from OpenAPI 3.2 on. */
function hasField (method: string, version: Version): boolean {
  return version === 2 || (method !== 'QUERY' && METHODS.has(method.toLowerCase()))
}

function finishCallbacks (operation: Json): Json {
  const { callbacks } = operation
  if (!isObject(callbacks)) return operation
  const named = mapEntries(callbacks, (callback) => isObject(callback) ? mapEntries(callback, (item) => nameSecurity(item, [])) : callback)
  return { ...operation, callbacks: named }
}

function nameSecurity (item: unknown, security: readonly unknown[]): unknown {
  if (!isObject(item)) return item
  return mapEntries(item, (operation, method) =>
    METHODS.has(method) && isObject(operation) && operation['security'] === undefined ? { ...operation, security } : operation)
}

/** @param map answers `undefined` for what is to be left out */
function mapEntries (object: Json, map: (value: unknown, key: string) => unknown): Record<string, unknown> {
  const mapped: Record<string, unknown> = {}
  for (const key of Object.keys(object)) {
    const value = map(object[key], key)
    if (value !== undefined) mapped[key] = value
  }
  return mapped
}
