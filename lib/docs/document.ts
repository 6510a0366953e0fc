import type { FastifyInstance } from 'fastify'
import { stringify } from 'yaml'
import { isOutermost } from '../boot.ts'
import type { Settings } from '../options.ts'
import type { KnownRoute, Routes } from '../routes.ts'
import { swaggersOf, type Swagger } from './decorators.ts'
import { finish } from './finish.ts'
import { followHiding } from './hiding.ts'
import { generate, type Generated } from './marking.ts'
import { isObject, type Json } from './openapi.ts'
import type { DocumentedRoute } from './operations.ts'
import type { Surroundings } from './refusals.ts'

/** How the documents of @fastify/swagger come to say what is enforced. */
export interface Documents {
  /** To be called for every route, before other plugins look at its schema if possible. */
  prepare (instance: FastifyInstance, route: KnownRoute['options']): void
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
  const instances = new WeakMap<object, FastifyInstance>()
  const watched = new Set(withAncestors(app))
  const wrapped = new WeakSet<Swagger>()
  const describe = (route: KnownRoute) => describeRoute(route, instances.get(route.options) ?? app, settings)
  const security = isOutermost(app) ? settings.security : null

  const making: Making = {
    generate: (make) => generate(routes.known, hiding, make),
    finish ({ document, dynamic, routes: marked }) {
      if (!isObject(document)) return document
      return dynamic ? finish(document, { schemes: settings.schemes, security, routes: mapValues(marked, describe) }) : complete(document)
    }
  }

  // What a document of someone else's says at its root holds for operations that are none of ours.
  function complete (document: Json): Json {
    const marked = new Map(routes.known.map((route, i) => [String(i), describe(route)]))
    return finish(document, { schemes: settings.schemes, security: document['security'] === undefined ? security : null, routes: marked })
  }

  return {
    complete,
    prepare (instance, route) {
      instances.set(route, instance)
      hiding.prepare(route)
    },
    watch (instance) { watched.add(instance) },
    attach () {
      for (const instance of watched) {
        for (const [name, swagger] of swaggersOf(instance)) {
          if (wrapped.has(swagger)) continue
          const wrapper = wrap(swagger, making)
          wrapped.add(wrapper)
          Object.defineProperty(instance, name, { value: wrapper, configurable: true, enumerable: true, writable: true })
        }
      }
    }
  }
}

/** Keeps what was made, as @fastify/swagger does, which looks at routes only once. */
function wrap (swagger: Swagger, { generate, finish }: Making): Swagger {
  let generated: Generated | undefined
  let finished: { readonly document: unknown } | undefined
  let text: string | undefined
  return function securitySwagger (options) {
    generated ??= generate(() => swagger.call(this))
    finished ??= { document: finish(generated) }
    if (options?.yaml !== true) return finished.document
    // Readers limit how many aliases they follow, and requirements recur often.
    text ??= stringify(finished.document, { strict: false, aliasDuplicateObjects: false })
    return text
  }
}

function describeRoute (route: KnownRoute, instance: FastifyInstance, settings: Settings): DocumentedRoute {
  const { options, methods, security, protection, websocket } = route
  const only = options.websocket === true
  const schema = options.schema as Json | undefined // FastifySchema has no index signature
  return {
    methods,
    url: options.url,
    security,
    protection,
    upgrade: only ? 'only' : websocket ? 'also' : 'never',
    surroundings: surroundingsOf(route, settings),
    ownBodies: options.errorHandler !== undefined || instance.errorHandler.name !== 'defaultErrorHandler',
    responds: schema?.['response'] !== undefined
  }
}

function surroundingsOf ({ websocket, protection }: KnownRoute, { origins, subprotocol }: Settings): Surroundings {
  const takesTokens = protection !== 'public' && protection.policy.slots.some(({ scheme }) => scheme.challenge?.oauth === true)
  return { origins: websocket && origins !== null, subprotocol: websocket && subprotocol !== null && takesTokens }
}

/** An instance and those it inherits from, where plugins that skip encapsulation may have put theirs. */
function withAncestors (app: FastifyInstance): FastifyInstance[] {
  return isOutermost(app) ? [app] : [app, ...withAncestors(Object.getPrototypeOf(app) as FastifyInstance)]
}

function mapValues<V, W> (map: ReadonlyMap<string, V>, change: (value: V) => W): Map<string, W> {
  return new Map([...map].map(([key, value]) => [key, change(value)]))
}
