import { collectComponents } from '../docs/components.ts'
import { copy, isObject, type Json } from '../docs/openapi.ts'
import { basePaths, pathOf } from '../docs/paths.ts'
import { surroundingsOf } from '../docs/surroundings.ts'
import { BOOT_ERRORS } from '../errors.ts'
import type { Settings } from '../options.ts'
import type { KnownRoute, Routes } from '../routes.ts'
import { channelNames } from './channel-names.ts'
import { writeChannel } from './channels.ts'
import { checkOptions, writeInfo } from './info.ts'
import { names, pointerStep } from './names.ts'
import type { AsyncApiDocument, AsyncApiOptions } from './objects.ts'
import { writeOperations } from './operations.ts'
import { schemeWriter } from './schemes.ts'
import { baseOf, findServers, readServers } from './servers.ts'
import { talkOf } from './talk.ts'

/** What an AsyncAPI document is made of. */
export interface Describing {
  readonly routes: Routes
  readonly settings: Settings
  /** Whether all routes are known. */
  isReady (): boolean
  /** Whether the application keeps a route out of documents. */
  isHidden (route: KnownRoute['options']): boolean
  /** What the first @fastify/swagger has made, if there is one. */
  openapi (): Json | null
}

/**
 * Makes `app.security.asyncapi()`.
 *
 * @throws FST_SECURITY_ASYNCAPI_INVALID
 */
export function asyncApi (describing: Describing): (options?: AsyncApiOptions) => AsyncApiDocument {
  return (options = {}) => {
    if (!describing.isReady()) throw new BOOT_ERRORS.FST_SECURITY_ASYNCAPI_INVALID('not all routes are known yet; call it after `await app.ready()`.')
    checkOptions(options)
    return copy(writeDocument(describing, describing.openapi(), options))
  }
}

function writeDocument ({ routes, settings, isHidden }: Describing, openapi: Json | null, options: AsyncApiOptions): AsyncApiDocument {
  const { schemes, resources, websocket: { warnBefore } } = settings
  const servers = options.servers === undefined
    ? findServers(openapi?.['servers'], resources.map(({ identifier }) => identifier))
    : readServers(options.servers)
  const components = collectComponents({})
  const writing = { components, write: schemeWriter(schemes, components, absoluteFrom(options.openapi ?? baseOf(servers))), names: names() }
  const channels: AsyncApiDocument['channels'] = {}
  const operations: AsyncApiDocument['operations'] = {}
  for (const [route, name] of channelNames(routes.known)) {
    if (isHidden(route.options)) continue
    const operation = options.openapi === undefined ? null : `${options.openapi}#${operationPointer(route, openapi)}`
    const said = writeOperations(name, talkOf(route, warnBefore > 0), writing)
    channels[name] = { ...writeChannel({ route, surroundings: surroundingsOf(route, settings), servers, operation }), messages: said.messages }
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

/** Where the operation of a route is in the OpenAPI document, which may have taken off the path of a server. */
function operationPointer ({ options: { url } }: KnownRoute, openapi: Json | null): string {
  const path = pathOf(url)
  const paths = isObject(openapi?.['paths']) ? openapi['paths'] : {}
  const shorter = basePaths(openapi?.['servers']).flatMap((base) => path.startsWith(base) ? [path.slice(base.length)] : [])
  const documented = [path, ...shorter].find((candidate) => Object.hasOwn(paths, candidate)) ?? path
  return `/paths/${pointerStep(documented)}/get`
}
