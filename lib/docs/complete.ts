import type { FastifyInstance } from 'fastify'
import { channelNames } from './asyncapi/channel-names.ts'
import { pointerStep } from './asyncapi/names.ts'
import { isOutermost } from '../boot.ts'
import type { Settings } from '../options.ts'
import { urlsOf, type KnownRoute, type Routes } from '../routes.ts'
import { finish } from './finish.ts'
import { isMarked } from './mark.ts'
import { matchOperations, type MatchOperation } from './matching.ts'
import type { Json } from './openapi.ts'
import type { DocumentedRoute } from './operations.ts'
import { surroundingsOf } from './surroundings.ts'

/**
 * Completes a document with what the routes of an application ask.
 *
 * @throws FST_SECURITY_DOCUMENT_UNSUPPORTED
 */
export type Complete = (document: Json, marked: ReadonlyMap<string, KnownRoute>) => Json

export function completion (app: FastifyInstance, routes: Routes, settings: Settings): Complete {
  return (document, marked) => {
    const channels = settings.websocket.asyncapi === null ? null : channelNames(routes.known)
    const describe = (route: KnownRoute | undefined) =>
      route === undefined ? undefined : describeRoute(route, channels?.get(route), settings)
    let match: MatchOperation<{ readonly route: KnownRoute }> | undefined
    const byPath: MatchOperation<DocumentedRoute> = (method, path, servers) => {
      match ??= matchOperations(routes.known.flatMap(withUrls), document['servers'])
      return describe(match(method, path, servers)?.route)
    }
    // What a document of someone else's says at its root holds for operations that are none of ours.
    const keepsRoot = !isMarked(document) && document['security'] !== undefined
    return finish(document, {
      schemes: settings.schemes,
      security: keepsRoot || !isOutermost(app) ? null : settings.security,
      onOmitted: (method, path) => {
        app.log.warn(`the OpenAPI document leaves out ${method} ${path}: ${String(document['openapi'])} has no field for the method; 3.2.0 has`)
      },
      routes: { byMark: (mark) => describe(marked.get(mark)), byPath }
    })
  }
}

function withUrls (route: KnownRoute): { readonly route: KnownRoute, readonly methods: readonly string[], readonly url: string }[] {
  return urlsOf(route).map((url) => ({ route, methods: route.methods, url }))
}

/** @param channel its key in the AsyncAPI document */
function describeRoute (route: KnownRoute, channel: string | undefined, settings: Settings): DocumentedRoute {
  const { options, methods, security, protection, websocket, instance } = route
  const only = options.websocket === true
  const schema = options.schema as Json | undefined // FastifySchema has no index signature
  return {
    methods,
    url: options.url,
    security,
    protection,
    upgrade: only ? 'only' : websocket ? 'also' : 'never',
    surroundings: surroundingsOf(route, settings),
    channel: channel === undefined ? null : `${settings.websocket.asyncapi}#/channels/${pointerStep(channel)}`,
    ownBodies: options.errorHandler !== undefined || instance.errorHandler.name !== 'defaultErrorHandler',
    responds: schema?.['response'] !== undefined
  }
}
