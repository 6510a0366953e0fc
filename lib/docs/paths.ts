import { isObject } from './openapi.ts'

/** What two spellings of a path have in common: parameters lose their names, patterns and wildcards too. */
export function pathTemplate (path: string): string {
  return path.replace(/\{[^{}]*\}/g, '{}')
}

/** The {@link pathTemplate} of a route's URL. */
export function templateOf (url: string): string {
  return pathTemplate(pathOf(url))
}

/** Parts of a URL that @fastify/swagger does not take as they are: escaped colons, parameters, patterns, wildcards. */
const SPECIAL = /::|:(\w*)|\(|\*/y

/** The names of the parameters of a path. */
export function parameterNames (path: string): string {
  return [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name).join()
}

/** The path under which @fastify/swagger documents the URL of a route; patterns without a name have none here either. */
export function pathOf (url: string): string {
  let path = ''
  let at = 0
  while (at < url.length) {
    SPECIAL.lastIndex = at
    const [special, name] = SPECIAL.exec(url) ?? []
    if (special === undefined) {
      path += url[at++] ?? ''
    } else if (special === '::') {
      path += ':'
      at += 2
    } else if (special === '*') {
      path += '{*}'
      at++
    } else {
      const [read, end] = readParameter(url, at, name)
      path += read
      at = end
    }
  }
  return path
}

/** What follows the name of a parameter directly is its pattern, or taken literally even if it is special. */
function readParameter (url: string, start: number, name: string | undefined): [path: string, end: number] {
  const end = start + (name === undefined ? 0 : name.length + 1)
  if (url[end] === '(') {
    const closed = endOfPattern(url, end)
    return closed === -1 ? ['', url.length] : [`{${name ?? ''}}`, closed]
  }
  if (end === url.length) return [name === '' ? '' : `{${name ?? ''}}`, end]
  return [`{${name ?? ''}}${url[end] ?? ''}`, end + 1]
}

/** The paths of server URLs, which stand before the paths of a document: as @fastify/swagger takes them off, and without a last slash. */
export function basePaths (servers: unknown): string[] {
  if (!Array.isArray(servers)) return []
  return [...new Set(servers.flatMap((server: unknown) => {
    const url = isObject(server) ? withDefaults(server['url'], server['variables']) : undefined
    if (url === undefined || !URL.canParse(url, 'http://relative.invalid')) return []
    const { pathname } = new URL(url, 'http://relative.invalid')
    return pathname === '/' ? [] : pathname.endsWith('/') ? [pathname, pathname.slice(0, -1)] : [pathname]
  }))]
}

/** Server variables have a default (OpenAPI, Server Variable Object). */
function withDefaults (url: unknown, variables: unknown): string | undefined {
  if (typeof url !== 'string') return undefined
  return url.replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const variable: unknown = isObject(variables) ? variables[name] : undefined
    return isObject(variable) && variable['default'] !== undefined ? String(variable['default']) : whole
  })
}

/** The index after the parenthesis that closes the one at `start`, or -1. */
function endOfPattern (url: string, start: number): number {
  let depth = 0
  for (let i = start; i < url.length; i++) {
    if (url[i] === '(') depth++
    if (url[i] === ')' && --depth === 0) return i + 1
  }
  return -1
}
