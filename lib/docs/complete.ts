import type { FastifyInstance } from 'fastify'
import { isOutermost } from '../boot.ts'
import { TOKEN_PARAMETER } from '../credentials/token.ts'
import type { Settings } from '../options.ts'
import { urlsOf, type KnownRoute, type Routes } from '../routes.ts'
import type { Carrier, Scheme } from '../scheme.ts'
import { TICKET_PARAMETER } from '../websocket/tickets.ts'
import { finish } from './finish.ts'
import { isMarked } from './mark.ts'
import { matchOperations, type MatchOperation } from './matching.ts'
import type { Json } from './openapi.ts'
import type { DocumentedRoute } from './operations.ts'
import { NO_HANDSHAKE, type Surroundings } from './refusals.ts'

/**
 * Completes a document with what the routes of an application ask.
 *
 * @throws FST_SECURITY_DOCUMENT_UNSUPPORTED
 */
export type Complete = (document: Json, marked: ReadonlyMap<string, KnownRoute>) => Json

export function completion (app: FastifyInstance, routes: Routes, settings: Settings): Complete {
  const describe = (route: KnownRoute | undefined) => route === undefined ? undefined : describeRoute(route, settings)
  return (document, marked) => {
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

function describeRoute (route: KnownRoute, settings: Settings): DocumentedRoute {
  const { options, methods, security, protection, websocket, instance } = route
  const only = options.websocket === true
  const schema = options.schema as Json | undefined // FastifySchema has no index signature
  return {
    methods,
    url: options.url,
    security,
    protection,
    upgrade: only ? 'only' : websocket ? 'also' : 'never',
    surroundings: websocket ? surroundingsOf(route, settings) : NO_HANDSHAKE,
    ownBodies: options.errorHandler !== undefined || instance.errorHandler.name !== 'defaultErrorHandler',
    responds: schema?.['response'] !== undefined
  }
}

/** Of a WebSocket route. */
function surroundingsOf ({ protection, socket }: KnownRoute, { origins, subprotocol, websocket: options }: Settings): Surroundings {
  const schemes = protection === 'public' ? [] : protection.policy.slots.map(({ scheme }) => scheme)
  const takes = (carrier: Carrier, scheme: Scheme): boolean => (scheme.carriers ?? options.carriers).has(carrier)
  const tokens = schemes.filter(({ challenge }) => challenge?.oauth === true)
  const { limits } = options
  return {
    origins: origins !== null,
    subprotocol: subprotocol !== null && tokens.some((scheme) => takes('subprotocol', scheme)),
    limited: schemes.length > 0 &&
      (limits.total < Infinity || limits.perIdentity < Infinity || (socket?.firstMessage ?? null) !== null),
    query: [
      ...(tokens.some((scheme) => takes('query', scheme) && scheme.queryName !== TOKEN_PARAMETER) ? [TOKEN_PARAMETER] : []),
      ...(schemes.some((scheme) => takes('ticket', scheme)) ? [TICKET_PARAMETER] : [])
    ],
    byClose: socket?.refuse === 'close'
  }
}
