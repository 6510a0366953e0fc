import type { FastifyRequest } from 'fastify'

const HIDDEN = '[redacted]'

/** How pino and Fastify print a request. */
type SerializeRequest = (request: FastifyRequest) => unknown

/**
 * Wraps the serialiser of requests so that query parameters that hold credentials are not logged (RFC 6750 §5.3); Fastify logs the raw URL.
 *
 * @param names the query parameters
 */
export function redactQuery (serialize: SerializeRequest, names: ReadonlySet<string>): SerializeRequest {
  return (request) => {
    const line = serialize(request)
    if (typeof line !== 'object' || line === null || !('url' in line) || typeof line.url !== 'string') return line
    return { ...line, url: hideParameters(line.url, names) }
  }
}

/** Hides the same in the URL of a request that no handler of the application gets; frameworks quote it in logs and answers. */
export function hideQuery (request: FastifyRequest, names: ReadonlySet<string>): void {
  request.raw.url = hideParameters(request.raw.url ?? '', names)
}

function hideParameters (url: string, names: ReadonlySet<string>): string {
  const start = url.indexOf('?')
  if (start === -1) return url
  const pairs = url.slice(start + 1).split('&').map((pair) => {
    const [name = ''] = pair.split('=', 1)
    return names.has(decodeName(name)) ? `${name}=${HIDDEN}` : pair
  })
  return `${url.slice(0, start)}?${pairs.join('&')}`
}

function decodeName (name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    return name
  }
}
