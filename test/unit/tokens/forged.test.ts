import { CompactEncrypt } from 'jose'
import t, { type Test } from 'tap'
import { Refusal } from '../../../lib/scheme.ts'
import type { Reason } from '../../../lib/errors.ts'
import type { Profile } from '../../../lib/tokens/profile.ts'
import { startIssuer } from './fixtures/issuer.ts'
import { AUDIENCE, base64url, claimsOf, ec, ec384, ed, jwkOf, mint, now, otherRsa, rsa, secret, signature } from './fixtures/mint.ts'
import { everyPath, type Path } from './fixtures/paths.ts'

/** What a row forges with: the claims and the header a good token of this run has. */
interface Workshop {
  readonly issuer: string
  readonly outside: string
  readonly header: Record<string, unknown>
  readonly jwe: string
  claims (changes?: Record<string, unknown>): Record<string, unknown>
  /** A token of the RSA key with these changes. */
  token (payload?: Record<string, unknown>, header?: Record<string, unknown>): string
  /** The same, with the texts as written. */
  text (payload: string, header?: string): string
}

interface Row {
  readonly id: string
  readonly name: string
  readonly reason: Reason
  readonly only?: Profile
  /** Set where a bare key, which has no `kid`, has nothing to compare. */
  readonly byKid?: boolean
  forge (work: Workshop): string
}

const invalid = (id: string, name: string, forge: Row['forge'], more: Partial<Row> = {}): Row =>
  ({ id, name, forge, reason: 'credentials_invalid', ...more })
const malformed = (id: string, name: string, forge: Row['forge']): Row => ({ id, name, forge, reason: 'credentials_malformed' })

const json = (value: unknown) => JSON.stringify(value)
const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString()
const der = rsa.publicKey.export({ format: 'der', type: 'spki' })
/** Scalars of P-256 in hexadecimal. */
const ZERO = '00'.repeat(32)
const ONE = '01'.padStart(64, '0')
const ORDER = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'

const UNSECURED: Row[] = ['none', 'None', 'NONE', 'nOnE', 'none ', ''].flatMap((alg) => [
  malformed('E01', `alg ${json(alg)}, no signature`, (w) => `${base64url(json({ ...w.header, alg }))}.${base64url(json(w.claims()))}.`),
  invalid('E01', `alg ${json(alg)}, someone's signature`,
    (w) => mint({ header: { ...w.header, alg }, payload: w.claims(), signAs: 'RS256' }))
])

const CONFUSED: Row[] = ([
  ['PEM', Buffer.from(pem)],
  ['PEM and newline', Buffer.from(`${pem}\n`)],
  ['PEM without its last newline', Buffer.from(pem.trimEnd())],
  ['newline and PEM', Buffer.from(`\n${pem}`)],
  ['JWK', Buffer.from(json(jwkOf(rsa)))],
  ['DER', der],
  ['modulus', Buffer.from(String(jwkOf(rsa).n), 'base64url')],
  ['nothing', Buffer.alloc(0)]
] as const).flatMap(([name, key]) => ['HS256', 'HS384', 'HS512'].map((alg) =>
  invalid('E02', `${alg} with the public key as ${name}`, (w) => mint({ header: { ...w.header, alg }, payload: w.claims(), key }))))

const ALGORITHMS: Row[] = [
  invalid('E01', 'alg missing', (w) => mint({ header: { ...w.header, alg: undefined }, payload: w.claims(), signAs: 'RS256' })),
  ...[1, null, ['RS256'], { toString: 'RS256' }, true].map((alg) => invalid('E01', `alg ${json(alg)}`,
    (w) => mint({ header: { ...w.header, alg }, payload: w.claims(), signAs: 'RS256' }))),
  ...['rs256', 'RS256 ', 'HS1', 'PBES2-HS256+A128KW', 'dir', '__proto__', 'constructor', 'toString'].map((alg) =>
    invalid('E01', `alg ${alg}`, (w) => mint({ header: { ...w.header, alg }, payload: w.claims(), signAs: 'RS256' }))),
  invalid('E04', 'PS256 with a key used for RS256', (w) => mint({ header: { ...w.header, alg: 'PS256' }, payload: w.claims() })),
  invalid('E04', 'RS512 with a key used for RS256', (w) => mint({ header: { ...w.header, alg: 'RS512' }, payload: w.claims() })),
  invalid('E04', 'RS256 over a PS256 signature', (w) => mint({ header: w.header, payload: w.claims(), signAs: 'PS256' })),
  invalid('E04', 'ES384 with the P-256 key', (w) => mint({
    header: { ...w.header, alg: 'ES384', kid: 'ec' }, payload: w.claims(), key: ec.privateKey
  })),
  invalid('E04', 'ES256 with a P-384 key', (w) => mint({
    header: { ...w.header, alg: 'ES256', kid: 'ec' }, payload: w.claims(), key: ec384.privateKey
  })),
  invalid('E04', 'RS256 that names the EC key', (w) => w.token({}, { kid: 'ec' }), { byKid: true }),
  invalid('F10', 'HS256 with the symmetric key of the set', (w) => mint({
    header: { ...w.header, alg: 'HS256', kid: 'oct' }, payload: w.claims(), key: secret
  })),
  ...['enc', 'ops', 'oaep'].map((kid) => invalid('F10', `a key of the set that is not for signatures: ${kid}`, (w) => mint({
    header: { ...w.header, kid }, payload: w.claims(), key: otherRsa.privateKey
  })))
]

const KEYS: Row[] = [
  invalid('J-07', 'signed by another key', (w) => mint({ header: w.header, payload: w.claims(), key: otherRsa.privateKey })),
  invalid('E08', 'embedded jwk', (w) => mint({
    header: { ...w.header, jwk: jwkOf(otherRsa) }, payload: w.claims(), key: otherRsa.privateKey
  })),
  ...['jku', 'x5u'].map((name) => invalid('E08', `${name} to a listener`, (w) => mint({
    header: { ...w.header, [name]: `${w.outside}/keys` }, payload: w.claims(), key: otherRsa.privateKey
  }))),
  invalid('E08', 'x5c', (w) => mint({
    header: { ...w.header, x5c: [otherRsa.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')] },
    payload: w.claims(),
    key: otherRsa.privateKey
  })),
  ...['../../dev/null', "' or 1=1 --", '__proto__', 'constructor', '', 'RSA', 'rsa ', 'http://127.0.0.1/'].map((kid) =>
    invalid('E09', `kid ${json(kid)}`, (w) => w.token({}, { kid }), { byKid: true })),
  ...[0, null, ['rsa'], { kid: 'rsa' }, true].map((kid) => invalid('E09', `kid ${json(kid)}`, (w) => w.token({}, { kid }))),
  invalid('E09', 'kid of 4 KB', (w) => w.token({}, { kid: 'k'.repeat(4096) }), { byKid: true }),
  malformed('E09', 'kid of 8 KB', (w) => w.token({}, { kid: 'k'.repeat(8192) })),
  invalid('E09', 'kid of a file of nothing, signed with nothing', (w) => mint({
    header: { ...w.header, alg: 'HS256', kid: '../../dev/null' }, payload: w.claims(), key: Buffer.alloc(0)
  }))
]

const HEADERS: Row[] = [
  ...[['x'], [], ['exp'], ['b64'], ['x', 'x'], 'x', null, {}].map((crit) =>
    invalid('E06', `crit ${json(crit)}`, (w) => w.token({}, { crit, x: 1, exp: 1 }))),
  invalid('E07', 'b64 false', (w) => w.token({}, { b64: false })),
  invalid('E07', 'b64 true', (w) => w.token({}, { b64: true })),
  invalid('E07', 'b64 false and crit', (w) => w.token({}, { b64: false, crit: ['b64'] })),
  ...['alg', 'kid', 'typ', 'crit', 'b64', 'x'].map((name) => invalid('E14', `header gives ${name} twice`, (w) =>
    w.text(json(w.claims()), json(w.header).replace('{', `{${json(name)}:"x",${json(name)}:"RS256",`)))),
  invalid('E14', 'header gives alg twice, once escaped', (w) =>
    w.text(json(w.claims()), json(w.header).replace('{', '{"\\u0061lg":"none",'))),
  ...['[]', '"x"', 'null', '1', 'true', '{'].map((text) =>
    invalid('E23', `header ${text}`, (w) => w.text(json(w.claims()), text))),
  invalid('E22', 'header in invalid UTF-8', (w) => {
    const start = json(w.header).replace(/\}$/, ',"x":"')
    const header = Buffer.concat([Buffer.from(start), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])
    const input = `${header.toString('base64url')}.${base64url(json(w.claims()))}`
    return `${input}.${signature('RS256', rsa.privateKey, input)}`
  })
]

const TYPES: Row[] = [
  ...[undefined, 'JWT', 'jwt', 'application/jwt'].map((typ) =>
    invalid('E19', `typ ${json(typ)}`, (w) => w.token({}, { typ }), { only: 'rfc9068' })),
  ...['logout+jwt', 'dpop+jwt', 'id+jwt', 'secevent+jwt', 'application/logout+jwt', 'at+jwt ', 'x/at+jwt', 'at', '', 'JOSE+JSON', 'Bearer',
    'token-introspection+jwt', 'oauth-authz-req+jwt'].map((typ) => invalid('E19', `typ ${json(typ)}`, (w) => w.token({}, { typ }))),
  ...[null, 1, ['at+jwt'], {}].map((typ) => invalid('E19', `typ ${json(typ)}`, (w) => w.token({}, { typ }))),
  ...['nonce', 'at_hash', 'c_hash', 's_hash', 'events'].map((name) =>
    invalid('E19', `ID or logout token with ${name}`, (w) => w.token({ [name]: 'x' }), { only: 'jwt' })),
  ...['id', 'refresh', '', null, 1, 'Access'].map((use) =>
    invalid('E19', `token_use ${json(use)}`, (w) => w.token({ token_use: use }), { only: 'jwt' })),
  ...['ID', 'Refresh', 'Offline', 'Logout'].map((typ) => invalid('E19', `claim typ ${typ}`, (w) => w.token({ typ }), { only: 'jwt' })),
  ...['azp', 'client_id'].map((name) => invalid('E19', `ID token whose audience is its ${name}`,
    (w) => w.token({ client_id: undefined, [name]: AUDIENCE, scope: undefined }), { only: 'jwt' }))
]

const expired = (name: string, exp: () => number): Row =>
  ({ id: 'E15', name, reason: 'token_expired', forge: (w) => w.token({ exp: exp() }) })

const EXPIRIES: Row[] = [
  expired('exp in 1970', () => 1),
  expired('exp with a fraction', () => 1500000000.5),
  expired('exp a second ago, within the tolerance of nbf', () => now() - 1),
  expired('exp this very second', now),
  invalid('E10', 'exp missing', (w) => w.token({ exp: undefined })),
  ...['"9999999999"', '""', 'null', '{}', '[]', '[9999999999]', 'true', 'false', '0', '-0', '-1', '-1e999', '1e999', '1e308',
    '9007199254740992', '9007199254740993', '9999999999', '99999999999999999999'].map((exp) =>
    invalid('E15', `exp ${exp}`, (w) => w.text(json(w.claims({ exp: undefined })).replace('{', `{"exp":${exp},`)))),
  invalid('E13', 'exp in milliseconds', (w) => w.token({ exp: Date.now() + 600000 })),
  invalid('E13', 'exp beyond maxLifetime', (w) => w.token({ exp: now() + 86400 + 3600 })),
  ...['exp', 'nbf', 'iat'].map((name) =>
    invalid('E15', `${name} NaN`, (w) => w.text(json(w.claims({ [name]: undefined })).replace('{', `{"${name}":NaN,`))))
]

const BEGINNINGS: Row[] = [
  ...['nbf', 'iat'].flatMap((name): Row[] => [
    { id: 'E16', name: `${name} in an hour`, reason: 'token_not_yet_valid', forge: (w) => w.token({ [name]: now() + 3600, exp: now() + 7200 }) },
    { id: 'E16', name: `${name} in milliseconds`, reason: 'token_not_yet_valid', forge: (w) => w.token({ [name]: Date.now() }) },
    ...['"1"', 'null', 'true', '{}', '[1]', '1e999', '-1e999', '-1'].map((value) =>
      invalid('E16', `${name} ${value}`, (w) => w.text(json(w.claims({ [name]: undefined })).replace('{', `{"${name}":${value},`))))
  ])
]

const PARTIES: Row[] = [
  ...[undefined, null, '', 'https://api.example/', 'https://api.exampl', 'xhttps://api.example', 'HTTPS://API.EXAMPLE', 1, true, {},
    [], [[AUDIENCE]], [AUDIENCE, 1], [AUDIENCE, null], ['https://other.example'], { 0: AUDIENCE, length: 1 },
    `${AUDIENCE} https://other.example`].map((aud) => invalid('E17', `aud ${json(aud)}`, (w) => w.token({ aud }))),
  invalid('E18', 'iss missing', (w) => w.token({ iss: undefined })),
  invalid('E18', 'iss with a slash', (w) => w.token({ iss: `${w.issuer}/` })),
  invalid('E18', 'iss in upper case', (w) => w.token({ iss: w.issuer.toUpperCase() })),
  invalid('E18', 'iss in an array', (w) => w.token({ iss: [w.issuer] })),
  invalid('E18', 'iss of another', (w) => w.token({ iss: 'https://evil.example' })),
  invalid('E18', 'iss begins like ours', (w) => w.token({ iss: `${w.issuer}.evil.example` })),
  invalid('E18', 'iss null', (w) => w.token({ iss: null })),
  ...[undefined, '', null, 1, ['ada'], {}].map((sub) => invalid('J-02', `sub ${json(sub)}`, (w) => w.token({ sub }))),
  ...[undefined, '', null, 1, ['x']].flatMap((value) => ['client_id', 'jti'].map((name) =>
    invalid('J-02', `${name} ${json(value)}`, (w) => w.token({ [name]: value }), { only: 'rfc9068' }))),
  invalid('J-02', 'iat missing', (w) => w.token({ iat: undefined }), { only: 'rfc9068' }),
  invalid('J-02', 'client_id not a string', (w) => w.token({ client_id: 1 }))
]

const DUPLICATES: Row[] = [
  ...['exp', 'iss', 'aud', 'sub', 'nbf', 'scope', 'client_id', 'roles'].map((name) => invalid('E14', `${name} twice`, (w) => {
    const claims = w.claims({ roles: ['user'], nbf: 1 })
    return w.text(json(claims).replace('{', `{${json(name)}:${json(claims[name])},`))
  })),
  ...['\\u0065xp', 'e\\u0078p', '\\u0065\\u0078\\u0070'].map((name) =>
    invalid('E14', `exp twice, once as ${name}`, (w) => w.text(json(w.claims()).replace('{', `{"${name}":1,`)))),
  invalid('E14', 'exp twice, spaced', (w) => w.text(json(w.claims()).replace('{', '{ "exp"\n\t :1 ,'))),
  invalid('E14', 'cnf.jkt twice', (w) => w.text(json(w.claims()).replace('{', '{"cnf":{"jkt":"a","jkt":"b"},')))
]

const PAYLOADS: Row[] = [
  ...['[]', '"x"', 'null', '1', 'true', '{', '{}', '{"exp":1}x'].map((text) => invalid('E23', `payload ${text}`, (w) => w.text(text))),
  invalid('E23', 'payload in an array', (w) => w.text(`[${json(w.claims())}]`)),
  invalid('E22', 'payload begins with a byte order mark', (w) => w.text(`\ufeff${json(w.claims())}`)),
  ...[[0xc3, 0x28], [0xff], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf4, 0x90, 0x80, 0x80]].map((bytes) =>
    invalid('E22', `payload holds ${Buffer.from(bytes).toString('hex')}`, (w) => mint({
      header: w.header,
      payload: Buffer.concat([Buffer.from(json(w.claims()).replace(/\}$/, ',"name":"')), Buffer.from(bytes), Buffer.from('"}')])
    }))),
  invalid('E29', 'claims in __proto__ only', (w) => w.text(`{"__proto__":${json(w.claims())}}`)),
  invalid('E30', 'nested JWT', (w) => w.text(w.token(), json({ ...w.header, cty: 'JWT' }))),
  invalid('E30', 'nested JWT as a JSON string', (w) => w.text(json(w.token()), json({ ...w.header, cty: 'JWT' })))
]

/** Letters of the base64url alphabet that differ in the unused bits only. */
function stray (token: string, by: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.slice(-1)) ^ by]
}

const SERIALISATIONS: Row[] = [
  ...[1, 2, 3, 8, 15].map((by) => malformed('E21', `stray bits ${by}`, (w) => stray(w.token(), by))),
  ...['=', '==', '\n', '\r\n', ' ', '\t', '\0', '%', '+', '/', '\u00e9', '\ud83d\ude00', ','].map((end) =>
    malformed('E21', `ends with ${json(end)}`, (w) => w.token() + end)),
  ...[' ', '\n', '=', '\ufeff', 'Bearer '].map((start) => malformed('E21', `begins with ${json(start)}`, (w) => start + w.token())),
  malformed('E21', 'padding inside', (w) => w.token().replace('.', '==.')),
  malformed('E21', 'newline inside', (w) => w.token().replace('.', '\n.')),
  malformed('E21', 'newline in the signature', (w) => `${w.token().slice(0, -9)}\n${w.token().slice(-9)}`),
  malformed('E21', 'one character too many', (w) => `${w.token()}AAA`),
  invalid('E21', 'one byte too many', (w) => {
    const [header, payload, signed] = w.token().split('.')
    return `${header}.${payload}.${Buffer.concat([Buffer.from(String(signed), 'base64url'), Buffer.from([0])]).toString('base64url')}`
  }),
  ...['+', '/'].map((letter) => malformed('E21', `${letter} of the plain base64 alphabet`, (w) => {
    const [header, payload, signed] = w.token().split('.')
    return `${header}.${String(payload).replace(/^.{8}/, (start) => start.slice(1) + letter)}.${signed}`
  })),
  ...['', '.', '..', '...', 'a.b', 'a.b.c', 'YQ.YQ', '.YQ.YQ', 'YQ..YQ', 'YQ.YQ.', 'YQ.YQ.YQ.YQ', 'null', '[object Object]'].map((text) =>
    malformed('E22', json(text), () => text)),
  invalid('E22', 'YQ.YQ.YQ', () => 'YQ.YQ.YQ'),
  malformed('E25', '1 MB of dots', () => '.'.repeat(1024 * 1024)),
  malformed('E25', '8 KB of dots', () => '.'.repeat(8192)),
  malformed('E25', '1 MB token', (w) => w.token({ x: 'x'.repeat(768 * 1024) })),
  malformed('E26', 'JWE', (w) => w.jwe),
  malformed('E26', 'JWE with a billion iterations', () =>
    [base64url(json({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e9, p2s: 'YQ' })), 'YQ', 'YQ', 'YQ', 'YQ'].join('.')),
  malformed('E30', 'flattened JSON serialisation', (w) => {
    const [header, payload, signed] = w.token().split('.')
    return json({ protected: header, payload, signature: signed })
  }),
  malformed('E30', 'general JSON serialisation', (w) => {
    const [header, payload, signed] = w.token().split('.')
    return json({ payload, signatures: [{ protected: header, signature: signed }] })
  })
]

const DEGENERATE: [string, string][] = [
  ['r and s zero', ZERO + ZERO], ['r the order', ORDER + ZERO], ['r and s the order', ORDER + ORDER], ['r one', ONE + ZERO],
  ['s one', ZERO + ONE]
]

const SIGNATURES: Row[] = [
  ...DEGENERATE.map(([name, hex]) => invalid('E24', `ES256 ${name}`, (w) => {
    const input = `${base64url(json({ ...w.header, alg: 'ES256', kid: 'ec' }))}.${base64url(json(w.claims()))}`
    return `${input}.${Buffer.from(hex, 'hex').toString('base64url')}`
  })),
  invalid('E24', 'Ed25519 of zeros', (w) =>
    `${base64url(json({ ...w.header, alg: 'EdDSA', kid: 'ed' }))}.${base64url(json(w.claims()))}.${base64url(new Uint8Array(64))}`),
  invalid('E24', 'ES256 in DER', (w) => {
    const input = `${base64url(json({ ...w.header, alg: 'ES256', kid: 'ec' }))}.${base64url(json(w.claims()))}`
    return `${input}.${base64url(Buffer.from('3006020101020101', 'hex'))}`
  }),
  invalid('J-06', 'RS256 of zeros', (w) => w.token().replace(/[^.]+$/, base64url(new Uint8Array(256)))),
  invalid('J-06', 'RS256 of one byte', (w) => w.token().replace(/[^.]+$/, 'AQ')),
  invalid('J-06', 'payload of another token', (w) => {
    const [header, , signed] = w.token().split('.')
    return `${header}.${base64url(json(w.claims({ sub: 'eve' })))}.${signed}`
  }),
  invalid('J-06', 'header of another token', (w) => w.token().replace(/^[^.]+/, base64url(json({ ...w.header, x: 1 }))))
]

const FORGED: Row[] = [
  ...UNSECURED, ...CONFUSED, ...ALGORITHMS, ...KEYS, ...HEADERS, ...TYPES, ...EXPIRIES, ...BEGINNINGS, ...PARTIES, ...DUPLICATES,
  ...PAYLOADS, ...SERIALISATIONS, ...SIGNATURES
]

const PROFILES: [Profile, string | undefined][] = [['rfc9068', 'at+jwt'], ['jwt', 'JWT'], ['jwt', undefined], ['jwt', 'at+jwt']]

async function workshop (issuer: string, outside: string, typ: string | undefined): Promise<Workshop> {
  const header = { alg: 'RS256', kid: 'rsa', typ }
  const claims = (changes = {}) => claimsOf(issuer, changes)
  const jwe = await new CompactEncrypt(Buffer.from(mint({ header, payload: claims() })))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', ...typ === undefined ? {} : { typ } }).encrypt(new Uint8Array(32))
  return {
    issuer,
    outside,
    header,
    jwe,
    claims,
    token: (payload = {}, changes = {}) => mint({ header: { ...header, ...changes }, payload: claims(payload), signAs: 'RS256' }),
    text: (payload, text = json(header)) => mint({ header: text, payload, signAs: 'RS256' })
  }
}

/** What each way of construction says of a token. */
async function reasons (paths: Path[], token: string): Promise<Record<string, string>> {
  const said: Record<string, string> = {}
  for (const { name, verify } of paths) {
    const verdict = await verify(token)
    said[name] = verdict instanceof Refusal ? verdict.reason : 'accepted'
  }
  return said
}

function each (paths: Path[], reason: string): Record<string, string> {
  return Object.fromEntries(paths.map(({ name }) => [name, reason]))
}

/** Time stands still, so that no limit passes while a slow machine works through the rows. */
function stopClock (t: Test) {
  const at = Date.now()
  t.intercept(Date, 'now', { value: () => at })
}

for (const [profile, typ] of PROFILES) {
  t.test(`forged tokens are refused on every path: profile ${profile}, typ ${typ}`, async (t) => {
    stopClock(t)
    const outside = await startIssuer(t)
    const { issuer, paths } = await everyPath(t, { profile })
    const work = await workshop(issuer.origin, outside.origin, typ)
    const rows = FORGED.filter(({ only }) => only === undefined || (only === profile && (only === 'rfc9068' || typ !== 'at+jwt')))
      .map((row) => ({ ...row, token: row.forge(work) }))
    const good = work.token()
    t.same(await reasons(paths, good), each(paths, 'accepted'), 'the untouched token is accepted')
    for (const { id, name, reason, byKid, token } of rows) {
      const judging = byKid === true ? paths.filter(({ knowsKid }) => knowsKid) : paths
      t.same(await reasons(judging, token), each(judging, reason), `${id} ${name}`)
    }
    t.same(await reasons(paths, good), each(paths, 'accepted'), 'the untouched token is accepted afterwards')
    t.same(outside.asked, [], 'nothing was fetched from where a token points')
    t.equal(issuer.asked.filter((url) => url === '/jwks').length, 3, 'each of the three remote paths fetched its keys once')
  })
}

t.test('what is unusual but right is accepted on every path', async (t) => {
  stopClock(t)
  const { issuer, paths } = await everyPath(t)
  const work = await workshop(issuer.origin, '', 'at+jwt')
  const rows: [string, string][] = [
    ['typ AT+JWT', work.token({}, { typ: 'AT+JWT' })],
    ['typ application/at+jwt', work.token({}, { typ: 'application/at+jwt' })],
    ['typ Application/AT+jwt', work.token({}, { typ: 'Application/AT+jwt' })],
    ['aud array holding ours', work.token({ aud: ['https://other.example', AUDIENCE] })],
    ['exp with a fraction', work.token({ exp: now() + 600.5 })],
    ['exp at the end of maxLifetime', work.token({ exp: now() + 86400 })],
    ['nbf and iat within the tolerance', work.token({ nbf: now() + 3, iat: now() + 3 })],
    ['jku, x5u, jwk and x5c beside a right signature', work.token({}, { jku: 'https://evil.example', x5u: 'x', jwk: {}, x5c: [] })],
    ['claims of an ID token, which the typ outweighs', work.token({ nonce: 'x' })],
    ['same member in two objects', work.token({ a: { exp: 1, b: [{ exp: 2 }, { exp: 3 }] } })],
    ['member name as a value', work.token({ a: 'exp', b: ['exp', 'exp'], c: '"exp":' })],
    ['scp is ignored', work.token({ scp: ['admin'] })]
  ]
  for (const [name, token] of rows) t.same(await reasons(paths, token), each(paths, 'accepted'), name)
})

t.test('keys of a set work with their own algorithm', async (t) => {
  const { issuer, paths } = await everyPath(t)
  const payload = claimsOf(issuer.origin)
  const rows = [['ES256', 'ec', ec], ['EdDSA', 'ed', ed], ['Ed25519', 'ed', ed], ['RS256', 'rsa', rsa]] as const
  for (const { name: path, verify } of paths.slice(0, 4)) {
    for (const [alg, kid, { privateKey }] of rows) {
      const verdict = await verify(mint({ header: { alg, kid, typ: 'at+jwt' }, payload, key: privateKey }))
      t.ok('subject' in verdict, `${path}: ${alg}`)
    }
    const verdict = await verify(mint({ header: { alg: 'RS256', typ: 'at+jwt' }, payload }))
    t.equal(verdict instanceof Refusal && verdict.reason, 'credentials_invalid', `${path}: no kid while there are several keys`)
  }
})
