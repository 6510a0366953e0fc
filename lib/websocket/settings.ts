import { BOOT_ERRORS } from '../errors.ts'
import type { Carrier } from '../scheme.ts'
import { FIRST_MESSAGE, type FirstMessage, type FirstMessageOptions } from './message-format.ts'

/** Tells whose credentials these are, such as a subject; `undefined` if they do not say. */
export type Identify = (scheme: string, credentials: object) => string | undefined

/** What the plugin can be told about WebSocket routes. */
export interface WebSocketOptions extends WebSocketRouteOptions {
  /** Origins whose pages may connect (RFC 6455 §10.2), for example `https://app.example`. Required where a cookie is a credential. */
  readonly origins?: readonly string[]
  /** What stands before a token offered as a subprotocol; `false` to accept none. Default `base64url.bearer.authorization.k8s.io.` */
  readonly subprotocol?: string | false
  /** Whether a token may come as the query parameter `access_token` of the handshake (RFC 6750 §2.3). Default `false`. */
  readonly query?: boolean
  /** Whether tickets of `app.security.ticket()` are accepted, as the query parameter `ticket`. Default `false`. */
  readonly ticket?: boolean
  /** How many connections there may be; more are refused with 429. Default: any number, and 1000 that are not authenticated yet. */
  readonly limits?: Partial<Limits>
  /** Whose credentials these are: for renewals and `limits.perIdentity`. Default: their `subject`, if it is a string. */
  readonly identify?: Identify
  /** Seconds before the end of credentials at which the event `expiring` comes; half-way if there are fewer. 0 for none. Default 60. */
  readonly warnBefore?: number
  /** Where the document of `app.security.asyncapi()` is served: WebSocket operations of the OpenAPI document then link to it. */
  readonly asyncapi?: string
}

/** What can also be said for one route, in its `config.websocket`. */
export interface WebSocketRouteOptions {
  /**
   * How a handshake is refused: `http` with the HTTP answer, which scripts in browsers cannot see; `close` by completing the handshake and
   * closing with 3000, 3003 or 1013 and the reason. Default `http`.
   */
  readonly refuse?: 'http' | 'close'
  /** Whether tokens may come as the first message, and how. Default `false`. */
  readonly firstMessage?: boolean | FirstMessageOptions
  /**
   * Whether clients may renew their credentials by a message like the first. Default: whether they may authenticate by one, in the form
   * that the plugin has for it: where `firstMessage.read` is the application's, its clients may not know what else the plugin says.
   */
  readonly renewal?: boolean
}

/** Numbers of connections. */
export interface Limits {
  readonly total: number
  /** With the credentials of one identity. */
  readonly perIdentity: number
  /** Not authenticated yet. */
  readonly pending: number
}

/** The options, completed. */
export interface WebSocketSettings extends WebSocketRoute {
  readonly carriers: ReadonlySet<Carrier>
  readonly limits: Limits
  readonly identify: Identify
  /** Milliseconds. */
  readonly warnBefore: number
  readonly asyncapi: string | null
}

/** What holds for a route. */
export interface WebSocketRoute {
  readonly refuse: 'http' | 'close'
  /** `null` if tokens may not come as the first message. */
  readonly firstMessage: FirstMessage | null
  /** How renewals are written; `null` if messages do not renew. */
  readonly renewal: FirstMessage | null
}

const DEFAULTS: WebSocketRoute = { refuse: 'http', firstMessage: null, renewal: null }

/** Completes the options; their form has been checked. */
export function readWebSocketOptions (options: WebSocketOptions = {}): WebSocketSettings {
  const { query = false, ticket = false, subprotocol, limits = {}, identify = subjectOf, warnBefore = 60, asyncapi = null } = options
  const route = readRouteOptions(options, DEFAULTS)
  const switches: readonly (readonly [Carrier, boolean])[] = [
    ['header', true], ['subprotocol', subprotocol !== false], ['query', query], ['ticket', ticket],
    ['message', route.firstMessage !== null]
  ]
  const { total = Infinity, perIdentity = Infinity, pending = 1000 } = limits
  return Object.freeze({
    ...route,
    carriers: new Set(switches.flatMap(([carrier, isOn]) => isOn ? [carrier] : [])),
    limits: Object.freeze({ total, perIdentity, pending }),
    identify,
    warnBefore: warnBefore * 1000,
    asyncapi
  })
}

/** Completes what is said for one route with what holds for all. */
export function readRouteOptions ({ refuse, firstMessage, renewal }: WebSocketRouteOptions, defaults: WebSocketRoute): WebSocketRoute {
  const first = firstMessage === undefined ? defaults.firstMessage : readFirstMessage(firstMessage)
  const format = first ?? defaults.renewal ?? FIRST_MESSAGE
  // Who talks another protocol would take what is said of renewals for a mistake.
  const isRenewing = renewal ?? (firstMessage === undefined ? defaults.renewal !== null : first?.read === FIRST_MESSAGE.read)
  return { refuse: refuse ?? defaults.refuse, firstMessage: first, renewal: isRenewing ? format : null }
}

/**
 * Reads the options of one route.
 *
 * @throws FST_SECURITY_WEBSOCKET_INVALID
 */
export function readRouteConfig (config: unknown, defaults: WebSocketRoute, place: string): WebSocketRoute {
  if (config === undefined) return defaults
  if (typeof config !== 'object' || config === null) throw invalid(place, 'it is not an object')
  const { refuse, firstMessage, renewal } = config as Readonly<Record<string, unknown>> // looked at
  if (refuse !== undefined && refuse !== 'http' && refuse !== 'close') throw invalid(place, "`refuse` is not 'http' or 'close'")
  if (renewal !== undefined && typeof renewal !== 'boolean') throw invalid(place, '`renewal` is not true or false')
  if (firstMessage !== undefined && typeof firstMessage !== 'boolean' && (typeof firstMessage !== 'object' || firstMessage === null)) {
    throw invalid(place, '`firstMessage` is not true, false or an object')
  }
  return readRouteOptions(config as WebSocketRouteOptions, defaults) // looked at
}

function readFirstMessage (given: boolean | FirstMessageOptions): FirstMessage | null {
  if (typeof given === 'boolean') return given ? FIRST_MESSAGE : null
  const said = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.freeze({ ...FIRST_MESSAGE, ...Object.fromEntries(said) })
}

function subjectOf (_scheme: string, credentials: object): string | undefined {
  const subject: unknown = Reflect.get(credentials, 'subject')
  return typeof subject === 'string' && subject !== '' ? subject : undefined
}

export function invalid (place: string, problem: string): Error {
  return new BOOT_ERRORS.FST_SECURITY_WEBSOCKET_INVALID(place, problem)
}
