import type { KnownRoute } from '../routes.ts'
import { isObject } from './openapi.ts'

type Route = KnownRoute['options']

/** Tells routes that an application hides from those that @fastify/websocket does. */
export interface Hiding {
  /** Looks at a route, and gives it a schema of its own where someone would write into the application's. */
  prepare (route: Route): void
  /** Whether `hide` stands in the schema of a route without the application having written it. */
  isForced (route: Route): boolean
}

/**
 * Follows what @fastify/websocket does to the schemas of routes with `websocket: true`: it sets `hide`, for all that share the object.
 * If it was first, what the application wrote cannot be told any more: such routes are shown.
 *
 * @param websocketFirst whether it has done so already when `prepare` is called
 */
export function followHiding (websocketFirst: boolean): Hiding {
  const forced = new WeakSet<object>()
  return {
    prepare (route) {
      const { schema } = route
      if (route.websocket === true && websocketFirst) {
        if (isObject(schema)) forced.add(schema)
      } else if (route.websocket === true) {
        route.schema = isObject(schema) ? copySchema(schema) : {}
        if (!isHidden(schema)) forced.add(route.schema)
      } else if (isObject(schema) && !Object.isExtensible(schema)) {
        // Fastify keeps notes in the schemas of routes.
        route.schema = copySchema(schema)
      }
      const { schema: shown } = route
      keepSecurityOutOfCopies(route)
      if (shown !== undefined && route.schema !== undefined && forced.has(shown)) forced.add(route.schema)
    },
    isForced: ({ schema }) => schema !== undefined && forced.has(schema)
  }
}

/** A shallow copy that can be written to. */
export function copySchema<T extends object> (schema: T): T {
  const prototype: unknown = Object.getPrototypeOf(schema)
  if (prototype === Object.prototype) return { ...schema }
  return Object.assign(Object.create(prototype as object | null) as object, schema) // nothing but its prototype to begin with
}

function isHidden (schema: unknown): boolean {
  return isObject(schema) && Boolean(schema['hide'])
}

/**
 * For HEAD routes with an operationId @fastify/swagger keeps a copy of the schema instead of the route. Its `security` would name schemes
 * that the document does not have yet, at which @fastify/swagger fails; so it must not be copied, only be read.
 */
function keepSecurityOutOfCopies (route: Route): void {
  const { schema } = route
  if (route.method !== 'HEAD' || !isObject(schema) || schema['operationId'] === undefined) return
  if (!Object.hasOwn(schema, 'security')) return
  route.schema = Object.defineProperty(copySchema(schema), 'security', { enumerable: false })
}
