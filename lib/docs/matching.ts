import { basePaths, parameterNames, pathOf, pathTemplate } from './paths.ts'

/**
 * Finds the route that an operation of a document stands for, by method and path.
 *
 * @param servers Server Objects of the operation or its path, which hold instead of those of the document
 */
export type MatchOperation<Route> = (method: string, path: string, servers?: unknown) => Route | undefined

/** @param servers the Server Objects of the document, whose paths are not part of the paths below them */
export function matchOperations<Route extends { readonly methods: readonly string[], readonly url: string }> (
  routes: Iterable<Route>, servers: unknown
): MatchOperation<Route> {
  const known = pathTable<Route>()
  for (const route of routes) for (const method of route.methods) known.set(method, pathOf(route.url), route)
  const usual = basePaths(servers)
  return (method, path, own) => {
    // With the path of a server is what the document says; but a proxy may take it off, and @fastify/swagger takes off those of the
    // document, whatever the operation says.
    for (const base of own === undefined ? [...usual, ''] : [...basePaths(own), '', ...usual]) {
      const route = known.find(method.toUpperCase(), base + path)
      if (route !== undefined) return route
    }
    return undefined
  }
}

/** Values by method and path, of which parameters may be called otherwise. */
export interface PathTable<T> {
  set (method: string, path: string, value: T): void
  /**
   * Finds what has the same parameters, else the only one whose path differs in their names alone: routes whose parameters have patterns
   * may differ in nothing else, and then there is no telling.
   */
  find (method: string, path: string): T | undefined
}

export function pathTable<T> (): PathTable<T> {
  const byTemplate = new Map<string, Map<string, T>>()
  return {
    set (method, path, value) {
      const key = `${method} ${pathTemplate(path)}`
      let named = byTemplate.get(key)
      if (named === undefined) byTemplate.set(key, named = new Map())
      named.set(parameterNames(path), value)
    },
    find (method, path) {
      const named = byTemplate.get(`${method} ${pathTemplate(path)}`)
      if (named === undefined) return undefined
      const [first, ...others] = new Set(named.values())
      return named.get(parameterNames(path)) ?? (others.length === 0 ? first : undefined)
    }
  }
}
