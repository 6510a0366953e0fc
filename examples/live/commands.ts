import { printable, type Command } from '../petstore/commands.ts'

export { printable, type Command }

/** What the commands are made of. */
export interface CommandMaterial {
  readonly origin: string
  readonly issuer: string
  /** Of Ada's at the authorization server. */
  readonly secret: string
  /** Access tokens. */
  readonly reading: string
  readonly nothing: string
  readonly expired: string
  readonly operatorKey: string
}

const UPGRADE: Command['headers'] = [
  ['Connection', 'Upgrade'], ['Upgrade', 'websocket'], ['Sec-WebSocket-Version', '13'], ['Sec-WebSocket-Key', 'bGl2ZSBjaGF0IGV4YW1wbA==']
]

/** What can be tried without a browser. Run in this order. */
export function commands ({ origin, issuer, secret, reading, nothing, expired, operatorKey }: CommandMaterial): Command[] {
  const command = (status: number, text: string, target: string, ...headers: Command['headers']): Command => {
    const [method = '', path = ''] = target.split(' ')
    return { method, url: `${origin}${path}`, headers, status, text }
  }
  const bearer = (token: string) => ['Authorization', `Bearer ${token}`] as const
  const client: Command = {
    method: 'POST',
    url: `${issuer}/token`,
    headers: [['Authorization', `Basic ${btoa(`ada:${secret}`)}`]],
    body: 'grant_type=client_credentials',
    status: 200,
    text: 'a token for Ada, from the authorization server'
  }
  return [
    client,
    command(200, 'a token that reads', 'GET /messages', bearer(reading)),
    command(401, 'no token', 'GET /messages'),
    command(401, 'an expired token', 'GET /messages', bearer(expired)),
    command(403, 'a token without scopes', 'GET /messages', bearer(nothing)),
    command(101, 'a WebSocket without a token: completed, and closed with 3000 credentials_missing', 'GET /chat', ...UPGRADE),
    command(101, 'without the scope: completed, and closed with 3003 scope_insufficient chat:read', 'GET /chat', ...UPGRADE, bearer(nothing)),
    command(403, 'from a page of another origin', 'GET /chat', ...UPGRADE, bearer(reading), ['Origin', 'https://elsewhere.example']),
    command(401, 'ending connections without the operator\'s key', 'DELETE /connections/ada'),
    command(200, 'ending the connections of Ada', 'DELETE /connections/ada', ['X-Operator-Key', operatorKey])
  ]
}
