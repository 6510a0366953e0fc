import type { FastifyInstance, RouteOptions } from 'fastify'
import { BOOT_ERRORS } from './errors.ts'

/** Whether an instance is the outermost one; children have their parent as prototype. */
export function isOutermost (app: FastifyInstance): boolean {
  return !('printRoutes' in (Object.getPrototypeOf(app) as object))
}

/**
 * Refuses a second registration, by another copy of the package too.
 *
 * @throws FST_SECURITY_ALREADY_REGISTERED
 */
export function refuseSecondRegistration (app: FastifyInstance): void {
  if (app.hasDecorator('security')) throw new BOOT_ERRORS.FST_SECURITY_ALREADY_REGISTERED()
}

/**
 * Refuses routes that were added before the plugin: they would be documented as guarded and stay open. Only the router knows them.
 *
 * @throws FST_SECURITY_ROUTE_TOO_EARLY
 */
export function refuseEarlyRoutes (app: FastifyInstance): void {
  const early = parseRoutes(app.printRoutes())
    .filter(({ method, url }) => !(method === 'OPTIONS' && url === '*' && app.hasPlugin('@fastify/cors')))
  if (early.length === 0) return
  const named = early.slice(0, 10).map(({ method, url }) => `${method} ${url}`)
  throw new BOOT_ERRORS.FST_SECURITY_ROUTE_TOO_EARLY(named.join(', ') + (early.length > 10 ? ` and ${early.length - 10} more` : ''))
}

/**
 * Whether a route is the `OPTIONS *` that @fastify/cors adds so that preflights are routed; it answers them before any route is asked.
 * Known by what it looks like, since Fastify does not say who adds a route.
 */
export function isPreflightRoute (
  app: FastifyInstance, { method, routePath, schema }: RouteOptions & { readonly routePath?: string }
): boolean {
  return method === 'OPTIONS' && routePath === '*' && app.hasPlugin('@fastify/cors') && Object.keys(schema ?? {}).join() === 'hide'
}

interface RoutedUrl {
  readonly method: string
  readonly url: string
}

/**
 * Reads Fastify's route tree: four characters a level, then a part of the path and its methods. A line without a branch repeats the part
 * above it for other constraints. Whatever names methods is a route, however odd the line.
 */
export function parseRoutes (tree: string): RoutedUrl[] {
  const parts: string[] = []
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', branch = '', rest = ''] = /^((?:│ {3}| {4})*)([├└]── )?(.*)$/.exec(line) ?? []
    const methods = / \(([A-Z-]+(?:, [A-Z-]+)*)\)(?: \{.*\})?$/.exec(rest)
    const part = methods === null ? rest : rest.slice(0, methods.index)
    const depth = Math.max(0, indent.length / 4 - (branch === '' ? 1 : 0))
    parts.length = depth + 1
    parts[depth] = part === '(empty root node)' ? '' : part
    return methods?.[1]?.split(', ').map((method) => ({ method, url: parts.join('') })) ?? []
  })
}
