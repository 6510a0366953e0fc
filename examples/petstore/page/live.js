import { base64url } from './sign-in.js'

const SUBPROTOCOL = 'petstore.v1'
const TOKEN_PREFIX = 'base64url.bearer.authorization.k8s.io.'

/**
 * Opens the WebSocket. The token travels as a subprotocol beside a real one, which the server selects.
 *
 * @param token an access token, or null to go without
 * @param on what to do when it is open, when a message came, when it was refused, and when it is closed
 */
export function connect (token, on) {
  const protocols = token === null ? [SUBPROTOCOL] : [SUBPROTOCOL, TOKEN_PREFIX + base64url(new TextEncoder().encode(token))]
  const socket = new WebSocket(new URL('/live', window.location.href.replace(/^http/, 'ws')), protocols)
  let opened = false
  socket.onopen = () => {
    opened = true
    on.open(socket.protocol)
  }
  socket.onmessage = ({ data }) => on.message(JSON.parse(data))
  socket.onclose = ({ code, reason }) => {
    if (opened) on.close(code, reason)
    else explain(token).then(on.refused, (error) => on.refused(error.message))
  }
  return socket
}

/** Browsers keep the answer to a refused handshake from scripts; over plain HTTP the same route gives the same reason. */
async function explain (token) {
  const response = await fetch('/live', { headers: token === null ? {} : { authorization: `Bearer ${token}` } })
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return 'refused, for a reason that only the handshake has'
  const { status, code, detail } = await response.json()
  return `refused: ${status} ${code}. ${detail} WWW-Authenticate: ${response.headers.get('www-authenticate')}`
}
