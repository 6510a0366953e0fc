import { basePaths, pathTemplate, templateOf } from './paths.ts'

/** Finds the route that an operation of a document stands for, by method and path. */
export type MatchOperation<Route> = (method: string, path: string) => Route | undefined

/** @param servers the Server Objects of the document, whose paths are not part of the paths below them */
export function matchOperations<Route extends { readonly methods: readonly string[], readonly url: string }> (
  routes: Iterable<Route>, servers: unknown
): MatchOperation<Route> {
  const bases = ['', ...basePaths(servers)]
  const byTemplate = new Map<string, Route>()
  for (const route of routes) {
    for (const method of route.methods) {
      for (const base of bases) {
        if (route.url.startsWith(base)) byTemplate.set(`${method} ${templateOf(route.url.slice(base.length))}`, route)
      }
    }
  }
  return (method, path) => byTemplate.get(`${method.toUpperCase()} ${pathTemplate(path)}`)
}
