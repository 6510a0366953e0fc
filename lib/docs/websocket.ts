import { isDeepStrictEqual } from 'node:util'
import type { Components } from './components.ts'
import { FIELD_TEXT, isObject, type Json } from './openapi.ts'
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

/**
 * The responses of a route that upgrades: the handshake beside what HTTP requests get, if the route answers them at all.
 *
 * @param invented whether a bare 200 can only come from @fastify/swagger, because nothing but the handshake is answered
 */
export function addHandshake (responses: Json, components: Components, invented: boolean): Json {
  const { 101: declared, 200: success, ...others } = responses
  const isInvented = invented && isDeepStrictEqual(success, { description: NO_DESCRIPTION })
  const known = components.resolve(declared)
  const handshake = isObject(known)
    ? mergeResponse(known, SWITCHING_PROTOCOLS)
    : components.add('responses', 'SwitchingProtocols', SWITCHING_PROTOCOLS)
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

/** Adds the parameter in which a token may come, unless the application describes the field itself. */
export function addSubprotocol (parameters: unknown, components: Components): unknown[] {
  const declared: readonly unknown[] = Array.isArray(parameters) ? parameters : []
  const isThere = declared.some((parameter) => isObject(parameter) && String(parameter['name']).toLowerCase() === 'sec-websocket-protocol')
  return isThere ? [...declared] : [...declared, components.add('parameters', 'WebSocketProtocol', SUBPROTOCOL)]
}

/** The same servers, as handshakes address them; those relative to the document have no scheme to change. */
export function toWebSocket (servers: unknown): Json[] {
  if (!Array.isArray(servers)) return []
  return servers.flatMap((server: unknown) => isObject(server) && /^https?:\/\//i.test(String(server['url']))
    ? [{ ...server, url: String(server['url']).replace(/^http/i, 'ws') }]
    : [])
}
