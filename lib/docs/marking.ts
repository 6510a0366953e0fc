import { randomUUID } from 'node:crypto'
import type { KnownRoute } from '../routes.ts'
import { MARK } from './finish.ts'
import { copySchema, type Hiding } from './hiding.ts'
import { isObject } from './openapi.ts'

/** What @fastify/swagger made. */
export interface Generated {
  readonly document: unknown
  /** Whether it was made from routes; a static document is not. */
  readonly dynamic: boolean
  /** The routes by their marks, in the order in which they were added. */
  readonly routes: ReadonlyMap<string, KnownRoute>
}

/** Tells the marks of one plugin instance from those of another, which a document may hold at the same time. */
const INSTANCE = randomUUID()
let last = 0

/**
 * Lets @fastify/swagger make its document while every route shows a schema made for that: marked, without `security`, whose schemes the
 * document does not have yet, and without a `hide` that is not the application's. Afterwards all routes are as before.
 */
export function generate (known: readonly KnownRoute[], hiding: Hiding, make: () => unknown): Generated {
  const routes = new Map<string, KnownRoute>()
  let dynamic = false
  const restore = known.map((route) => {
    const mark = `${INSTANCE}/${++last}`
    routes.set(mark, route)
    return show(route.options, documentSchema(route, mark, hiding), () => { dynamic = true })
  })
  try {
    const document = make()
    return { document, dynamic, routes }
  } finally {
    for (const one of restore) one()
  }
}

function documentSchema ({ options, methods }: KnownRoute, mark: string, hiding: Hiding): Record<string, unknown> {
  const original: unknown = options.schema
  const schema: Record<string, unknown> = isObject(original) ? copySchema(original) : {}
  delete schema['security']
  schema[MARK] = mark
  // What HEAD gets from a WebSocket route is always 404.
  if (options.websocket === true && !methods.includes('GET')) schema['hide'] = true
  else if (hiding.isForced(options)) delete schema['hide']
  return schema
}

/** Shows another schema to whoever reads the options of a route. Answers how to take it back. */
function show (options: KnownRoute['options'], schema: Record<string, unknown>, onRead: () => void): () => void {
  const original = Object.getOwnPropertyDescriptor(options, 'schema')
  Object.defineProperty(options, 'schema', {
    configurable: true,
    enumerable: true,
    get () {
      onRead()
      return schema
    }
  })
  return () => {
    if (original === undefined) delete options.schema
    else Object.defineProperty(options, 'schema', original)
  }
}
