import t from 'tap'
import { Refusal } from '../../../lib/scheme.ts'
import { jwt } from '../../../lib/tokens/jwt.ts'
import { checkJwtOptions, type JwtOptions } from '../../../lib/tokens/jwt-options.ts'
import { jwtVerifier } from '../../../lib/tokens/jwt-verifier.ts'
import type { KeySource } from '../../../lib/tokens/key-source.ts'
import { loggingRequest } from './fixtures/log.ts'
import { AUDIENCE, claimsOf, jwkOf, mint, otherRsa, rsa } from './fixtures/mint.ts'

const ISSUER = 'https://id.example/'
const OPTIONS: JwtOptions = { issuer: ISSUER, audience: [AUDIENCE, 'pets'], key: jwkOf(rsa, { alg: 'RS256' }) }
const HEADER = { alg: 'RS256', typ: 'at+jwt' }
const token = (payload: Record<string, unknown> = {}, header: object = HEADER) => mint({ header, payload: claimsOf(ISSUER, payload) })

async function credentialsFrom (text: string, options: Partial<JwtOptions> = {}) {
  const verdict = await jwt({ ...OPTIONS, ...options })(text)
  if (verdict instanceof Refusal) throw new Error(`refused: ${verdict.reason}`)
  return verdict
}

async function reasonFrom (verdict: ReturnType<ReturnType<typeof jwt>>) {
  const settled = await verdict
  return settled instanceof Refusal ? settled.reason : 'accepted'
}

t.test('credentials say what the token says', async (t) => {
  const exp = Math.floor(Date.now() / 1000) + 600
  const text = token({ exp, roles: ['user'] })
  const credentials = await credentialsFrom(text)
  t.strictSame({ ...credentials, claims: null }, {
    subject: 'ada', clientId: 'app', scopes: ['pets:read', 'pets:write'], expiresAt: exp, claims: null
  })
  t.same(credentials.claims.roles, ['user'])
  t.notOk(JSON.stringify(credentials).includes(text.slice(-20)), 'the token is not among them')
})

t.test('credentials are shared by requests, so nothing in them can be changed', async (t) => {
  const { claims, scopes, ...rest } = await credentialsFrom(token({ realm: { roles: ['user', { deep: [1] }] } }))
  const realm = claims.realm as { roles: [string, { deep: number[] }] }
  for (const part of [claims, scopes, realm, realm.roles, realm.roles[1], realm.roles[1].deep]) t.ok(Object.isFrozen(part))
  t.ok(Object.isFrozen(await credentialsFrom(token())))
  t.ok(rest)
})

t.test('members named __proto__ pollute nothing', async (t) => {
  const payload = JSON.stringify(claimsOf(ISSUER, { scope: undefined, list: [{}] }))
    .replace('{}', '{"__proto__":{"admin":true}}').replace('{', '{"__proto__":{"scope":"admin","admin":true},')
  t.match(payload, '__proto__')
  const { claims, scopes } = await credentialsFrom(mint({ header: HEADER, payload }))
  t.same(scopes, [])
  t.notOk('admin' in claims)
  t.notOk('admin' in Object.assign({}, claims))
  t.notOk('admin' in Object.assign({}, (claims.list as object[])[0]))
  t.notOk('admin' in {})
})

t.test('what lies on Object.prototype is not taken for a claim', async (t) => {
  const names = { scope: 'admin', client_id: 'root' }
  t.teardown(() => { for (const name of Object.keys(names)) Reflect.deleteProperty(Object.prototype, name) })
  const text = token({ scope: undefined, client_id: undefined })
  const root: object = Object.prototype
  for (const [name, value] of Object.entries(names)) {
    Object.defineProperty(root, name, { value, configurable: true, writable: true, enumerable: false })
  }
  const { scopes } = await credentialsFrom(text, { profile: 'jwt' })
  t.same(scopes, [])
  t.equal(await reasonFrom(jwt(OPTIONS)(text)), 'credentials_invalid', 'client_id is still missing')
})

t.test('scope is a space-separated string or nothing', async (t) => {
  const rows: [unknown, string[]][] = [
    ['a', ['a']], ['a b', ['a', 'b']], ['a b a', ['a', 'b']], ['pets:read https://x/y', ['pets:read', 'https://x/y']],
    [undefined, []], ['', []], [' ', []], ['a  b', []], [' a', []], ['a ', []], ['a\tb', []], ['a"b', []], ['a\\b', []], ['é', []],
    [['a'], []], [null, []], [1, []], [{ a: 1 }, []], ['a,b', ['a,b']], ['a\nb', []], ['a\n', []]
  ]
  for (const [scope, expected] of rows) {
    t.same((await credentialsFrom(token({ scope }))).scopes, expected, JSON.stringify(scope))
  }
  const many = Array.from({ length: 1500 }, (_, index) => `s${index}`)
  t.equal((await credentialsFrom(token({ scope: many.join(' ') }), { maxLength: 65536 })).scopes.length, 1500)
})

t.test('profile jwt takes plain access tokens', async (t) => {
  const sparse = { client_id: undefined, iat: undefined, jti: undefined, scope: undefined }
  const plain = { alg: 'RS256', typ: 'JWT' }
  const rows: [string, Record<string, unknown>, string | undefined][] = [
    ['nothing but what is needed', sparse, undefined],
    ['client from azp', { ...sparse, azp: 'spa' }, 'spa'],
    ['client_id before azp', { azp: 'spa' }, 'app'],
    ['token_use access', { ...sparse, token_use: 'access' }, undefined],
    ['Keycloak', { ...sparse, azp: 'spa', typ: 'Bearer' }, 'spa'],
    ['API and client are one, with scope', { azp: AUDIENCE, client_id: undefined }, AUDIENCE],
    ['API and client are one, with scp', { ...sparse, azp: AUDIENCE, scp: ['read'] }, AUDIENCE],
    ['API and client are one, Bearer', { ...sparse, azp: AUDIENCE, typ: 'Bearer' }, AUDIENCE],
    ['API and client are one, with token_use', { ...sparse, azp: AUDIENCE, token_use: 'access' }, AUDIENCE]
  ]
  for (const [name, changes, clientId] of rows) {
    t.equal((await credentialsFrom(token(changes, plain), { profile: 'jwt' })).clientId, clientId, name)
  }
  t.ok(await credentialsFrom(token(sparse, HEADER), { profile: 'jwt' }), 'at+jwt needs no mark')
})

t.test('the owner is told once which profile to choose, and only of a token that it would accept', async (t) => {
  const verify = jwt(OPTIONS)
  const request = loggingRequest()
  const plain = { alg: 'RS256', typ: 'JWT' }
  const bad: [string, string][] = [
    ['forged', mint({ header: plain, payload: claimsOf(ISSUER), key: otherRsa.privateKey })],
    ['for another audience', token({ aud: 'other' }, plain)],
    ['ID token', token({ nonce: 'x' }, plain)],
    ['logout token', token({}, { ...plain, typ: 'logout+jwt' })],
    ['access token without client', token({ client_id: undefined })]
  ]
  for (const [name, text] of bad) {
    t.equal(await reasonFrom(verify(text, request)), 'credentials_invalid', name)
    t.equal(request.lines.length, 0, name)
  }
  const good = token({ sub: 'secret-subject' }, plain)
  t.equal(await reasonFrom(verify(good)), 'credentials_invalid', 'without a request')
  t.equal(await reasonFrom(verify(good, {})), 'credentials_invalid', 'without a log')
  t.same(await Promise.all([1, 2, 3].map(() => reasonFrom(verify(good, request)))), Array(3).fill('credentials_invalid'))
  t.equal(await reasonFrom(verify(token({}, { alg: 'RS256' }), request)), 'credentials_invalid')
  t.equal(request.lines.length, 1)
  const line = JSON.stringify(request.lines[0])
  t.match(line, "profile: 'jwt'")
  for (const part of good.split('.')) t.notOk(line.includes(part))
  t.notOk(line.includes('secret-subject'))
})

t.test('a plain JWT is refused, not undecided, when the keys cannot be had', async (t) => {
  const settings = checkJwtOptions(OPTIONS)
  const verify = jwtVerifier({ ...settings, keys: async () => { throw new Error('down') } }, Date.now)
  t.equal(await reasonFrom(verify(token({}, { alg: 'RS256' }), loggingRequest())), 'credentials_invalid')
  await t.rejects(async () => await verify(token()), { message: 'down' })
})

t.test('expiry is exact and the tolerance is for beginnings', async (t) => {
  const at = 1_800_000_000
  const rows: [string, Record<string, unknown>, number, string][] = [
    ['a millisecond before exp', { exp: at }, at - 0.001, 'accepted'],
    ['at exp', { exp: at }, at, 'token_expired'],
    ['a millisecond after exp', { exp: at }, at + 0.001, 'token_expired'],
    ['exp with a fraction, before', { exp: at + 0.5 }, at + 0.499, 'accepted'],
    ['exp with a fraction, at', { exp: at + 0.5 }, at + 0.5, 'token_expired'],
    ['nbf at the tolerance', { exp: at + 60, nbf: at + 5 }, at, 'accepted'],
    ['nbf beyond it', { exp: at + 60, nbf: at + 5.001 }, at, 'token_not_yet_valid'],
    ['iat at the tolerance', { exp: at + 60, iat: at + 5 }, at, 'accepted'],
    ['iat beyond it', { exp: at + 60, iat: at + 6 }, at, 'token_not_yet_valid'],
    ['exp at maxLifetime and tolerance', { exp: at + 3605 }, at, 'accepted'],
    ['exp beyond it', { exp: at + 3606 }, at, 'credentials_invalid'],
    ['expired and for another audience', { exp: at, aud: 'other' }, at + 1, 'credentials_invalid']
  ]
  for (const [name, changes, seconds, expected] of rows) {
    const verify = jwtVerifier(checkJwtOptions({ ...OPTIONS, maxLifetime: 3600 }), () => seconds * 1000)
    t.equal(await reasonFrom(verify(token({ iat: at - 100, ...changes }))), expected, name)
  }
})

t.test('options change the limits', async (t) => {
  const seconds = Math.floor(Date.now() / 1000)
  const rows: [string, Partial<JwtOptions>, string, string][] = [
    ['clockTolerance', { clockTolerance: 60 }, token({ nbf: seconds + 50 }), 'accepted'],
    ['clockTolerance 0', { clockTolerance: 0 }, token({ nbf: seconds + 60 }), 'token_not_yet_valid'],
    ['maxLifetime', { maxLifetime: 60 }, token({ exp: seconds + 120 }), 'credentials_invalid'],
    ['maxLength', { maxLength: 64 }, token(), 'credentials_malformed'],
    ['second audience', {}, token({ aud: 'pets' }), 'accepted']
  ]
  for (const [name, options, text, expected] of rows) t.equal(await reasonFrom(jwt({ ...OPTIONS, ...options })(text)), expected, name)
  const text = token()
  t.equal(await reasonFrom(jwt({ ...OPTIONS, maxLength: text.length })(text)), 'accepted', 'as long as maxLength')
  t.equal(await reasonFrom(jwt({ ...OPTIONS, maxLength: text.length - 1 })(text)), 'credentials_malformed', 'one byte longer')
})

t.test('what is not a string is malformed', async (t) => {
  const verify = jwt(OPTIONS) as (token: unknown) => ReturnType<ReturnType<typeof jwt>>
  for (const value of [undefined, null, 1, {}, [token()], Symbol('x')]) {
    t.equal(await reasonFrom(verify(value)), 'credentials_malformed', String(value))
  }
})

t.test('refusals that need no key are answered at once', async (t) => {
  const verify = jwt(OPTIONS)
  const unsecured = token().replace(/^[^.]+/, Buffer.from('{"alg":"none"}').toString('base64url'))
  for (const text of ['x', '.'.repeat(9000), unsecured, token({}, { ...HEADER, typ: 'logout+jwt' })]) {
    t.ok(verify(text) instanceof Refusal)
  }
})

/** A verifier on a clock of its own that counts how often it looked for a key. */
function counting (options: Partial<JwtOptions> = {}) {
  const settings = checkJwtOptions({ ...OPTIONS, ...options })
  const state = { seconds: 1_800_000_000, lookups: 0, fail: false }
  const keys: KeySource = async (header) => {
    state.lookups++
    if (state.fail) throw new Error('down')
    return await settings.keys(header)
  }
  const text = (changes: Record<string, unknown> = {}) =>
    token({ iat: state.seconds - 10, exp: state.seconds + 100, ...changes })
  return { state, text, verify: jwtVerifier({ ...settings, keys }, () => state.seconds * 1000) }
}

t.test('a verified token is answered at once until it expires', async (t) => {
  const { state, text, verify } = counting()
  const good = text()
  const first = verify(good)
  t.ok(first instanceof Promise)
  const credentials = await first
  t.equal(verify(good), credentials, 'the same credentials, without a promise')
  state.seconds += 99.999
  t.equal(verify(good), credentials)
  t.equal(state.lookups, 1)
  state.seconds += 0.001
  t.equal(await reasonFrom(verify(good)), 'token_expired')
  t.equal(state.lookups, 2)
})

t.test('a verified token is verified anew after five minutes', async (t) => {
  const { state, text, verify } = counting()
  const good = text({ exp: state.seconds + 3600 })
  await verify(good)
  state.seconds += 299
  await verify(good)
  t.equal(state.lookups, 1)
  state.seconds += 1
  t.equal(await reasonFrom(verify(good)), 'accepted')
  t.equal(state.lookups, 2)
})

t.test('refusals are not remembered', async (t) => {
  const { state, text, verify } = counting()
  const early = text({ nbf: state.seconds + 10 })
  t.equal(await reasonFrom(verify(early)), 'token_not_yet_valid')
  state.seconds += 5
  t.equal(await reasonFrom(verify(early)), 'accepted')
  state.fail = true
  const late = text({ jti: '2' })
  await t.rejects(async () => await verify(late))
  state.fail = false
  t.equal(await reasonFrom(verify(late)), 'accepted')
})

t.test('a token that ends like a verified one is verified itself', async (t) => {
  const { text, verify } = counting()
  const good = text()
  await verify(good)
  const [header, , signature] = good.split('.')
  const forged = `${header}.${Buffer.from(JSON.stringify(claimsOf(ISSUER, { sub: 'eve' }))).toString('base64url')}.${signature}`
  t.equal(await reasonFrom(verify(forged)), 'credentials_invalid')
  t.not(verify(good) instanceof Promise, true, 'and drops nothing')
})

t.test('first uses of one token at the same time share one verification', async (t) => {
  const { state, text, verify } = counting({ cache: 0 })
  const good = text()
  const verdicts = await Promise.all(Array.from({ length: 1000 }, async () => await verify(good)))
  t.equal(state.lookups, 1)
  t.equal(new Set(verdicts).size, 1)
  await verify(good)
  t.equal(state.lookups, 2, 'nothing is kept without a cache')
  state.fail = true
  const failures = await Promise.allSettled(Array.from({ length: 10 }, async () => await verify(good)))
  t.ok(failures.every(({ status }) => status === 'rejected'))
  t.equal(state.lookups, 3)
  state.fail = false
  t.equal(await reasonFrom(verify(good)), 'accepted', 'a failure is not shared with those who come later')
})

t.test('more tokens at the same time than may be shared are all verified', async (t) => {
  const { state, text, verify } = counting({ cache: 0 })
  const good = text()
  const [, payload, signature] = good.split('.')
  const others = Array.from({ length: 1000 }, (_, index) =>
    `${Buffer.from(JSON.stringify({ ...HEADER, x: index })).toString('base64url')}.${payload}.${signature}`)
  const verdicts = await Promise.all([...others, good, good].map(async (each) => await reasonFrom(verify(each))))
  t.equal(state.lookups, 1002)
  t.same(verdicts.slice(-3), ['credentials_invalid', 'accepted', 'accepted'])
})

t.test('forget drops what matches', async (t) => {
  const { state, text, verify } = counting()
  const [ada, eve] = [text(), text({ sub: 'eve' })]
  await verify(ada)
  await verify(eve)
  t.equal(verify.forget(({ subject }) => subject === 'eve'), 1)
  t.notOk(verify(ada) instanceof Promise)
  t.ok(verify(eve) instanceof Promise)
  t.equal(verify.forget(() => false), 0)
  t.equal(counting({ cache: 0 }).verify.forget(() => true), 0)
  t.ok(state.lookups >= 3)
})
