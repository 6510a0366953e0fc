import { isObject, type Json } from '../openapi.ts'
import { BOOT_ERRORS } from '../../errors.ts'
import { keyOf, names } from './names.ts'
import type { AsyncApiServer } from './objects.ts'

/** Where clients connect, by key. */
export type Servers = ReadonlyMap<string, AsyncApiServer>

/** Host and path may have variables in braces, so that this is no URL yet; it has no userinfo. */
const ADDRESS = /^(https?|wss?):\/\/([^/?#@\s]+)(\/[^?#\s]*)?$/i

/** The protocol of handshakes that go where requests of this one do. */
const PROTOCOLS: Readonly<Record<string, string>> = { http: 'ws', https: 'wss', ws: 'ws', wss: 'wss' }

/**
 * Reads URLs of servers.
 *
 * @throws FST_SECURITY_ASYNCAPI_INVALID
 */
export function readServers (urls: readonly string[]): Servers {
  return byKey(urls.map((url) => {
    const server = readServer(url)
    if (server !== null) return server
    throw new BOOT_ERRORS.FST_SECURITY_ASYNCAPI_INVALID(`\`servers\`: "${url}" is not a URL such as wss://api.example/v1.`)
  }))
}

/** The Server Objects of an OpenAPI document that say where they are, or else the hosts of the resources. */
export function findServers (declared: unknown, resources: readonly string[]): Servers {
  const absolute = (Array.isArray(declared) ? declared : []).flatMap((server: unknown) => isObject(server) ? fromOpenApi(server) ?? [] : [])
  if (absolute.length > 0) return byKey(absolute)
  // The path of a resource is part of the URLs of its routes.
  return byKey([...new Set(resources.map((identifier) => new URL(identifier).origin))].flatMap((origin) => readServer(origin) ?? []))
}

/** A base for URLs that are relative to the server; `null` if none is known for certain. */
export function baseOf (servers: Servers): string | null {
  const [server] = servers.values()
  if (server === undefined || server.variables !== undefined) return null
  const url = `${server.protocol === 'wss' ? 'https' : 'http'}://${server.host}/`
  return URL.canParse(url) ? url : null
}

function readServer (url: string): AsyncApiServer | null {
  const [, scheme = '', host = '', path = '/'] = ADDRESS.exec(url) ?? []
  const protocol = PROTOCOLS[scheme.toLowerCase()]
  if (protocol === undefined) return null
  const pathname = path.endsWith('/') ? path.slice(0, -1) : path
  return { host, protocol, ...(pathname === '' ? {} : { pathname }) }
}

function fromOpenApi ({ url, description, variables }: Json): AsyncApiServer | null {
  const server = typeof url === 'string' ? readServer(url) : null
  if (server === null) return null
  const declared = isObject(variables) ? variables : {}
  const used = [...String(url).matchAll(/\{([^{}]*)\}/g)].flatMap(([, name = '']): [string, object][] => {
    const variable = Object.hasOwn(declared, name) ? declared[name] : undefined
    return isObject(variable) ? [[name, readVariable(variable)]] : []
  })
  return {
    ...server,
    ...(typeof description === 'string' ? { description } : {}),
    ...(used.length === 0 ? {} : { variables: Object.fromEntries(used) })
  }
}

/** What OpenAPI says of a variable, AsyncAPI does too. */
function readVariable ({ enum: values, default: usual, description }: Json): Json {
  return Object.fromEntries(Object.entries({ enum: values, default: usual, description }).filter(([, value]) => value !== undefined))
}

function byKey (servers: readonly AsyncApiServer[]): Servers {
  const { take } = names()
  return new Map(servers.map((server) => [take(keyOf(`${server.host}${server.pathname ?? ''}`.replace(/[{}]/g, ''))), server]))
}
