import { matchOperations, type MatchOperation } from '../docs/matching.ts'
import { isObject, type Json } from '../docs/openapi.ts'
import { templateOf } from '../docs/paths.ts'
import type { KnownRoute } from '../routes.ts'
import { finding, type Finding } from './finding.ts'
import type { Operation } from './operations.ts'

/** What @fastify/swagger hides unless told otherwise. */
const HIDDEN_TAG = 'X-HIDDEN'

/** Finds the route of each operation. */
export function findRoutes (document: Json, operations: readonly Operation[], known: readonly KnownRoute[]): Map<Operation, KnownRoute> {
  const match = matcher(known, document['servers'])
  return new Map(operations.flatMap((operation) => {
    const route = match(operation.method, operation.path, operation.servers)
    return route === undefined ? [] : [[operation, route] as const]
  }))
}

/** By the URL as @fastify/swagger reads it: Fastify changes that of a route at the end of a prefix when it adds the second form. */
function matcher (known: readonly KnownRoute[], servers: unknown): MatchOperation<KnownRoute> {
  const match = matchOperations(known.map((route) => ({ methods: route.methods, url: route.options.url, route })), servers)
  return (method, path, own) => match(method, path, own)?.route
}

/** What one of the two sides does not have. */
export function unmatched (
  operations: readonly Operation[], found: ReadonlyMap<Operation, KnownRoute>, known: readonly KnownRoute[]
): Finding[] {
  const documented = new Set([...found].map(([{ method }, route]) => placeOf(method, route)))
  const undocumented = known.filter(isVisible).flatMap((route) => route.methods
    .filter((method) => method !== 'HEAD' && method !== 'OPTIONS' && !documented.has(placeOf(method, route)))
    .map((method) => withoutOperation(method, route)))
  return [...operations.filter((operation) => !found.has(operation)).map(withoutRoute), ...undocumented]
}

/** Routes that differ only in their constraints share an operation. */
function placeOf (method: string, { options: { url } }: KnownRoute): string {
  return `${method} ${templateOf(url)}`
}

/** Whether a document of @fastify/swagger has it, as far as the route shows: of one for WebSockets only, `hide` tells nothing. */
function isVisible ({ options }: KnownRoute): boolean {
  const schema: unknown = options.schema
  const { hide, tags }: Json = isObject(schema) ? schema : {}
  return !hide && !(Array.isArray(tags) && tags.includes(HIDDEN_TAG))
}

function withoutRoute ({ method, path }: Operation): Finding {
  return finding({ method, path, websocket: false, probe: '' }, {
    kind: 'operation_without_route',
    expected: 'a route of this method and path',
    actual: 'none that the plugin guards',
    mend: 'Add the route, take the operation out, or name the prefix among the servers of the document.'
  })
}

function withoutOperation (method: string, { url }: KnownRoute): Finding {
  return finding({ method, path: url, websocket: false, probe: '' }, {
    kind: 'route_without_operation',
    expected: 'no such route',
    actual: 'a route that is not hidden',
    mend: 'Make the document again from the application, or set schema.hide if it is not to be documented.'
  })
}
