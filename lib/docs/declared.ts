import { isDeepStrictEqual } from 'node:util'
import { BOOT_ERRORS } from '../errors.ts'
import type { Effective } from '../requirement/inherit.ts'
import { parseSecurity, type Requirement, type Security } from '../requirement/parse.ts'
import { pathTable } from './matching.ts'
import { isObject, readVersion, type Json } from './openapi.ts'
import { operationsOf } from './operations-of.ts'
import { basePaths, pathOf } from './paths.ts'
import { ROLES } from './requirements.ts'

/** A route as far as an operation can be known by it. */
export interface Described {
  readonly methods: readonly string[]
  readonly url: string
  readonly operationId: unknown
}

/** What a document that came first asks of the routes that implement it. */
export interface Declared {
  /**
   * What the operation of a route asks; `null` if no operation is the route's, or the document says nothing of it.
   *
   * @throws FST_SECURITY_REQUIREMENT_INVALID if its methods stand for operations that ask for different things
   */
  effectiveFor (route: Described, place: string): Effective | null
  /** @throws FST_SECURITY_OPERATIONS_WITHOUT_ROUTE if an operation has not been asked for */
  checkRouted (): void
}

interface Operation {
  readonly name: string
  readonly effective: Effective | null
}

/**
 * Reads what each operation of a document asks.
 *
 * @throws FST_SECURITY_DOCUMENT_UNSUPPORTED, FST_SECURITY_REQUIREMENT_INVALID
 */
export function readDeclared (document: Json): Declared {
  readVersion(document)
  const byId = new Map<string, Operation>()
  const byPath = pathTable<Operation>()
  // A proxy may take the path of a server off; with it is what the document says, and so is looked for first.
  const byBarePath = pathTable<Operation>()
  const unrouted = new Set<Operation>()
  for (const { method, path, operation, servers } of operationsOf(document)) {
    const known: Operation = { name: `${method} ${path}`, effective: effectiveOf(operation, document, `Operation ${method} ${path} of the document`) }
    unrouted.add(known)
    if (typeof operation['operationId'] === 'string') byId.set(`${method} ${operation['operationId']}`, known)
    for (const base of basePaths(servers)) byPath.set(method, base + path, known)
    byBarePath.set(method, path, known)
  }

  const findPath = (method: string, path: string): Operation | undefined => byPath.find(method, path) ?? byBarePath.find(method, path)
  const find = (method: string, { url, operationId }: Described): Operation | undefined => {
    const path = pathOf(url)
    // At `/` under a prefix Fastify answers with and without the last slash.
    const found = byId.get(`${method} ${String(operationId)}`) ?? findPath(method, path) ?? findPath(method, `${path}/`)
    if (found !== undefined) unrouted.delete(found)
    return found
  }

  return {
    effectiveFor (route, place) {
      // Fastify answers HEAD with the handler of GET, and documents seldom mention it.
      const found = route.methods.map((method) => find(method, route) ?? (method === 'HEAD' ? find('GET', route) : undefined))
      const [first, ...others] = found.map((operation) => operation?.effective ?? null)
      if (others.some((other) => !isDeepStrictEqual(other?.security, first?.security))) {
        throw new BOOT_ERRORS.FST_SECURITY_REQUIREMENT_INVALID(place, 'the document asks something else for each of its methods; make it several routes')
      }
      return first ?? null
    },
    checkRouted () {
      if (unrouted.size === 0) return
      const names = [...unrouted].map(({ name }) => name)
      throw new BOOT_ERRORS.FST_SECURITY_OPERATIONS_WITHOUT_ROUTE(names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : ''))
    }
  }
}

function effectiveOf (operation: Json, document: Json, place: string): Effective | null {
  if (operation['security'] !== undefined) return { security: readSecurity(operation, place), source: 'route' }
  if (document['security'] !== undefined) return { security: readSecurity(document, 'The document'), source: 'plugin' }
  return null
}

/** Before OpenAPI 3.1 roles stand beside the requirements, as {@link ROLES}. */
function readSecurity (fields: Json, place: string): Security {
  const security = parseSecurity(fields['security'], place)
  const roles = fields[ROLES]
  if (!Array.isArray(roles)) return security
  return parseSecurity(security.map((requirement, i) => addRoles(requirement, roles[i])), place)
}

function addRoles (requirement: Requirement, roles: unknown): Record<string, unknown> {
  const added = isObject(roles) ? roles : {}
  return Object.fromEntries(Object.entries(requirement).map(([name, scopes]) => [name, [...scopes, ...[added[name] ?? []].flat()]]))
}
