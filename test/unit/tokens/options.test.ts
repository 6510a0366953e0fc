import { createSecretKey, generateKeyPairSync, webcrypto } from 'node:crypto'
import t from 'tap'
import { Refusal } from '../../../lib/scheme.ts'
import { jwt } from '../../../lib/tokens/jwt.ts'
import type { JwtOptions } from '../../../lib/tokens/jwt-options.ts'
import { JWKS } from './fixtures/paths.ts'
import { AUDIENCE, claimsOf, ec, ec384, ed, jwkOf, mint, otherRsa, rsa, secret, weakRsa } from './fixtures/mint.ts'

const ISSUER = 'https://id.example'
const BASE = { issuer: ISSUER, audience: AUDIENCE }

/** Whatever an application might pass, types aside. */
function attempt (options: unknown): unknown {
  try {
    return jwt(options as JwtOptions)
  } catch (error) {
    return error
  }
}

t.test('options that are not valid stop the application and name the option', async (t) => {
  const rows: [string, unknown, RegExp][] = [
    ['no options', undefined, /`options`/],
    ['null', null, /`options`/],
    ['text', 'https://id.example', /`options`/],
    ['unknown option', { ...BASE, audiences: ['x'] }, /`audiences` no such option/],
    ['no issuer', { audience: AUDIENCE }, /`issuer`/],
    ['empty issuer', { ...BASE, issuer: ' ' }, /`issuer`/],
    ['issuer array', { ...BASE, issuer: [ISSUER] }, /`issuer`/],
    ['issuer RegExp', { ...BASE, issuer: /id/ }, /`issuer`/],
    ['no audience', { issuer: ISSUER }, /`audience`/],
    ['empty audience', { ...BASE, audience: '' }, /`audience`/],
    ['no audiences', { ...BASE, audience: [] }, /`audience`/],
    ['empty audience among others', { ...BASE, audience: [AUDIENCE, ''] }, /`audience`/],
    ['audience RegExp', { ...BASE, audience: /api/ }, /`audience`/],
    ['audience undefined in array', { ...BASE, audience: [undefined] }, /`audience`/],
    ['profile', { ...BASE, profile: 'lenient' }, /`profile`/],
    ['profile null', { ...BASE, profile: null }, /`profile`/],
    ...[NaN, Infinity, -1, 61, '5', null, true].map((value): [string, unknown, RegExp] =>
      [`clockTolerance ${value}`, { ...BASE, clockTolerance: value }, /`clockTolerance`/]),
    ...[NaN, Infinity, 0, -1, '3600', null, true].map((value): [string, unknown, RegExp] =>
      [`maxLifetime ${value}`, { ...BASE, maxLifetime: value }, /`maxLifetime`/]),
    ...[NaN, Infinity, 0, 63, 65537, 100.5, '8192', null].map((value): [string, unknown, RegExp] =>
      [`maxLength ${value}`, { ...BASE, maxLength: value }, /`maxLength`/]),
    ...[NaN, Infinity, -1, 1.5, 1000001, '10', null, true].map((value): [string, unknown, RegExp] =>
      [`cache ${value}`, { ...BASE, cache: value }, /`cache`/]),
    ...[[], 'RS256', ['none'], ['NONE'], ['RS256', 'none'], ['rs256'], [undefined], [1], ['__proto__'], ['RS1'], {}]
      .map((value): [string, unknown, RegExp] => [`algorithms ${JSON.stringify(value)}`, { ...BASE, algorithms: value }, /`algorithms`/]),
    ['secret algorithm for discovery', { ...BASE, algorithms: ['HS256'] }, /`algorithms`.*public/],
    ['secret algorithm for a set', { ...BASE, jwks: JWKS, algorithms: ['RS256', 'HS256'] }, /`algorithms`.*public/],
    ['jwks and key', { ...BASE, jwks: JWKS, key: jwkOf(rsa, { alg: 'RS256' }) }, /`key`.*not both/]
  ]
  for (const [name, options, message] of rows) t.match(attempt(options), { code: 'FST_SECURITY_VERIFIER_INVALID', message }, name)
})

t.test('addresses are https, or http on loopback, and hold no user', async (t) => {
  const good = ['https://id.example', 'https://id.example:8443/tenant', 'http://localhost:1', 'http://127.0.0.1', 'http://127.1.2.3',
    'http://127.1', 'http://[::1]:8080/x', 'HTTPS://id.example']
  const bad = ['', ' ', 'id.example', '/jwks', 'http://id.example', 'http://10.0.0.1', 'http://localhost.evil.example',
    'http://127.0.0.1.evil.example', 'http://[::2]', 'http://[::ffff:10.0.0.1]', 'http://0.0.0.0', 'ftp://id.example',
    'file:///etc/passwd', 'data:application/json,{}',
    'https://user@id.example', 'https://user:canary@id.example', 'https://:canary@id.example', 'http://localhost@evil.example']
  for (const url of good) {
    t.type(attempt({ ...BASE, issuer: url }), 'function', url)
    t.type(attempt({ ...BASE, jwks: url }), 'function', url)
    t.type(attempt({ ...BASE, jwks: new URL(url) }), 'function', url)
  }
  for (const url of bad) {
    const errors = [attempt({ ...BASE, issuer: url }), attempt({ ...BASE, jwks: url })]
    if (URL.canParse(url)) errors.push(attempt({ ...BASE, jwks: new URL(url) }))
    for (const error of errors) {
      t.match(error, { code: 'FST_SECURITY_VERIFIER_INVALID', message: /`(issuer|jwks)`/ }, url)
      t.notOk(String(error).includes('canary'), url)
    }
  }
  for (const url of ['https://id.example?x', 'https://id.example/#x', 'https://id.example/?']) {
    t.match(attempt({ ...BASE, issuer: url }), { message: /no query/ }, url)
    t.type(attempt({ ...BASE, issuer: url, jwks: 'https://id.example/jwks' }), 'function', `${url} without discovery`)
  }
  t.type(attempt({ ...BASE, issuer: 'urn:example', jwks: 'https://id.example/jwks' }), 'function', 'any issuer without discovery')
})

t.test('key sets hold a key that can be used, and none that must not be', async (t) => {
  const oct = { kty: 'oct', k: secret.toString('base64url') }
  const rows: [string, unknown, RegExp][] = [
    ['null', null, /JSON Web Key Set/],
    ['number', 1, /JSON Web Key Set/],
    ['a key', jwkOf(rsa), /JSON Web Key Set/],
    ['array', [jwkOf(rsa)], /JSON Web Key Set/],
    ['keys no array', { keys: {} }, /JSON Web Key Set/],
    ['empty', { keys: [] }, /no public key/],
    ['secret', { keys: [oct] }, /no public key/],
    ['for encryption', { keys: [jwkOf(rsa, { use: 'enc' })] }, /no public key/],
    ['not to verify', { keys: [jwkOf(rsa, { key_ops: ['sign'] })] }, /no public key/],
    ['operations no array', { keys: [jwkOf(rsa, { key_ops: 'verify' })] }, /no public key/],
    ['other algorithm', { keys: [jwkOf(rsa, { alg: 'RSA-OAEP' })] }, /no public key/],
    ['algorithm of another curve', { keys: [jwkOf(ec384, { alg: 'ES256' })] }, /no public key/],
    ['algorithm of another type', { keys: [jwkOf(ec, { alg: 'RS256' })] }, /no public key/],
    ['kid no string', { keys: [jwkOf(rsa, { kid: 1 })] }, /no public key/],
    ['members no objects', { keys: [null, 1, 'x', []] }, /no public key/],
    ['weak', { keys: [jwkOf(weakRsa)] }, /1024 bits/],
    ['weak among others', { keys: [jwkOf(rsa), jwkOf(weakRsa)] }, /1024 bits/],
    ['private', { keys: [rsa.privateKey.export({ format: 'jwk' })] }, /private/],
    ['private EC', { keys: [ec.privateKey.export({ format: 'jwk' })] }, /private/],
    ['not on the curve', { keys: [{ ...jwkOf(ec), y: jwkOf(ec).x }] }, /not valid/],
    ['no modulus', { keys: [{ kty: 'RSA', e: 'AQAB' }] }, /not valid/],
    ['more than a hundred', { keys: Array.from({ length: 101 }, () => jwkOf(rsa)) }, /more than 100/]
  ]
  for (const [name, jwks, message] of rows) t.match(attempt({ ...BASE, jwks }), { code: 'FST_SECURITY_VERIFIER_INVALID', message }, name)
  t.match(attempt({ ...BASE, jwks: { keys: [jwkOf(rsa)] }, algorithms: ['ES256'] }), { message: /no public key/ }, 'algorithms exclude it')
})

t.test('a key is strong, public, and used with one algorithm that suits it', async (t) => {
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey
  const ed448 = generateKeyPairSync('ed448').publicKey
  const k256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey
  const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const der = rsa.publicKey.export({ format: 'der', type: 'spki' })
  const rows: [string, unknown, string[] | undefined, RegExp][] = [
    ['null', null, undefined, /`key`/],
    ['text', 'canary-secret-of-more-than-32-bytes!', ['HS256'], /`key`/],
    ['PEM text', pem, ['RS256'], /`key`/],
    ['pair', { publicKey: rsa.publicKey }, ['RS256'], /`key`/],
    ['array', [secret], ['HS256'], /`key`/],
    ['RSA JWK without alg', jwkOf(rsa), undefined, /exactly one/],
    ['RSA KeyObject', rsa.publicKey, undefined, /exactly one/],
    ['RSA with two algorithms', rsa.publicKey, ['RS256', 'PS256'], /exactly one/],
    ['secret without algorithm', secret, undefined, /exactly one/],
    ['secret JWK without alg', { kty: 'oct', k: secret.toString('base64url') }, undefined, /exactly one/],
    ['secret with two algorithms', Buffer.alloc(64, 1), ['HS256', 'HS512'], /exactly one/],
    ['weak RSA', weakRsa.publicKey, ['RS256'], /1024 bits.*2048/],
    ['weak RSA JWK', jwkOf(weakRsa, { alg: 'RS256' }), undefined, /1024 bits.*2048/],
    ['no secret', new Uint8Array(0), ['HS256'], /empty/],
    ['31 bytes', secret.subarray(1), ['HS256'], /248 bits.*256/],
    ['31 bytes as KeyObject', createSecretKey(secret.subarray(1)), ['HS256'], /248 bits.*256/],
    ['31 bytes as JWK', { kty: 'oct', alg: 'HS256', k: secret.subarray(1).toString('base64url') }, undefined, /248 bits.*256/],
    ['32 bytes for HS384', secret, ['HS384'], /256 bits.*384/],
    ['48 bytes for HS512', Buffer.alloc(48, 1), ['HS512'], /384 bits.*512/],
    ['k with padding', { kty: 'oct', alg: 'HS256', k: `${secret.toString('base64url')}=` }, undefined, /`k`/],
    ['k missing', { kty: 'oct', alg: 'HS256' }, undefined, /`k`/],
    ['PEM as a secret', Buffer.from(pem), ['HS256'], /not a shared secret/],
    ['newline and PEM as a secret', Buffer.from(`\n${pem}`), ['HS256'], /not a shared secret/],
    ['JWK as a secret', Buffer.from(JSON.stringify(jwkOf(rsa))), ['HS256'], /not a shared secret/],
    ['DER as a secret', new Uint8Array(der), ['HS256'], /not a shared secret/],
    ['RSA for HS256', rsa.publicKey, ['HS256'], /cannot be used with HS256/],
    ['secret for RS256', secret, ['RS256'], /cannot be used with RS256/],
    ['EC for RS256', ec.publicKey, ['RS256'], /cannot be used with RS256/],
    ['RSA for ES256', rsa.publicKey, ['ES256'], /cannot be used with ES256/],
    ['P-384 for ES256', ec384.publicKey, ['ES256'], /cannot be used with ES256/],
    ['P-256 for ES384', jwkOf(ec), ['ES384'], /cannot be used with ES384/],
    ['Ed25519 for ES256', ed.publicKey, ['ES256'], /cannot be used with ES256/],
    ['JWK alg beside algorithms', jwkOf(rsa, { alg: 'RS256' }), ['PS256'], /cannot be used with PS256/],
    ['JWK alg of another type', jwkOf(ec, { alg: 'RS256' }), undefined, /suits no/],
    ['JWK alg of another curve', jwkOf(ec384, { alg: 'ES256' }), undefined, /suits no/],
    ['JWK alg none', jwkOf(rsa, { alg: 'none' }), undefined, /suits no/],
    ['JWK alg no string', jwkOf(rsa, { alg: 1 }), undefined, /`alg`/],
    ['JWK kid no string', jwkOf(rsa, { alg: 'RS256', kid: 1 }), undefined, /`kid`/],
    ['JWK for encryption', jwkOf(rsa, { alg: 'RS256', use: 'enc' }), undefined, /`use`/],
    ['JWK of unknown type', { kty: 'X', alg: 'RS256' }, undefined, /not valid/],
    ['private KeyObject', rsa.privateKey, ['RS256'], /private/],
    ['private JWK', { ...rsa.privateKey.export({ format: 'jwk' }), alg: 'RS256' }, undefined, /private/],
    ['RSA-PSS KeyObject', pss, ['PS256'], /not supported/],
    ['Ed448', ed448, undefined, /not supported/],
    ['secp256k1', k256, undefined, /suits no/]
  ]
  for (const [name, key, algorithms, message] of rows) {
    const error = attempt({ ...BASE, key, algorithms })
    t.match(error, { code: 'FST_SECURITY_VERIFIER_INVALID', message }, name)
    t.notOk(String(error).includes('canary'), name)
  }
})

t.test('CryptoKeys are checked alike', async (t) => {
  const { subtle } = webcrypto
  const rsassa = (hash: string, modulusLength = 2048) => subtle.generateKey(
    { name: 'RSASSA-PKCS1-v1_5', hash, modulusLength, publicExponent: new Uint8Array([1, 0, 1]) }, false, ['sign', 'verify'])
  const { publicKey, privateKey } = await rsassa('SHA-256')
  const oaep = await subtle.importKey('spki', rsa.publicKey.export({ format: 'der', type: 'spki' }),
    { name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['encrypt'])
  const hmac = (length: number, usages: ('sign' | 'verify')[] = ['verify']) =>
    subtle.importKey('raw', secret.subarray(0, length), { name: 'HMAC', hash: 'SHA-256' }, false, usages)
  const rows: [string, unknown, string[] | undefined, RegExp][] = [
    ['private', privateKey, undefined, /private/],
    ['weak', (await rsassa('SHA-256', 1024)).publicKey, undefined, /1024 bits/],
    ['RS256 for PS256', publicKey, ['PS256'], /cannot be used with PS256/],
    ['RS256 for RS384', publicKey, ['RS384'], /cannot be used with RS384/],
    ['SHA-1', (await rsassa('SHA-1')).publicKey, undefined, /suits no/],
    ['for encryption', oaep, undefined, /`verify`/],
    ['31 bytes', await hmac(31), undefined, /248 bits/],
    ['only to sign', await hmac(32, ['sign']), undefined, /`verify`/]
  ]
  for (const [name, key, algorithms, message] of rows) t.match(attempt({ ...BASE, key, algorithms }), { message }, name)
})

t.test('the algorithm follows from the key where it can', async (t) => {
  const { subtle } = webcrypto
  const spki = (pair: typeof rsa, algorithm: Parameters<typeof subtle.importKey>[2]) =>
    subtle.importKey('spki', pair.publicKey.export({ format: 'der', type: 'spki' }), algorithm, false, ['verify'])
  const long = Buffer.alloc(64, 7)
  const hmac = await subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
  const rows: [string, JwtOptions['key'], string[] | undefined, string, Parameters<typeof mint>[0]['key']][] = [
    ['EC KeyObject', ec.publicKey, undefined, 'ES256', ec.privateKey],
    ['P-384 KeyObject', ec384.publicKey, undefined, 'ES384', ec384.privateKey],
    ['EC JWK', jwkOf(ec), undefined, 'ES256', ec.privateKey],
    ['Ed25519 KeyObject', ed.publicKey, undefined, 'EdDSA', ed.privateKey],
    ['Ed25519 JWK by its new name', jwkOf(ed, { alg: 'EdDSA' }), undefined, 'Ed25519', ed.privateKey],
    ['RSA JWK with alg', jwkOf(rsa, { alg: 'PS256' }), undefined, 'PS256', rsa.privateKey],
    ['RSA KeyObject', rsa.publicKey, ['RS512'], 'RS512', rsa.privateKey],
    ['secret', secret, ['HS256'], 'HS256', secret],
    ['secret KeyObject', createSecretKey(long), ['HS512'], 'HS512', long],
    ['secret JWK', { kty: 'oct', alg: 'HS384', k: long.toString('base64url') }, undefined, 'HS384', long],
    ['CryptoKey RS', await spki(rsa, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' }), undefined, 'RS384', rsa.privateKey],
    ['CryptoKey PS', await spki(rsa, { name: 'RSA-PSS', hash: 'SHA-256' }), undefined, 'PS256', rsa.privateKey],
    ['CryptoKey EC', await spki(ec, { name: 'ECDSA', namedCurve: 'P-256' }), undefined, 'ES256', ec.privateKey],
    ['CryptoKey Ed25519', await spki(ed, { name: 'Ed25519' }), undefined, 'EdDSA', ed.privateKey],
    ['CryptoKey HMAC', hmac, undefined, 'HS256', secret]
  ]
  const payload = claimsOf(ISSUER)
  for (const [name, key, algorithms, alg, signer] of rows) {
    const verify = jwt({ ...BASE, key, algorithms })
    const verdict = await verify(mint({ header: { alg, typ: 'at+jwt' }, payload, key: signer! }))
    t.equal(verdict instanceof Refusal ? verdict.reason : 'accepted', 'accepted', name)
    for (const other of ['RS256', 'PS256', 'RS384', 'ES256', 'HS256'].filter((each) => each !== alg)) {
      const forged = mint({ header: { alg: other, typ: 'at+jwt' }, payload, key: signer!, signAs: alg })
      t.ok(await verify(forged) instanceof Refusal, `${name}: header says ${other}`)
    }
  }
})

t.test('a key of a set without alg is used with the first algorithm in use that suits it', async (t) => {
  const payload = claimsOf(ISSUER)
  const rows: [string[] | undefined, string, string][] = [
    [undefined, 'RS256', 'PS256'], [['PS256'], 'PS256', 'RS256'], [['ES256', 'PS384', 'RS256'], 'PS384', 'RS256']
  ]
  for (const [algorithms, right, wrong] of rows) {
    const verify = jwt({ ...BASE, jwks: { keys: [jwkOf(rsa)] }, algorithms })
    t.notOk(await verify(mint({ header: { alg: right, typ: 'at+jwt' }, payload })) instanceof Refusal, `${algorithms}: ${right}`)
    t.ok(await verify(mint({ header: { alg: wrong, typ: 'at+jwt' }, payload })) instanceof Refusal, `${algorithms}: ${wrong}`)
  }
})

t.test('one key without kid serves tokens without kid, two keys of one kid serve none', async (t) => {
  const payload = claimsOf(ISSUER)
  const sign = (kid: string | undefined, pair = rsa) =>
    mint({ header: { alg: 'RS256', typ: 'at+jwt', kid }, payload, key: pair.privateKey })
  const rows: [string, object[], string, boolean][] = [
    ['one key, no kid', [jwkOf(rsa)], sign(undefined), true],
    ['one key with kid, token without', [jwkOf(rsa, { kid: 'a' })], sign(undefined), true],
    ['one key without kid, token with', [jwkOf(rsa)], sign('a'), false],
    ['two keys, no kid', [jwkOf(rsa), jwkOf(otherRsa)], sign(undefined), false],
    ['two keys, no kid, other type', [jwkOf(rsa), jwkOf(ec)], sign(undefined), false],
    ['one kid twice', [jwkOf(rsa, { kid: 'a' }), jwkOf(otherRsa, { kid: 'a' })], sign('a'), false],
    ['one kid twice, the second signed', [jwkOf(rsa, { kid: 'a' }), jwkOf(otherRsa, { kid: 'a' })], sign('a', otherRsa), false],
    ['one kid for two types', [jwkOf(ec, { kid: 'a' }), jwkOf(rsa, { kid: 'a' })], sign('a'), true],
    ['a secret beside does not count', [jwkOf(rsa), { kty: 'oct', k: 'AQ' }], sign(undefined), true]
  ]
  for (const [name, keys, token, accepted] of rows) {
    const verdict = await jwt({ ...BASE, jwks: { keys } as NonNullable<JwtOptions['jwks']> })(token)
    t.equal(!(verdict instanceof Refusal), accepted, name)
  }
})

t.test('what is passed in is neither changed nor kept', async (t) => {
  const jwks = { keys: [jwkOf(rsa, { kid: 'a' })] }
  const before = structuredClone(jwks)
  const audience = [AUDIENCE]
  const bytes = Uint8Array.from(secret)
  const bySet = jwt(Object.freeze({ ...BASE, audience, jwks }))
  const bySecret = jwt({ ...BASE, key: bytes, algorithms: ['HS256'] })
  const payload = claimsOf(ISSUER)
  audience[0] = 'changed'
  bytes.fill(0)
  t.notOk(await bySet(mint({ header: { alg: 'RS256', typ: 'at+jwt', kid: 'a' }, payload })) instanceof Refusal)
  t.notOk(await bySecret(mint({ header: { alg: 'HS256', typ: 'at+jwt' }, payload, key: secret })) instanceof Refusal)
  t.same(jwks, before)
  jwks.keys[0] = jwkOf(otherRsa, { kid: 'a' })
  t.ok(await bySet(mint({ header: { alg: 'RS256', typ: 'at+jwt', kid: 'a' }, payload, key: otherRsa.privateKey })) instanceof Refusal)
})
