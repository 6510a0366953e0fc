import { collectComponents } from '../components.ts'
import { isObject, type Json } from '../openapi.ts'
import { basePaths, pathOf } from '../paths.ts'
import { surroundingsOf } from '../surroundings.ts'
import type { Settings } from '../../options.ts'
import type { KnownRoute } from '../../routes.ts'
import { channelNames } from './channel-names.ts'
import { writeChannel } from './channels.ts'
import { writeInfo } from './info.ts'
import { names, pointerStep } from './names.ts'
import type { AsyncApiDocument, AsyncApiOptions } from './objects.ts'
import { writeOperations } from './operations.ts'
import { schemeWriter } from './schemes.ts'
import { baseOf, findServers, readServers } from './servers.ts'
import { talkOf } from './talk.ts'

/** What an AsyncAPI document is made of. */
export interface Described {
  /** All that there will be. */
  readonly routes: readonly KnownRoute[]
  readonly settings: Settings
  /** Whether the application keeps a route out of documents. */
  readonly isHidden: (route: KnownRoute['options']) => boolean
  /** What the first @fastify/swagger has made, if there is one. */
  readonly openapi: Json | null
}

/**
 * Writes the document of the WebSocket routes; parts of it are those of the application, so that it is to be copied.
 *
 * @throws FST_SECURITY_ASYNCAPI_INVALID
 */
export function writeDocument ({ routes, settings, isHidden, openapi }: Described, options: AsyncApiOptions): AsyncApiDocument {
  const { schemes, resources, subprotocol, websocket: { warnBefore } } = settings
  const servers = options.servers === undefined
    ? findServers(openapi?.['servers'], resources.map(({ identifier }) => identifier))
    : readServers(options.servers)
  const components = collectComponents({})
  const absolute = absoluteFrom(options.openapi ?? baseOf(servers))
  const writing = { components, write: schemeWriter(schemes, components, absolute), names: names() }
  const channels: AsyncApiDocument['channels'] = {}
  const operations: AsyncApiDocument['operations'] = {}
  for (const [route, name] of channelNames(routes)) {
    if (isHidden(route.options)) continue
    const operation = options.openapi === undefined ? null : operationUrl(options.openapi, route, openapi)
    const said = writeOperations(name, talkOf(route, warnBefore > 0), writing)
    const channel = writeChannel({ route, surroundings: surroundingsOf(route, settings), servers, subprotocol, operation })
    channels[name] = { ...channel, messages: said.messages }
    Object.assign(operations, said.operations)
  }
  const { messages = {}, securitySchemes = {} } = components.toJson() as Partial<AsyncApiDocument['components']> // what was added
  return {
    asyncapi: '3.0.0',
    info: writeInfo(options, openapi),
    ...(servers.size === 0 ? {} : { servers: Object.fromEntries(servers) }),
    defaultContentType: 'application/json',
    channels,
    operations,
    components: { messages, securitySchemes }
  }
}

function absoluteFrom (base: string | null): (url: unknown) => string | null {
  return (url) => {
    if (typeof url !== 'string') return null
    if (URL.canParse(url)) return url
    return base !== null && URL.canParse(url, base) ? new URL(url, base).href : null
  }
}

/** Where the operation of a route is, whose path may have lost that of a server; `null` if the OpenAPI document is known not to have it. */
function operationUrl (document: string, { options: { url } }: KnownRoute, openapi: Json | null): string | null {
  const path = pathOf(url)
  const shorter = basePaths(openapi?.['servers']).flatMap((base) => path.startsWith(base) ? [path.slice(base.length)] : [])
  const paths: Json = isObject(openapi?.['paths']) ? openapi['paths'] : {}
  const documented = openapi === null ? path : [path, ...shorter].find((candidate) => Object.hasOwn(paths, candidate))
  return documented === undefined ? null : `${document}#/paths/${pointerStep(documented)}/get`
}
