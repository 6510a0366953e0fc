import { isDeepStrictEqual } from 'node:util'
import type { Components } from './components.ts'
import { FIELD_TEXT, isObject, type Json } from './openapi.ts'
import type { Surroundings } from './refusals.ts'
import { mergeResponse, NO_DESCRIPTION } from './responses.ts'

/** A successful handshake (RFC 6455 §4.2.2). */
const SWITCHING_PROTOCOLS: Json = {
  description: 'The connection is a WebSocket from here on.',
  headers: {
    Upgrade: { required: true, schema: { type: 'string', enum: ['websocket'] } },
    Connection: { required: true, schema: { type: 'string', enum: ['Upgrade'] } },
    'Sec-WebSocket-Accept': { required: true, schema: { type: 'string', pattern: '^[A-Za-z0-9+/]{27}=$', maxLength: 28 } },
    'Sec-WebSocket-Protocol': { description: 'The subprotocol that was agreed on, if any.', schema: FIELD_TEXT }
  }
}

/** The same where refusals come as close frames. */
const SWITCHING_OR_CLOSING: Json = {
  ...SWITCHING_PROTOCOLS,
  description: 'The connection is a WebSocket from here on. A handshake that is refused is completed too, and closed at once: with the code ' +
    '3000 for 401, 3003 for 403, 1013 for 429 and 503, and the `code` of the problem as the reason. Other requests are answered over HTTP.'
}

/**
 * The responses of a route that upgrades: the handshake beside what HTTP requests get, if the route answers them at all.
 *
 * @param invented whether a bare 200 can only come from @fastify/swagger, because nothing but the handshake is answered
 * @param byClose whether handshakes are refused by closing
 */
export function addHandshake (
  responses: Json, components: Components, { invented, byClose }: { readonly invented: boolean, readonly byClose: boolean }
): Json {
  const { 101: declared, 200: success, ...others } = responses
  const isInvented = invented && isDeepStrictEqual(success, { description: NO_DESCRIPTION })
  const known = components.resolve(declared)
  const handshake = isObject(known)
    ? mergeResponse(known, byClose ? SWITCHING_OR_CLOSING : SWITCHING_PROTOCOLS)
    : components.add('responses', 'SwitchingProtocols', byClose ? SWITCHING_OR_CLOSING : SWITCHING_PROTOCOLS)
  return { 101: handshake, ...(success === undefined || isInvented ? {} : { 200: success }), ...others }
}

/** What a browser, which cannot set Authorization on a handshake, sends instead. */
const SUBPROTOCOL: Json = {
  name: 'Sec-WebSocket-Protocol',
  in: 'header',
  description: 'The subprotocols offered. Where Authorization cannot be set, as in a browser, one more carries the token: a prefix and the ' +
    'token in base64url. It is never the one that is agreed on.',
  schema: FIELD_TEXT
}

/** Where a handshake may carry a credential in the query; component names by parameter. */
export const QUERY: Readonly<Record<string, readonly [component: string, description: string]>> = {
  access_token: ['WebSocketToken', 'The token, where neither Authorization nor a subprotocol can carry it. For handshakes only.'],
  ticket: ['WebSocketTicket', 'A one-time ticket in place of credentials. For handshakes only.']
}

/** Adds the parameters in which a credential may come, unless the application describes them itself. */
export function addCarriers (parameters: unknown, { subprotocol, query = [] }: Surroundings, components: Components): unknown {
  const declared: readonly unknown[] = Array.isArray(parameters) ? parameters : []
  const isThere = (place: string, name: string): boolean => declared.some((parameter) =>
    isObject(parameter) && parameter['in'] === place && String(parameter['name']).toLowerCase() === name)
  const added: unknown[] = []
  if (subprotocol && !isThere('header', 'sec-websocket-protocol')) added.push(components.add('parameters', 'WebSocketProtocol', SUBPROTOCOL))
  for (const name of query) {
    const [component, description] = QUERY[name] ?? []
    if (component === undefined || isThere('query', name)) continue
    const schema: Json = { type: 'string', pattern: '^[!-~]+$', maxLength: 16384 }
    added.push(components.add('parameters', component, { name, in: 'query', description, schema }))
  }
  return added.length === 0 ? parameters : [...declared, ...added]
}

/** The same servers, as handshakes address them; those relative to the document have no scheme to change. */
export function toWebSocket (servers: unknown): Json[] {
  if (!Array.isArray(servers)) return []
  return servers.flatMap((server: unknown) => isObject(server) && /^https?:\/\//i.test(String(server['url']))
    ? [{ ...server, url: String(server['url']).replace(/^http/i, 'ws') }]
    : [])
}
