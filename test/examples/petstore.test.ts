import { once } from 'node:events'
import { Validator } from '@seriousme/openapi-schema-validator'
import t from 'tap'
import { WebSocket } from 'ws'
import { printable, type Command } from '../../examples/petstore/commands.ts'
import { clientCredentials, discover } from './browserless.ts'
import { codeOf, send, startPetstore } from './petstore.ts'

const petstore = await startPetstore()
t.teardown(() => petstore.close())
const { origin, authorizationServer: { issuer, clients } } = petstore
const { access_token: token } = await clientCredentials(await discover(issuer), clients.writer, 'pets:read pets:write')
const TOKEN_SUBPROTOCOL = `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`

t.test('every command printed at the start does what is printed below it', async (t) => {
  const commands = await petstore.commands()
  for (const command of commands) {
    const { status, headers, challenges, body } = await send(command)
    t.equal(status, command.status, `${command.method} ${new URL(command.url).pathname}: ${command.text}`)
    t.equal(challenges.length > 0, status === 401 || /error="(?:insufficient_scope|invalid_request)"/.test(challenges.join()), 'challenges')
    if (status >= 400) t.equal(headers['cache-control'], 'no-store', body)
    t.equal(status === 503, headers['retry-after'] !== undefined, 'Retry-After with 503 only')
    t.match(printable(command), new RegExp(`^\\$ curl [^\\n]+${origin}[^\\n]*\\n# → ${status} \\S[^\\n]*$`))
  }
  const statuses = new Set(commands.map(({ status }) => status))
  t.strictSame([...statuses].sort(), [200, 201, 400, 401, 403, 503])
})

/** Self-signed, CN=Speedy; a proxy would have verified it. */
const CERTIFICATE = ':MIIBeTCCAR+gAwIBAgIUEV/qZGLz581W8EvdfLAAEfZxewAwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGU3BlZWR5MCAXDTI2MTEyMjAwNDQzNloYDzIxMjYx' +
  'MDI5MDA0NDM2WjARMQ8wDQYDVQQDDAZTcGVlZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASFhDqTQWaVm3AMRwilYQ6v9R7AjN+wvzLaGbWbMh+GMZXx' +
  '4n8oOq8tsE/fVw6uKwW7UuJy3nQHMmFlEGRycxUDo1MwUTAdBgNVHQ4EFgQUCvy0v1htNta+JZOTEHrwKFmyDrowHwYDVR0jBBgwFoAUCvy0v1htNta+JZOT' +
  'EHrwKFmyDrowDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAqRpVPMEzz0BFvbTdBtaRVuey81e1zbXrtH1Fq7c21sgCIFcIqpY/oUDMcZ7i' +
  'THTPQ5z+72epqIZlt25Eo86lOmqE:'

t.test('what the commands leave out', async (t) => {
  const { tillKey, managerPassword } = petstore.secrets
  const { access_token: reading } = await clientCredentials(await discover(issuer), clients.reader, 'pets:read')
  const bearer = (value: string) => ['Authorization', `Bearer ${value}`] as const
  const till = ['X-Till-Key', tillKey] as const
  const warehouse = ['X-Warehouse-Key', 'any'] as const
  const rows: readonly [text: string, request: string, headers: Command['headers'], status: number, answer: unknown][] = [
    ['a courier whose certificate the proxy forwards', 'GET /deliveries', [['Client-Cert', CERTIFICATE]], 200, { courier: 'Speedy', parcels: 3 }],
    ['a manager sells without a till', 'DELETE /pets/Mimi', [['Authorization', `Basic ${btoa(`mary:${managerPassword}`)}`]], 200, { soldBy: 'Mary' }],
    ['all credentials of the alternative, scopes short', 'DELETE /pets/Rex', [bearer(reading), till], 403, { required_scopes: ['pets:write'] }],
    ['scopes short and a key missing', 'DELETE /pets/Rex', [bearer(reading)], 401, { code: 'credentials_missing', required_scopes: undefined }],
    ['a visitor by cookie', 'GET /greeting', [['Cookie', 'visitor=Bo']], 200, { greeting: 'Hello, Bo!' }],
    ['a user', 'GET /greeting', [bearer(token)], 200, { greeting: 'Hello, writer!' }],
    ['a token is not held up by a verifier that cannot tell', 'GET /stock', [warehouse, bearer(token)], 200, { bagsOfFood: 12 }],
    ['but a token that is not valid is', 'GET /stock', [warehouse, bearer('a.b.c')], 503, { code: 'verifier_unavailable' }]
  ]
  for (const [text, request, headers, status, answer] of rows) {
    const [method = '', path = ''] = request.split(' ')
    const { status: found, body } = await send({ method, url: `${origin}${path}`, headers })
    t.match({ status: found, body: JSON.parse(body) }, { status, body: answer }, text)
  }
})

t.test('credentials in a shell are quoted', async (t) => {
  const url = 'http://127.0.0.1/'
  t.equal(printable({ method: 'GET', url, headers: [['X', "it's"]], status: 200, text: 'fine' }), `$ curl -i -H 'X: it'\\''s' ${url}\n# → 200 fine`)
})

/** Opens a WebSocket; resolves to its first message, or to what the handshake was answered with. */
async function open (protocols: string[], headers: Record<string, string> = {}) {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/live`, protocols, { headers })
  const [event, value] = await new Promise<[string, unknown]>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('message', (message) => { resolve(['message', JSON.parse(String(message))]) })
    socket.once('unexpected-response', (request, { statusCode, headers }) => {
      request.destroy()
      resolve(['refused', { status: statusCode, challenge: headers['www-authenticate'] }])
    })
  })
  return { socket, event, value, protocol: socket.protocol }
}

t.test('a WebSocket is opened with a token as subprotocol and hears of new pets', async (t) => {
  const { socket, event, value, protocol } = await open(['petstore.v1', TOKEN_SUBPROTOCOL], { origin })
  t.strictSame([event, value, protocol], ['message', { event: 'welcome', subject: 'writer' }, 'petstore.v1'])
  const heard = once(socket, 'message')
  const added = await send({
    method: 'POST',
    url: `${origin}/pets`,
    headers: [['Authorization', `Bearer ${token}`], ['Content-Type', 'application/json']],
    body: JSON.stringify({ name: 'Shelly', kind: 'tortoise' })
  })
  t.equal(added.status, 201)
  t.strictSame(JSON.parse(String((await heard)[0])), { event: 'added', pet: 'Shelly' })
  socket.close()
  await once(socket, 'close')
})

t.test('a WebSocket is refused in the handshake', async (t) => {
  const rows: readonly [text: string, protocols: string[], headers: Record<string, string>, status: number, challenged: boolean][] = [
    ['without a token', ['petstore.v1'], {}, 401, true],
    ['with a token that is not valid', ['petstore.v1', `${TOKEN_SUBPROTOCOL}AAAA`], {}, 401, true],
    ['with a token and no real subprotocol', [TOKEN_SUBPROTOCOL], {}, 400, true],
    ['from a page of another origin', ['petstore.v1', TOKEN_SUBPROTOCOL], { origin: 'https://elsewhere.example' }, 403, false]
  ]
  for (const [text, protocols, headers, status, challenged] of rows) {
    const { event, value } = await open(protocols, headers)
    t.match([event, value], ['refused', { status, challenge: challenged ? /^Bearer realm="petstore"/ : undefined }], text)
  }
})

t.test('what the page asks over HTTP to learn why it was refused', async (t) => {
  const answer = await send({ method: 'GET', url: `${origin}/live`, headers: [] })
  t.equal(codeOf(answer), 'credentials_missing')
})

t.test('the document says of each operation who may call it', async (t) => {
  const document = await (await fetch(`${origin}/documentation/json`)).json() as OpenApi
  const { valid, errors } = await new Validator().validate(document)
  t.equal(valid, true, JSON.stringify(errors))
  const found = Object.fromEntries(Object.values(document.paths).flatMap(Object.values)
    .filter(isOperation).map(({ operationId, security }) => [operationId, security ?? document.security]))
  t.match(found, {
    listPets: [{ oauth: ['pets:read'] }],
    getPet: [{ oauth: ['pets:read'] }, { partner: [] }],
    addPet: [{ oauth: ['pets:write'] }],
    sellPet: [{ oauth: ['pets:write'], till: [] }, { staff: ['manager'] }],
    getHealth: [],
    getGreeting: [{ oauth: [] }, { visitor: [] }, {}],
    getRota: [{ staff: [] }],
    getStock: [{ warehouse: [] }, { oauth: ['pets:read'] }],
    getDeliveries: [{ courier: [] }],
    followPets: [{ oauth: ['pets:read'] }]
  })
  t.match(document.components.securitySchemes, {
    oauth: { type: 'oauth2', flows: { authorizationCode: { authorizationUrl: `${issuer}/auth`, tokenUrl: `${issuer}/token` } } },
    partner: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
    till: { type: 'apiKey' },
    visitor: { type: 'apiKey', in: 'cookie' },
    staff: { type: 'http', scheme: 'basic' },
    warehouse: { type: 'apiKey' },
    courier: { type: 'mutualTLS' }
  })
})

t.test('every answer that the commands get is in the document', async (t) => {
  const document = await (await fetch(`${origin}/documentation/json`)).json() as OpenApi
  for (const { method, url, status, text } of await petstore.commands()) {
    const path = new URL(url).pathname.replace(/^\/pets\/.*/, '/pets/{name}')
    t.match(document.paths[path]?.[method.toLowerCase()], { responses: { [status]: Object } }, `${method} ${path}: ${text}`)
  }
})

interface OpenApi extends Record<string, unknown> {
  readonly security?: unknown
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components: { readonly securitySchemes: unknown }
}

function isOperation (member: unknown): member is { operationId: string, security?: unknown } {
  return typeof member === 'object' && member !== null && 'operationId' in member
}

t.test('the pages are public, and let in nothing from elsewhere', async (t) => {
  for (const url of ['/', '/page/page.js', '/page/sign-in.js', '/page/live.js', '/page/style.css', '/documentation/']) {
    const response = await fetch(`${origin}${url}`)
    t.equal(response.status, 200, url)
    const policy = response.headers.get('content-security-policy') ?? ''
    t.match(policy, /^default-src 'none'; script-src 'self';/, url)
    t.notMatch(policy, /https:/, url)
    t.notMatch(await response.text(), /innerHTML|(?:src|href)="https?:/, url)
  }
})
