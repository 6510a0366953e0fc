import type { KnownRoute } from '../../routes.ts'
import { templateOf } from './address.ts'
import { keyOf, names } from './names.ts'

/**
 * The keys of the channels of all WebSocket routes, whoever hides them, so that documents which leave out others agree: the `operationId`,
 * or the parts of the path, `/live/:room` as `live.room`.
 */
export function channelNames (routes: Iterable<KnownRoute>): ReadonlyMap<KnownRoute, string> {
  const { take } = names()
  const channels = new Map<KnownRoute, string>()
  for (const route of routes) if (route.websocket) channels.set(route, take(nameOf(route)))
  return channels
}

function nameOf ({ options }: KnownRoute): string {
  const { operationId } = (options.schema ?? {}) as { readonly operationId?: unknown } // FastifySchema does not know it
  if (typeof operationId === 'string' && operationId !== '') return keyOf(operationId)
  const parts = templateOf(options.url).split('/').map((part) => keyOf(part.replace(/[{}]/g, '')))
  return parts.filter((part) => part !== '').join('.') || 'root'
}
