import type { FastifyBaseLogger } from 'fastify'
import { collectComponents } from '../docs/components.ts'
import type { Documents } from '../docs/document.ts'
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
  readonly documents: Pick<Documents, 'isHidden' | 'first'>
  readonly log: Pick<FastifyBaseLogger, 'warn'>
}

/**
 * Makes `app.security.asyncapi()`.
 *
 * @throws FST_SECURITY_ASYNCAPI_INVALID
 */
export function asyncApi (describing: Describing): (options?: AsyncApiOptions) => AsyncApiDocument {
  let isWarned = false
  return (options = {}) => {
    if (!describing.routes.isComplete) throw new BOOT_ERRORS.FST_SECURITY_ASYNCAPI_INVALID('not all routes are known yet; call it after `await app.ready()`.')
    checkOptions(options)
    const document = copy(writeDocument(describing, describing.documents.first(), options))
    if (!isWarned) warnOfConjunctions(document, describing)
    isWarned = true
    return document
  }
}

function writeDocument ({ routes, settings, documents }: Describing, openapi: Json | null, options: AsyncApiOptions): AsyncApiDocument {
  const { schemes, resources, websocket: { warnBefore } } = settings
  const servers = options.servers === undefined
    ? findServers(openapi?.['servers'], resources.map(({ identifier }) => identifier))
    : readServers(options.servers)
  const components = collectComponents({})
  const absolute = absoluteFrom(options.openapi ?? baseOf(servers))
  const writing = { components, write: schemeWriter(schemes, components, absolute), names: names() }
  const channels: AsyncApiDocument['channels'] = {}
  const operations: AsyncApiDocument['operations'] = {}
  for (const [route, name] of channelNames(routes.known)) {
    if (documents.isHidden(route.options)) continue
    const operation = options.openapi === undefined ? null : operationUrl(options.openapi, route, openapi)
    const said = writeOperations(name, talkOf(route, warnBefore > 0), writing)
    const channel = writeChannel({ route, surroundings: surroundingsOf(route, settings), servers, operation })
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

/** A list of AsyncAPI is satisfied by one of its schemes. */
function warnOfConjunctions ({ channels }: AsyncApiDocument, { log }: Describing): void {
  const asking = Object.entries(channels).filter(([, channel]) => channel['x-security'].some((one) => Object.keys(one).length > 1))
  if (asking.length === 0) return
  const named = asking.map(([name]) => name).slice(0, 10).join(', ') + (asking.length > 10 ? ` and ${asking.length - 10} more` : '')
  log.warn(`the AsyncAPI document says only in \`x-security\` and in words that credentials are asked for together: ${named}`)
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
