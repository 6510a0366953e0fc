import type { ServerResponse } from 'node:http'
import t from 'tap'
import { Refusal } from '../../../lib/scheme.ts'
import { discover, wellKnownUrls } from '../../../lib/tokens/discovery.ts'
import { fetchJson } from '../../../lib/tokens/fetch-json.ts'
import { jwt } from '../../../lib/tokens/jwt.ts'
import type { JwtVerifier } from '../../../lib/tokens/jwt-verifier.ts'
import { deadOrigin, startIssuer, type Answer, type Issuer } from './fixtures/issuer.ts'
import { AUDIENCE, claimsOf, jwkOf, mint, otherRsa, rsa, secret, weakRsa } from './fixtures/mint.ts'

const OAUTH = '/.well-known/oauth-authorization-server'
const OPENID = '/.well-known/openid-configuration'
const GOOD = { keys: [jwkOf(rsa, { kid: 'a' })] }

const tokenOf = (issuer: string, kid: string | undefined = 'a', pair = rsa, changes = {}) =>
  mint({ header: { alg: 'RS256', typ: 'at+jwt', kid }, payload: claimsOf(issuer, changes), key: pair.privateKey })

async function outcome (verify: JwtVerifier, token: string): Promise<string> {
  try {
    const verdict = await verify(token)
    return verdict instanceof Refusal ? verdict.reason : 'accepted'
  } catch (error) {
    return String((error as Error).name)
  }
}

const html = (response: ServerResponse) => { response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Sign in') }
const status = (code: number, body: object = GOOD) => (response: ServerResponse) => { response.writeHead(code).end(JSON.stringify(body)) }
const redirect = (code: number, location: string) => (response: ServerResponse) => { response.writeHead(code, { location }).end() }
const hangUp = (response: ServerResponse) => { response.destroy() }
const cut = (response: ServerResponse) => {
  response.writeHead(200, { 'content-length': '1000' })
  response.write('{"keys":[', () => response.destroy())
}
const huge = (document: object) => (response: ServerResponse) => {
  response.writeHead(200).end(JSON.stringify({ ...document, padding: 'x'.repeat(1024 * 1024) }))
}
const invalidText = (response: ServerResponse) => { response.writeHead(200).end(Buffer.from([0x7b, 0xff, 0x7d])) }

/** Faults that a document of either kind may have. `good` is what the server should have said. */
const faults = (good: object): [string, Answer | undefined][] => [
  ['404', undefined],
  ['500', status(500, good)],
  ['503', status(503, good)],
  ['204', (response) => { response.writeHead(204).end() }],
  ['201', status(201, good)],
  ['redirect to a good answer', redirect(302, '/good')],
  ['permanent redirect to a good answer', redirect(308, '/good')],
  ['HTML', html],
  ['empty body', (response) => { response.writeHead(200).end() }],
  ['1 MB', huge(good)],
  ['invalid UTF-8', invalidText],
  ['null', (response) => { response.writeHead(200).end('null') }],
  ['array', [good]],
  ['connection closed', hangUp],
  ['body cut off', cut]
]

t.test('a key set that cannot be had leaves every token undecided', async (t) => {
  const issuer = await startIssuer(t)
  const { origin, answers } = issuer
  const jwk = jwkOf(rsa, { kid: 'a' })
  const rows: [string, Answer | undefined][] = [
    ...faults(GOOD),
    ['no keys', { keys: [] }],
    ['no set', jwk],
    ['keys no array', { keys: { 0: jwk } }],
    ['only a secret', { keys: [{ kty: 'oct', alg: 'HS256', kid: 'a', k: secret.toString('base64url') }] }],
    ['only for encryption', { keys: [{ ...jwk, use: 'enc' }] }],
    ['only weak', { keys: [jwkOf(weakRsa, { kid: 'a' })] }],
    ['only private', { keys: [{ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'a' }] }],
    ['only broken', { keys: [{ kty: 'RSA', kid: 'a', n: 'AQ' }, null, 1] }],
    ['101 keys', { keys: Array.from({ length: 101 }, (_, index) => ({ ...jwk, kid: `${index}` })) }]
  ]
  answers.set('/good', GOOD)
  answers.set(OAUTH, { issuer: origin, jwks_uri: `${origin}/jwks` })
  for (const [name, answer] of rows) {
    for (const jwks of [`${origin}/jwks`, undefined]) {
      if (answer === undefined) answers.delete('/jwks')
      else answers.set('/jwks', answer)
      const verify = jwt({ issuer: origin, audience: AUDIENCE, jwks })
      const path = jwks === undefined ? 'discovery' : 'jwks'
      t.equal(await outcome(verify, tokenOf(origin)), 'KeySourceError', `${path}: ${name}`)
      t.equal(await outcome(verify, tokenOf(origin, 'unknown')), 'KeySourceError', `${path}: ${name}, unknown kid`)
      answers.set('/jwks', GOOD)
      t.equal(await outcome(verify, tokenOf(origin)), 'accepted', `${path}: ${name}, and then mended`)
    }
  }
  t.notOk(issuer.asked.includes('/good'), 'no redirect was followed')
})

t.test('an issuer whose metadata cannot be had leaves every token undecided', async (t) => {
  const issuer = await startIssuer(t)
  const { origin, answers } = issuer
  const good = { issuer: origin, jwks_uri: `${origin}/jwks` }
  const rows: [string, Answer | undefined][] = [
    ...faults(good),
    ['another issuer', { ...good, issuer: 'https://evil.example' }],
    ['issuer with a slash', { ...good, issuer: `${origin}/` }],
    ['issuer in an array', { ...good, issuer: [origin] }],
    ['no issuer', { jwks_uri: good.jwks_uri }],
    ['no jwks_uri', { issuer: origin }],
    ['jwks_uri no text', { ...good, jwks_uri: [good.jwks_uri] }],
    ['jwks_uri relative', { ...good, jwks_uri: '/jwks' }],
    ['jwks_uri http', { ...good, jwks_uri: 'http://id.example/jwks' }],
    ['jwks_uri file', { ...good, jwks_uri: 'file:///etc/passwd' }],
    ['jwks_uri with a user', { ...good, jwks_uri: origin.replace('//', '//user@') }],
    ['issuer in __proto__', (response) => { response.writeHead(200).end(`{"__proto__":${JSON.stringify(good)}}`) }]
  ]
  answers.set('/good', good)
  answers.set('/jwks', GOOD)
  for (const [name, answer] of rows) {
    for (const path of [OAUTH, OPENID]) {
      if (answer === undefined) answers.delete(path)
      else answers.set(path, answer)
    }
    const verify = jwt({ issuer: origin, audience: AUDIENCE })
    const before = issuer.asked.length
    t.equal(await outcome(verify, tokenOf(origin)), 'KeySourceError', name)
    t.equal(await outcome(verify, tokenOf(origin)), 'KeySourceError', `${name}, again`)
    // A connection that was closed is tried again by fetch; nothing else is.
    if (answer !== hangUp) t.same(issuer.asked.slice(before), [OAUTH, OPENID], `${name}: asked once while the failure is fresh`)
  }
  t.notOk(issuer.asked.includes('/jwks'))
  t.notOk(issuer.asked.includes('/good'), 'no redirect was followed')
})

t.test('nobody listens', async (t) => {
  const origin = await deadOrigin()
  for (const jwks of [undefined, `${origin}/jwks?key=canary-query`]) {
    const verify = jwt({ issuer: origin, audience: AUDIENCE, jwks })
    const token = tokenOf(origin)
    const error = await Promise.resolve(verify(token)).catch((error: Error) => error)
    t.match(error, { name: 'KeySourceError', cause: Error })
    const told = `${String(error)} ${JSON.stringify(error)} ${(error as Error).stack}`
    for (const part of token.split('.')) t.notOk(told.includes(part), 'the error holds nothing of the token')
    t.notOk(told.includes('canary'), 'nor the query of the address')
  }
})

t.test('discovery reads either document, and the right one of two', async (t) => {
  for (const tenant of ['', '/', '/tenant', '/tenant/']) {
    const { origin, answers, asked } = await startIssuer(t)
    const issuer = `${origin}${tenant}`
    const path = tenant.replace(/\/$/, '')
    answers.set('/jwks', GOOD)
    const good = { issuer, jwks_uri: `${origin}/jwks` }
    const rows: [string, Answer | undefined, Answer | undefined][] = [
      ['OAuth', good, undefined], ['OpenID', undefined, good], ['OpenID behind HTML', html, good],
      ['OpenID behind another issuer', { ...good, issuer: 'https://evil.example', jwks_uri: `${origin}/evil` }, good]
    ]
    for (const [name, oauth, openid] of rows) {
      for (const [url, answer] of [[`${OAUTH}${path}`, oauth], [`${path}${OPENID}`, openid]] as const) {
        if (answer === undefined) answers.delete(url)
        else answers.set(url, answer)
      }
      t.equal(await outcome(jwt({ issuer, audience: AUDIENCE }), tokenOf(issuer)), 'accepted', `${tenant} ${name}`)
    }
    t.notOk(asked.includes('/evil'))
  }
})

t.test('well-known addresses stand where their specifications say', async (t) => {
  const rows: [string, string[]][] = [
    ['https://id.example', [`https://id.example${OAUTH}`, `https://id.example${OPENID}`]],
    ['https://id.example/', [`https://id.example${OAUTH}`, `https://id.example${OPENID}`]],
    ['https://id.example:8443/a/b', [`https://id.example:8443${OAUTH}/a/b`, `https://id.example:8443/a/b${OPENID}`]],
    ['https://id.example/a/', [`https://id.example${OAUTH}/a`, `https://id.example/a${OPENID}`]]
  ]
  for (const [issuer, expected] of rows) t.same(wellKnownUrls(issuer).map(String), expected, issuer)
})

t.test('the metadata of an https issuer leads to no http address', async (t) => {
  const issuer = 'https://id.example'
  const rows: [string, boolean][] = [['https://keys.example/jwks', true], ['http://127.0.0.1/jwks', false], ['http://localhost/jwks', false]]
  for (const [uri, accepted] of rows) {
    t.intercept(globalThis, 'fetch', { value: async () => Response.json({ issuer, jwks_uri: uri }) })
    const located = await discover(issuer)().then(String, (error: Error) => error.name)
    t.equal(located, accepted ? uri : 'KeySourceError', uri)
  }
})

async function discoverable (t: Parameters<typeof startIssuer>[0]): Promise<Issuer> {
  const issuer = await startIssuer(t)
  issuer.answers.set(OAUTH, { issuer: issuer.origin, jwks_uri: `${issuer.origin}/jwks` })
  issuer.answers.set('/jwks', GOOD)
  return issuer
}

t.test('nothing is fetched before the first token, and then once for all', async (t) => {
  const { origin, asked } = await discoverable(t)
  const verify = jwt({ issuer: origin, audience: AUDIENCE })
  await verify('x')
  await verify(mint({ header: { alg: 'HS256', typ: 'at+jwt' }, payload: claimsOf(origin), key: secret }))
  t.same(asked, [], 'a token that is refused anyway fetches nothing')
  const tokens = Array.from({ length: 20 }, (_, index) => tokenOf(origin, 'a', rsa, { jti: `${index}` }))
  t.same(await Promise.all(tokens.map((token) => outcome(verify, token))), tokens.map(() => 'accepted'))
  t.same(asked, [OAUTH, '/jwks'])
  for (let index = 0; index < 20; index++) t.equal(await outcome(verify, tokenOf(origin, `kid ${index}`)), 'credentials_invalid')
  t.same(asked, [OAUTH, '/jwks'], 'unknown keys fetch nothing while the set is fresh')
})

t.test('discovery is tried again a second after it failed, and never after it succeeded', async (t) => {
  const { origin, answers, asked } = await discoverable(t)
  const document = answers.get(OAUTH)!
  let ms = 5000
  const locate = discover(origin, () => ms)
  answers.delete(OAUTH)
  const failures = await Promise.allSettled([locate(), locate(), locate()])
  t.ok(failures.every(({ status }) => status === 'rejected'))
  t.equal(asked.length, 2)
  ms += 999
  await t.rejects(locate(), { name: 'KeySourceError' })
  t.equal(asked.length, 2)
  answers.set(OAUTH, document)
  ms += 1
  t.equal(String(await locate()), `${origin}/jwks`)
  t.equal(asked.length, 3)
  ms += 1e9
  await locate()
  t.equal(asked.length, 3)
})

t.test('keys come and go as the issuer publishes them', async (t) => {
  const { origin, answers, asked } = await discoverable(t)
  const clock = { ahead: 0 }
  const { now } = Date
  t.intercept(Date, 'now', { value: () => now() + clock.ahead })
  const verify = jwt({ issuer: origin, audience: AUDIENCE, jwks: `${origin}/jwks`, cache: 0 })
  const [old, fresh] = [tokenOf(origin), tokenOf(origin, 'b', otherRsa)]
  t.equal(await outcome(verify, old), 'accepted')
  answers.set('/jwks', { keys: [jwkOf(rsa, { kid: 'a' }), jwkOf(otherRsa, { kid: 'b' })] })
  t.equal(await outcome(verify, fresh), 'credentials_invalid', 'not yet seen')
  clock.ahead += 31_000
  t.equal(await outcome(verify, fresh), 'accepted', 'an unknown kid fetches the set anew')
  t.equal(asked.length, 2)
  clock.ahead += 31_000
  answers.set('/jwks', status(500))
  t.equal(await outcome(verify, tokenOf(origin, 'c')), 'KeySourceError', 'unknown kid and no set: undecided')
  t.equal(await outcome(verify, old), 'accepted', 'a failure keeps the keys')
  answers.set('/jwks', { keys: [jwkOf(otherRsa, { kid: 'b' })] })
  clock.ahead += 5 * 60_000
  const late = tokenOf(origin, 'a', rsa, { exp: Math.floor(Date.now() / 1000) + 60 })
  t.equal(await outcome(verify, late), 'credentials_invalid', 'the removed key verifies nothing')
})

t.test('a fetch ends when its time is up, however slowly the answer drips', async (t) => {
  const { origin, answers } = await startIssuer(t)
  answers.set('/drip', (response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write(' '), 5)
    response.on('close', () => clearInterval(timer))
  })
  answers.set('/silence', () => {})
  for (const path of ['/drip', '/silence']) {
    await t.rejects(fetchJson(`${origin}${path}`, AbortSignal.timeout(100)), { name: 'TimeoutError' }, path)
  }
})

t.test('a document may be as long as the limit and no longer', async (t) => {
  const { origin, answers } = await startIssuer(t)
  const limit = 256 * 1024
  for (const [size, name] of [[limit, 'the limit'], [limit + 1, 'one byte more']] as const) {
    answers.set('/document', (response) => { response.writeHead(200).end(`"${'x'.repeat(size - 2)}"`) })
    const fetched = fetchJson(`${origin}/document`, AbortSignal.timeout(5000))
    if (size === limit) t.equal(String(await fetched).length, size - 2, name)
    else await t.rejects(fetched, { message: /more than 262144 bytes/ }, name)
  }
})
