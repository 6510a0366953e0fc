import type { FastifyInstance } from 'fastify'
import { stringify } from 'yaml'
import { isOutermost } from '../boot.ts'
import type { Settings } from '../options.ts'
import type { KnownRoute, Routes } from '../routes.ts'
import { completion } from './complete.ts'
import { swaggersOf, type Swagger } from './decorators.ts'
import { followHiding } from './hiding.ts'
import { generate, type Generated } from './marking.ts'
import { isObject, type Json } from './openapi.ts'

/** How the documents of @fastify/swagger come to say what is enforced. */
export interface Documents {
  /** To be called for every route, before other plugins look at its schema if possible. */
  prepare (route: KnownRoute['options']): void
  /** To be called for every encapsulated instance. */
  watch (instance: FastifyInstance): void
  /** Completes the documents of every @fastify/swagger registered so far. */
  attach (): void
  /**
   * Completes a document that someone else made, whose operations are those of the routes known by now.
   *
   * @throws FST_SECURITY_DOCUMENT_UNSUPPORTED
   */
  complete (document: Json): Json
  /** Whether the application keeps a route out of documents. */
  readonly isHidden: (route: KnownRoute['options']) => boolean
  /** What the first @fastify/swagger makes, unfinished; `null` if there is none. To be called once all routes are known. */
  first (): Json | null
}

interface Making {
  generate (make: () => unknown): Generated
  finish (generated: Generated): unknown
}

/**
 * Makes the documents of @fastify/swagger complete, wherever and whenever it is registered: its function is wrapped, and what it makes
 * is finished once. Nothing that requests are answered with is touched.
 *
 * @param first whether `prepare` is called before the onRoute hooks of plugins registered earlier
 */
export function document (app: FastifyInstance, routes: Routes, settings: Settings, first: boolean): Documents {
  const hiding = followHiding(!first && app.hasDecorator('websocketServer'))
  const watched = new Set(withAncestors(app))
  const wrapped = new WeakSet<Swagger>()
  const complete = completion(app, routes, settings)
  const made: (() => unknown)[] = []
  const making: Making = {
    generate: (make) => generate(routes.known, hiding, make),
    finish: ({ document, routes: marked }) => isObject(document) ? complete(document, marked) : document
  }

  return {
    complete: (given) => complete(given, new Map()),
    isHidden: (route) => isObject(route.schema) && Boolean(route.schema['hide']) && !hiding.isForced(route),
    first () {
      const document = made[0]?.()
      return isObject(document) ? document : null
    },
    prepare: (route) => hiding.prepare(route),
    watch (instance) { watched.add(instance) },
    attach () {
      for (const instance of watched) {
        for (const [name, swagger] of swaggersOf(instance)) {
          if (wrapped.has(swagger)) continue
          const { wrapper, make } = wrap(swagger.bind(instance), making)
          wrapped.add(wrapper)
          made.push(make)
          Object.defineProperty(instance, name, { value: wrapper, configurable: true, enumerable: true, writable: true })
        }
      }
    }
  }
}

/** Keeps what was made, as @fastify/swagger does, which looks at routes only once. */
function wrap (swagger: Swagger, { generate, finish }: Making): { readonly wrapper: Swagger, readonly make: () => unknown } {
  let generated: Generated | undefined
  let finished: { readonly document: unknown } | undefined
  let text: string | undefined
  const make = (): Generated => {
    generated ??= generate(() => swagger())
    return generated
  }
  return {
    make: () => make().document,
    wrapper: function securitySwagger (options) {
      finished ??= { document: finish(make()) }
      if (options?.yaml !== true) return finished.document
      // Readers limit how many aliases they follow, and requirements recur often.
      text ??= stringify(finished.document, { strict: false, aliasDuplicateObjects: false })
      return text
    }
  }
}

/** An instance and those it inherits from, where plugins that skip encapsulation may have put theirs. */
function withAncestors (app: FastifyInstance): FastifyInstance[] {
  return isOutermost(app) ? [app] : [app, ...withAncestors(Object.getPrototypeOf(app) as FastifyInstance)]
}
