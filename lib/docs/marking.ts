import { randomUUID } from 'node:crypto'
import type { KnownRoute } from '../routes.ts'
import { copySchema, type Hiding } from './hiding.ts'
import { MARK } from './mark.ts'
import { isObject } from './openapi.ts'

/** What @fastify/swagger made. */
export interface Generated {
  readonly document: unknown
  /** The routes by their marks, in the order in which they were added. */
  readonly routes: ReadonlyMap<string, KnownRoute>
}

/** Tells the marks of one plugin instance from those of another, which a document may hold at the same time. */
const INSTANCE = randomUUID()
let last = 0

const ABSENT = Symbol('absent')

/**
 * Lets @fastify/swagger make its document while every route shows a schema made for that: marked, without `security`, whose schemes the
 * document does not have yet, and without a `hide` that is not the application's. Afterwards all routes are as before.
 */
export function generate (known: readonly KnownRoute[], hiding: Hiding, make: () => unknown): Generated {
  const routes = new Map<string, KnownRoute>()
  const originals: unknown[] = []
  for (const route of known) {
    const mark = `${INSTANCE}/${++last}`
    const options: { schema?: unknown } = route.options
    const shown = documentSchema(route, mark, hiding)
    routes.set(mark, route)
    originals.push('schema' in options ? options.schema : ABSENT)
    options.schema = shown
  }
  try {
    return { document: make(), routes }
  } finally {
    originals.forEach((schema, i) => {
      const options: { schema?: unknown } = known[i]?.options ?? {}
      if (schema === ABSENT) delete options.schema
      else options.schema = schema
    })
  }
}

function documentSchema ({ options, methods }: KnownRoute, mark: string, hiding: Hiding): Record<string, unknown> {
  const schema: unknown = options.schema
  const shown: Record<string, unknown> = isObject(schema) ? copySchema(schema) : {}
  // Not deleted, because that makes an object slow to read. Absent where it was, since a transform may look.
  if ('security' in shown) shown['security'] = undefined
  shown[MARK] = mark
  // What HEAD gets from a WebSocket route is always 404.
  if (options.websocket === true && !methods.includes('GET')) shown['hide'] = true
  else if (hiding.isForced(options)) delete shown['hide']
  return shown
}
