import Fastify, { type HTTPMethods } from 'fastify'

/** As much of an OpenAPI description as is looked at here. */
export interface Description {
  readonly openapi: string
  readonly servers?: Servers
  readonly security?: readonly Requirement[]
  readonly paths: Record<string, Record<string, DescribedOperation | undefined>>
  readonly components?: { readonly securitySchemes?: Readonly<Record<string, SecurityScheme>> }
}
export interface DescribedOperation {
  readonly security?: readonly Requirement[]
  readonly responses?: object
  /** Instead of those of the description. */
  readonly servers?: Servers
}
export type Servers = readonly { readonly url: string }[]
export type Requirement = Readonly<Record<string, readonly string[]>>
export interface SecurityScheme {
  readonly type: string
  readonly in?: 'header' | 'query' | 'cookie'
  readonly name?: string
  readonly scheme?: string
}

export interface Operation {
  readonly name: string
  readonly method: HTTPMethods
  /** For Fastify's router. */
  readonly url: string
  /** A URL that the router finds it by. */
  readonly example: string
  readonly security: readonly Requirement[]
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

/** Every operation, below the path of its first server. */
export function operationsOf (description: Description): Operation[] {
  return Object.entries(description.paths).flatMap(([path, item]) => METHODS.flatMap((method) => {
    const operation = item[method]
    if (operation === undefined) return []
    const base = basePath(operation.servers === undefined ? description : operation)
    return [{
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase() as HTTPMethods, // the list above
      url: base + routeUrl(path),
      example: base + path.replaceAll(/\{[^{}]*\}/g, 'q7'),
      security: operation.security ?? description.security ?? []
    }]
  }))
}

/** The path of the first server. */
export function basePath ({ servers }: Pick<Description, 'servers'>): string {
  const url = servers?.[0]?.url ?? '/'
  return URL.canParse(url, 'http://relative.invalid') ? new URL(url, 'http://relative.invalid').pathname.replace(/\/$/, '') : ''
}

/** A parameter that ends within a segment needs a pattern. */
function routeUrl (path: string): string {
  let count = 0
  return path.replaceAll(':', '::').replaceAll(/\{[^{}]*\}(?=(\/|$)?)/g, (_, end: string | undefined) => `:p${count++}${end === undefined ? '([^/]+?)' : ''}`)
}

/** Operations that Fastify's router does not take beside those before them, and why. */
export function unroutable (operations: readonly Operation[]): Map<Operation, string> {
  const app = Fastify({ exposeHeadRoutes: false })
  const refused = new Map<Operation, string>()
  for (const operation of operations) {
    const { method, url } = operation
    try {
      app.route({ method, url, handler: async () => null })
    } catch (error) {
      refused.set(operation, error instanceof Error ? error.message : String(error))
    }
  }
  return refused
}

/** A copy without some operations. */
export function without (description: Description, operations: Iterable<Operation>): Description {
  const copy = structuredClone(description)
  for (const { name } of operations) {
    const [method = '', path = ''] = name.split(' ')
    Reflect.deleteProperty(copy.paths[path] ?? {}, method.toLowerCase())
  }
  return copy
}
