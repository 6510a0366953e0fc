const PARAMETER_NAME = /^\w+/

/** What two spellings of a path have in common: parameters lose their names, patterns and wildcards too. */
export function pathTemplate (path: string): string {
  return path.replace(/\{[^{}]*\}/g, '{}')
}

/** The path under which @fastify/swagger documents the URL of a route, as a {@link pathTemplate}. */
export function templateOf (url: string): string {
  let template = ''
  for (let i = 0; i < url.length; i++) {
    const character = url[i] ?? ''
    if (character === ':' && url[i + 1] === ':') {
      template += url[i++] ?? ''
    } else if (character === ':' || character === '(') {
      const name = character === ':' ? PARAMETER_NAME.exec(url.slice(i + 1))?.[0].length ?? 0 : -1
      i = endOfPattern(url, i + name + 1) - 1
      template += '{}'
    } else {
      template += character === '*' ? '{}' : character
    }
  }
  return template
}

/** The paths of server URLs, which @fastify/swagger takes off the URLs of routes. */
export function basePaths (servers: unknown): string[] {
  if (!Array.isArray(servers)) return []
  return servers.flatMap((server: unknown) => {
    const url = (server as { url?: unknown } | null)?.url // looked at below
    if (typeof url !== 'string' || !URL.canParse(url, 'http://relative.invalid')) return []
    const { pathname } = new URL(url, 'http://relative.invalid')
    return pathname === '/' ? [] : [pathname]
  })
}

/** The index after the parenthesis that closes the one at `start`, or `start` if there is none. */
function endOfPattern (url: string, start: number): number {
  if (url[start] !== '(') return start
  let depth = 0
  for (let i = start; i < url.length; i++) {
    if (url[i] === '(') depth++
    if (url[i] === ')' && --depth === 0) return i + 1
  }
  return url.length
}
