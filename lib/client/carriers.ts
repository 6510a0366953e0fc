import type { Handshake } from './socket.ts'

/**
 * How a credential gets to the server:
 *
 * - `subprotocol`: offered beside the real subprotocols of the handshake
 * - `message`: as the first message of the open connection
 * - `ticket`: a one-time ticket as the query parameter `ticket`
 * - `header`: the field `Authorization`, with WebSocket classes that can send one
 * - `query`: the token itself as the query parameter `access_token`, where logs can get hold of it
 */
export type Carrier = 'subprotocol' | 'message' | 'ticket' | 'header' | 'query'

/** What is connected to. */
export interface Target {
  /** Of the scheme `ws:` or `wss:`, without a fragment. */
  readonly url: string
  readonly protocols: readonly string[]
  /** What stands before a token among the subprotocols. */
  readonly prefix: string
}

/** Offered where the application names no subprotocol, since a token must not stand alone: browsers fail if the server selects none. */
const PLACEHOLDER = 'fastify-openapi-security'

/** Puts a credential into a handshake. */
export const CARRIERS: Readonly<Record<Carrier, (target: Target, credential: string) => Handshake>> = {
  subprotocol: ({ url, protocols, prefix }, token) => ({
    url, protocols: [...protocols.length === 0 ? [PLACEHOLDER] : protocols, prefix + base64url(token)]
  }),
  message: ({ url, protocols }) => ({ url, protocols }),
  ticket: ({ url, protocols }, ticket) => ({ url: withParameter(url, 'ticket', ticket), protocols }),
  header: ({ url, protocols }, token) => ({ url, protocols, headers: { Authorization: `Bearer ${token}` } }),
  query: ({ url, protocols }, token) => ({ url: withParameter(url, 'access_token', token), protocols })
}

/** What may be sent: a token is of visible ASCII characters (RFC 6750 §2.1), and so are tickets. */
export function isCredential (credential: unknown): credential is string {
  return typeof credential === 'string' && /^[\x21-\x7E]+$/.test(credential)
}

/** Without padding, which a subprotocol cannot hold (RFC 6455 §4.1). */
function base64url (ascii: string): string {
  return btoa(ascii).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Leaves the rest of the query as it was written. */
function withParameter (url: string, name: string, value: string): string {
  const changed = new URL(url)
  changed.search = [...changed.search.slice(1).split('&').filter(Boolean), `${name}=${encodeURIComponent(value)}`].join('&')
  return changed.href
}
