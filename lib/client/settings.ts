import type { Backoff } from './backoff.ts'
import { CARRIERS, type Carrier, type Target } from './carriers.ts'
import type { ConnectOptions, CredentialSource } from './options.ts'
import type { WebSocketConstructor } from './socket.ts'

/** The options, checked and completed. */
export interface Settings {
  readonly target: Target
  readonly carrier: Carrier
  /** Of what opens a connection. */
  readonly source: CredentialSource
  /** Of what renews one. */
  readonly token: CredentialSource | undefined
  readonly WebSocket: WebSocketConstructor
  readonly timeout: number
  readonly backoff: Backoff
  readonly queue: number
}

/** What of the global object may be there. */
interface Surroundings {
  readonly WebSocket?: WebSocketConstructor
  readonly location?: { readonly href: string }
}

const SURROUNDINGS = globalThis as Surroundings // browsers have both, Node.js from 22 on the first
const PREFIX = 'base64url.bearer.authorization.k8s.io.'
const BACKOFF: Backoff = { initial: 1000, max: 30_000 }
/** RFC 9110 §5.6.2, which subprotocols are (RFC 6455 §4.1). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/

/**
 * Checks and completes the options.
 *
 * @throws TypeError which names the option and holds no part of the URL
 */
export function readOptions (url: string | URL, options: ConnectOptions): Settings {
  const { prefix = PREFIX, token, ticket, timeout = 10_000, queue = 0, allowInsecure = false, renewal } = options
  const { carrier = ticket === undefined ? 'subprotocol' : 'ticket', WebSocket = SURROUNDINGS.WebSocket } = options
  const { initial = BACKOFF.initial, max = BACKOFF.max } = options.backoff ?? {}
  check(Object.hasOwn(CARRIERS, carrier), 'there is no such carrier')
  const source = carrier === 'ticket' ? ticket : token
  check(typeof source === 'function', `the carrier ${carrier} needs the option ${carrier === 'ticket' ? 'ticket' : 'token'}, a function`)
  check(token === undefined || typeof token === 'function', 'token is a function')
  check(typeof WebSocket === 'function', 'there is no global WebSocket; give the option WebSocket, such as the class of ws or undici')
  check([timeout, initial, max].every((value) => value > 0 && value < Infinity), 'timeout and backoff are positive numbers of milliseconds')
  check(renewal === undefined || renewal === false || renewal.before >= 0, 'renewal.before is a number of seconds')
  check(Number.isInteger(queue) && queue >= 0, 'queue is a number of messages')
  const target = { url: readUrl(url, allowInsecure), protocols: readProtocols(options, prefix), prefix }
  return { target, carrier, source, token, WebSocket, timeout, backoff: { initial, max }, queue }
}

function readProtocols ({ protocols = [] }: ConnectOptions, prefix: string): readonly string[] {
  check(TOKEN.test(prefix), 'prefix cannot stand in a subprotocol')
  const offered = typeof protocols === 'string' ? [protocols] : [...protocols]
  check(offered.every((one) => TOKEN.test(one) && !one.startsWith(prefix)), 'protocols are subprotocols (RFC 6455 §4.1) without a token')
  check(new Set(offered).size === offered.length, 'protocols names one twice')
  return offered
}

function readUrl (given: string | URL, allowInsecure: boolean): string {
  const url = parseUrl(given)
  check(url !== null, 'the URL cannot be parsed')
  // http: becomes ws:, https: becomes wss:, as browsers do it.
  url.protocol = url.protocol.replace(/^http/, 'ws')
  check(/^wss?:$/.test(url.protocol), 'the URL is of another scheme than ws:, wss:, http: or https:')
  check(url.protocol === 'wss:' || allowInsecure || LOOPBACK.test(url.hostname),
    'ws: sends credentials in the clear; use wss:, or say allowInsecure')
  url.hash = ''
  return url.href
}

/** The parser's own error holds the URL. */
function parseUrl (given: string | URL): URL | null {
  try {
    return new URL(String(given), SURROUNDINGS.location?.href)
  } catch {
    return null
  }
}

function check (holds: boolean, problem: string): asserts holds {
  if (!holds) throw new TypeError(`connect(): ${problem}`)
}
