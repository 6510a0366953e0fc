import { constants, generateKeyPairSync, sign, verify as verifyBytes } from 'node:crypto'
import { createLocalJWKSet, jwtVerify, type JWTVerifyOptions } from 'jose'
import { customFetch, validateJwtAccessToken } from 'oauth4webapi'
import t from 'tap'
import { jwt } from '../../../lib/tokens/jwt.ts'
import { AUDIENCE, base64url, claimsOf, ec, ec384, ed, jwkOf, mint, now, otherRsa, rsa, secret, type Pair } from './fixtures/mint.ts'
import { MUTATIONS, seeded, toDer } from './fixtures/mutations.ts'

const SEED = 20260704
const ISSUER = 'https://id.example'
const KEYS: Readonly<Record<string, Pair>> = {
  RS256: rsa, PS256: otherRsa, ES256: ec, ES384: ec384, ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }), EdDSA: ed
}
const JWKS = { keys: Object.entries(KEYS).map(([kid, pair]) => jwkOf(pair, kid === 'EdDSA' ? { kid } : { kid, alg: kid })) }
const ALGORITHMS = Object.keys(KEYS)
/** Tokens per algorithm: the slow curves have fewer. `signed` of them are signed, the others are made of these. */
const LOTS: readonly (readonly [alg: string, signed: number, judged: number])[] = [
  ['HS256', 3000, 32000], ['RS256', 250, 26000], ['PS256', 250, 12000], ['ES256', 2000, 16000], ['EdDSA', 2000, 15000],
  ['ES384', 100, 1500], ['ES512', 60, 800]
]
/** Every so many tokens are also judged by oauth4webapi, and everything that is accepted at least once in so many. */
const SAMPLE = 40

type Judge = (token: string) => Promise<boolean>
interface Candidate { readonly token: string, readonly how: string, readonly alg: string }

const OURS = { issuer: ISSUER, audience: AUDIENCE, cache: 0 }
const bySet = jwt({ ...OURS, jwks: JWKS, algorithms: ALGORITHMS })
const bySecret = jwt({ ...OURS, key: secret, algorithms: ['HS256'] })
const ours = (alg: string): Judge => async (token) => 'subject' in await (alg === 'HS256' ? bySecret : bySet)(token)

const set = createLocalJWKSet(JWKS)
const RULES: JWTVerifyOptions = { issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt', requiredClaims: ['exp', 'sub', 'client_id', 'iat', 'jti'] }
const joses = (alg: string): Judge => async (token) => {
  const judging = alg === 'HS256'
    ? jwtVerify(token, secret, { ...RULES, algorithms: ['HS256'] })
    : jwtVerify(token, set, { ...RULES, algorithms: ALGORITHMS })
  return await judging.then(() => true, () => false)
}

const server = { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` }
const oauth: Judge = async (token) => {
  try {
    const request = new Request('https://api.example/', { headers: { authorization: `Bearer ${token}` } })
    await validateJwtAccessToken(server, request, AUDIENCE, {
      signingAlgorithms: ALGORITHMS, [customFetch]: async () => Response.json(JWKS)
    })
    return true
  } catch {
    return false
  }
}

const HEADERS: readonly Record<string, unknown>[] = [
  { x: 1 }, { cty: 'JWT' }, { jku: 'https://evil.example' }, { jwk: jwkOf(otherRsa) }, { crit: ['exp'], exp: 1 }, { crit: [] },
  { b64: false, crit: ['b64'] }, { b64: true }, { typ: 'JWT' }, { typ: 'application/at+jwt' }, { typ: undefined }, { kid: 'x' }, { kid: undefined },
  { alg: 'none' }, { alg: 'RS512' }, { alg: 'PS256' }, { alg: 'ES384' }, { alg: 'HS256' }
]
const CLAIMS: readonly Record<string, unknown>[] = [
  { exp: 1 }, { exp: '9999999999' }, { exp: undefined }, { exp: 0 }, { nbf: 9999999999 }, { nbf: '1' }, { iat: 9999999999 }, { iat: null },
  { aud: 'https://other.example' }, { aud: ['https://other.example', AUDIENCE] }, { aud: [] }, { aud: undefined }, { iss: `${ISSUER}/` },
  { iss: [ISSUER] }, { sub: 1 }, { sub: undefined }, { jti: undefined }, { client_id: undefined }, { scope: ['a'] }, { nested: { exp: 1 } }
]

/** Signed tokens of one algorithm: good ones, and ones whose words are wrong. */
function signedTokens (alg: string, count: number): Candidate[] {
  const key = KEYS[alg]?.privateKey ?? secret
  const header = { alg, typ: 'at+jwt', ...alg !== 'HS256' && { kid: alg } }
  return Array.from({ length: count }, (_, index) => {
    const claims = claimsOf(ISSUER, { jti: `${alg} ${index}`, exp: now() + 3600 })
    const draft = { key, signAs: alg }
    const [more, changes] = [HEADERS[(index >> 2) % HEADERS.length], CLAIMS[(index >> 2) % CLAIMS.length]]
    if (index % 4 === 1) return { alg, how: `signed header ${JSON.stringify(more)}`, token: mint({ ...draft, header: { ...header, ...more }, payload: claims }) }
    if (index % 4 === 2) return { alg, how: `signed claims ${JSON.stringify(changes)}`, token: mint({ ...draft, header, payload: { ...claims, ...changes } }) }
    return { alg, how: 'good', token: mint({ ...draft, header, payload: claims }) }
  })
}

/** PS256 with every salt but that of RFC 7518 §3.5. */
function oddSalts (): Candidate[] {
  const input = `${base64url(JSON.stringify({ alg: 'PS256', kid: 'PS256', typ: 'at+jwt' }))}.${base64url(JSON.stringify(claimsOf(ISSUER)))}`
  return [0, 1, 20, 31, 33, 64, constants.RSA_PSS_SALTLEN_MAX_SIGN].map((saltLength) => {
    const signed = sign('sha256', Buffer.from(input), { key: otherRsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
    return { alg: 'PS256', how: `salt of ${saltLength}`, token: `${input}.${signed.toString('base64url')}` }
  })
}

function * candidates (alg: string, signed: number, judged: number): Generator<Candidate> {
  const random = seeded(SEED + signed)
  const stock = signedTokens(alg, signed)
  yield * stock
  const ways = Object.entries(MUTATIONS)
  for (let index = stock.length; index < judged; index++) {
    const [from, other] = [stock[Math.floor(random() * stock.length / 4) * 4], stock[Math.floor(random() * stock.length)]]
    const way = ways[index % ways.length]
    if (from === undefined || other === undefined || way === undefined) throw new Error('there is nothing to choose from')
    yield { alg, how: way[0], token: way[1](from.token, { random, alg, other: other.token }) }
  }
}

interface Findings { judged: number, accepted: number, lenient: string[], strict: Map<string, number>, refusedGood: string[] }

/** Asks both, and the third of some; what we accept and another refuses is a finding. */
async function compare (tokens: Iterable<Candidate>, mine: (alg: string) => Judge, findings: Findings): Promise<void> {
  const judge = async ({ token, how, alg }: Candidate, index: number): Promise<void> => {
    const [we, they] = await Promise.all([mine(alg)(token), joses(alg)(token)])
    findings.judged++
    if (we) findings.accepted++
    if (we && !they) findings.lenient.push(`${alg} ${how}`)
    if (!we && they) findings.strict.set(how, (findings.strict.get(how) ?? 0) + 1)
    if (how === 'good' && !(we && they)) findings.refusedGood.push(`${alg} ${how}`)
    if (alg === 'HS256' || index % SAMPLE !== 0) return
    const third = await oauth(token)
    if (we && !third) findings.lenient.push(`${alg} ${how} (oauth4webapi)`)
    if (how === 'good' && !third) findings.refusedGood.push(`${alg} ${how} (oauth4webapi)`)
  }
  let batch: Promise<void>[] = []
  let index = 0
  for (const candidate of tokens) {
    batch.push(judge(candidate, index++))
    if (batch.length < 16) continue
    await Promise.all(batch)
    batch = []
  }
  await Promise.all(batch)
}

// A minute of work for one core that is free; a busy one needs longer.
t.setTimeout(600_000)

const nothing = (): Findings => ({ judged: 0, accepted: 0, lenient: [], strict: new Map(), refusedGood: [] })

t.test('nothing is accepted that jose or oauth4webapi refuse', async (t) => {
  const all = nothing()
  for (const [alg, signed, judged] of LOTS) {
    const { judged: before, accepted } = all
    await compare(candidates(alg, signed, judged), ours, all)
    t.comment(`seed ${SEED}, ${alg}: ${all.judged - before} tokens, ${all.accepted - accepted} accepted`)
    t.ok(all.accepted > accepted, `${alg} accepts`)
  }
  await compare(oddSalts(), ours, all)
  t.ok(all.judged >= 100_000, `${all.judged} tokens`)
  t.same(all.lenient, [], 'accepted here only')
  t.same(all.refusedGood, [], 'good tokens are accepted by all')
  t.comment('refused here only:', Object.fromEntries(all.strict))
})

t.test('either scalar of the two is the right one, so that a signature is no name of a token', async (t) => {
  for (const alg of ['ES256', 'ES384', 'ES512']) {
    const [good] = signedTokens(alg, 1)
    const twin = MUTATIONS['n - s']?.(good?.token ?? '', { random: seeded(1), alg, other: '' }) ?? ''
    t.not(twin, good?.token)
    for (const judge of [ours(alg), joses(alg), oauth]) t.ok(await judge(twin), alg)
  }
})

/** What a careless implementation would take. */
const PLANTED: Readonly<Record<string, (alg: string) => Judge>> = {
  'takes ASN.1': (alg) => async (token) => await ours(alg)(token) || (alg === 'ES256' && (await withSignature(token, (signature) => verifyBytes(
    'sha256', signedPart(token), ec.publicKey, signature)))),
  'takes any salt': (alg) => async (token) => await ours(alg)(token) || (alg === 'PS256' && (await withSignature(token, (signature) => verifyBytes(
    'sha256', signedPart(token), { key: otherRsa.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }, signature)))),
  'skips what is no base64url': (alg) => async (token) => await ours(alg)(token.replace(/[^\w.-]/g, '')),
  'takes longer signatures': (alg) => async (token) => await ours(alg)(await withSignature(token, (signature) =>
    `${signedPart(token).toString()}.${signature.subarray(0, 64).toString('base64url')}`)),
  'looks at no claims': (alg) => async (token) => await ours(alg)(token) || (alg === 'ES256' && (await withSignature(token, (signature) => verifyBytes(
    'sha256', signedPart(token), { key: ec.publicKey, dsaEncoding: 'ieee-p1363' }, signature))))
}

function signedPart (token: string): Buffer {
  return Buffer.from(token.slice(0, Math.max(0, token.lastIndexOf('.'))))
}

async function withSignature<T> (token: string, use: (signature: Buffer) => T): Promise<T> {
  return use(Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url'))
}

t.test('a verifier that takes more would be found', async (t) => {
  for (const [name, planted] of Object.entries(PLANTED)) {
    const found = nothing()
    for (const alg of ['ES256', 'EdDSA']) await compare(candidates(alg, 100, 400), planted, found)
    await compare(oddSalts(), planted, found)
    t.ok(found.lenient.length > 0, `${name}: ${found.lenient.length} times`)
  }
  const honest = nothing()
  for (const alg of ['ES256', 'EdDSA']) await compare(candidates(alg, 100, 400), ours, honest)
  t.same(honest.lenient, [])
})

t.test('signatures are rewritten in ASN.1 as others write them', async (t) => {
  const data = Buffer.from('data')
  for (const pair of [ec, ec384, KEYS.ES512]) {
    if (pair === undefined) throw new Error('no key')
    const signature = sign('sha256', data, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' })
    t.ok(verifyBytes('sha256', data, pair.publicKey, toDer(signature)))
  }
})
