import { basePaths, parameterNames, pathOf, pathTemplate } from './paths.ts'

/** Finds the route that an operation of a document stands for, by method and path. */
export type MatchOperation<Route> = (method: string, path: string) => Route | undefined

/** @param servers the Server Objects of the document, whose paths are not part of the paths below them */
export function matchOperations<Route extends { readonly methods: readonly string[], readonly url: string }> (
  routes: Iterable<Route>, servers: unknown
): MatchOperation<Route> {
  const bases = ['', ...basePaths(servers)]
  const known = pathTable<Route>()
  for (const route of routes) {
    for (const method of route.methods) {
      for (const base of bases) if (route.url.startsWith(base)) known.set(method, pathOf(route.url.slice(base.length)), route)
    }
  }
  return (method, path) => known.find(method.toUpperCase(), path)
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
