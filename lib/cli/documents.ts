import type { FastifyInstance } from 'fastify'
import { swaggersOf } from '../docs/decorators.ts'
import { matchOperations } from '../docs/matching.ts'
import { isObject, type Json } from '../docs/openapi.ts'
import { operationsOf, type PlacedOperation } from '../docs/operations-of.ts'
import { templateOf } from '../docs/paths.ts'
import type { KnownRoute } from '../routes.ts'

/** An operation, and the route it stands for. */
export interface RoutedOperation extends PlacedOperation {
  /** `undefined` if the application has no such route. */
  readonly route: KnownRoute | undefined
}

/** A document and what it says of the routes. */
export interface RoutedDocument {
  readonly document: Json
  readonly operations: readonly RoutedOperation[]
  /** Whether one of its operations stands for a method of a route. */
  covers (route: KnownRoute, method: string): boolean
}

/**
 * Every document that @fastify/swagger makes of the routes of an instance.
 *
 * @throws FST_SECURITY_DOCUMENT_UNSUPPORTED, and what @fastify/swagger throws
 */
export function documentsOf (app: FastifyInstance, known: readonly KnownRoute[]): RoutedDocument[] {
  return swaggersOf(app).map(([, swagger]) => swagger.call(app)).filter(isObject).map((document) => {
    const find = finder(known, document)
    const operations = operationsOf(document).map((one) => ({ ...one, route: find(one) }))
    // Routes that differ in constraints only share an operation.
    const covered = new Set(operations.flatMap(({ method, route }) => route === undefined ? [] : [key(method, route)]))
    return { document, operations, covers: (route, method) => covered.has(key(method, route)) }
  })
}

/** Whether the application leaves a route out of the document on purpose. */
export function isHidden ({ options: { schema } }: KnownRoute): boolean {
  if (!isObject(schema)) return false
  const { hide, tags } = schema
  return Boolean(hide) || (Array.isArray(tags) && tags.includes('X-HIDDEN'))
}

/** Finds routes by method and path, or where the application documents another path by their `operationId`. */
function finder (known: readonly KnownRoute[], document: Json): (placed: PlacedOperation) => KnownRoute | undefined {
  const match = matchOperations(known, document['servers'])
  const byId = new Map(known.flatMap((route) => {
    const { schema } = route.options
    const id: unknown = isObject(schema) ? schema['operationId'] : undefined
    return typeof id === 'string' ? route.methods.map((method) => [`${method} ${id}`, route] as const) : []
  }))
  return ({ method, path, operation, servers }) => match(method, path, servers) ?? byId.get(`${method} ${String(operation['operationId'])}`)
}

function key (method: string, { url }: KnownRoute): string {
  return `${method} ${templateOf(url)}`
}
