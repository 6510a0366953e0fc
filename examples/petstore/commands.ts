/** A request to try, with what comes of it. */
export interface Command {
  readonly method: string
  readonly url: string
  /** In the order sent; a name may stand twice. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: string
  readonly status: number
  readonly text: string
}

/** What the commands are made of. */
export interface CommandMaterial {
  readonly origin: string
  /** Access tokens. */
  readonly reading: string
  readonly writing: string
  readonly expired: string
  readonly partnerKey: string
  readonly tillKey: string
  readonly managerPassword: string
}

/** One command for each kind of answer. Run in this order. */
export function commands ({ origin, reading, writing, expired, partnerKey, tillKey, managerPassword }: CommandMaterial): Command[] {
  const command = (status: number, text: string, target: string, ...headers: Command['headers']): Command => {
    const [method = '', path = ''] = target.split(' ')
    return { method, url: `${origin}${path}`, headers, status, text }
  }
  const bearer = (token: string) => ['Authorization', `Bearer ${token}`] as const
  const basic = (password: string) => ['Authorization', `Basic ${btoa(`mary:${password}`)}`] as const
  const json = ['Content-Type', 'application/json'] as const
  const tom = JSON.stringify({ name: 'Tom', kind: 'cat' })
  return [
    command(200, 'a token that reads pets', 'GET /pets', bearer(reading)),
    command(401, 'no credentials', 'GET /pets'),
    command(401, 'an expired token', 'GET /pets', bearer(expired)),
    command(401, 'a token whose signature is not right', 'GET /pets', bearer(`${reading.slice(0, -4)}AAAA`)),
    command(400, 'two tokens', 'GET /pets', bearer(reading), bearer(writing)),
    { ...command(403, 'the wrong scope', 'POST /pets', bearer(reading), json), body: tom },
    { ...command(201, 'the right scope', 'POST /pets', bearer(writing), json), body: tom },
    command(200, 'an API key instead of a token', 'GET /pets/Rex', ['X-API-Key', partnerKey]),
    command(401, 'a wrong API key', 'GET /pets/Rex', ['X-API-Key', 'guessed']),
    command(400, 'two API keys', 'GET /pets/Rex', ['X-API-Key', partnerKey], ['X-API-Key', 'guessed']),
    command(200, 'a token is enough, though the key beside it is wrong', 'GET /pets/Rex', bearer(reading), ['X-API-Key', 'guessed']),
    command(401, 'the token without the key of a till', 'DELETE /pets/Tom', bearer(writing)),
    command(200, 'the token together with the key of a till', 'DELETE /pets/Tom', bearer(writing), ['X-Till-Key', tillKey]),
    command(200, 'a stranger, where credentials are optional', 'GET /greeting'),
    command(401, 'an expired token, though credentials are optional', 'GET /greeting', bearer(expired)),
    command(200, 'an invalid cookie counts as none', 'GET /greeting', ['Cookie', 'visitor=17']),
    command(200, 'user name and password', 'GET /rota', basic(managerPassword)),
    command(401, 'a wrong password', 'GET /rota', basic('guessed')),
    command(503, 'the verifier cannot tell', 'GET /stock', ['X-Warehouse-Key', 'any']),
    command(403, 'no client certificate', 'GET /deliveries'),
    command(200, 'public, whatever is sent', 'GET /health', bearer('nonsense')),
    command(401, 'a WebSocket without a token', 'GET /live', ...UPGRADE),
    command(403, 'a WebSocket from a page of another origin', 'GET /live', ...UPGRADE, bearer(reading), ['Origin', 'https://elsewhere.example'])
  ]
}

const UPGRADE: Command['headers'] = [
  ['Connection', 'Upgrade'], ['Upgrade', 'websocket'], ['Sec-WebSocket-Version', '13'], ['Sec-WebSocket-Key', 'cGV0c3RvcmUgZXhhbXBsZQ==']
]

/** Writes a command for a shell, and below it what to expect. */
export function printable ({ method, url, headers, body, status, text }: Command): string {
  const words = [
    '$ curl -i',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    ...headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${quote(body)}`]),
    url
  ]
  return `${words.join(' ')}\n# → ${status} ${text}`
}

function quote (text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
