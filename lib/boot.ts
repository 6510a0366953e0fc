import type { FastifyInstance } from 'fastify'
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
  const early = parseRoutes(app.printRoutes()).filter(({ method, url }) => !isPreflightRoute(method, url))
  if (early.length === 0) return
  const named = early.slice(0, 10).map(({ method, url }) => `${method} ${url}`)
  throw new BOOT_ERRORS.FST_SECURITY_ROUTE_TOO_EARLY(named.join(', ') + (early.length > 10 ? ` and ${early.length - 10} more` : ''))
}

/** `OPTIONS *`, which @fastify/cors adds so that preflights are routed; it answers them before any route is asked. */
export function isPreflightRoute (method: string, url: string): boolean {
  return method === 'OPTIONS' && url.endsWith('*')
}

interface RoutedUrl {
  readonly method: string
  readonly url: string
}

/** Reads Fastify's route tree: four characters of indentation a level, then a part of the path and its methods. */
export function parseRoutes (tree: string): RoutedUrl[] {
  const parts: string[] = []
  return tree.split('\n').flatMap((line) => {
    const match = /^((?:│ {3}| {4})*)[├└]── (.*)$/.exec(line)
    if (match === null) return []
    const [, indent = '', rest = ''] = match
    const methods = / \(([A-Z-]+(?:, [A-Z-]+)*)\)(?: \{.*\})?$/.exec(rest)
    const depth = indent.length / 4
    parts.length = depth
    parts[depth] = methods === null ? (rest === '(empty root node)' ? '' : rest) : rest.slice(0, methods.index)
    return methods?.[1]?.split(', ').map((method) => ({ method, url: parts.join('') })) ?? []
  })
}
