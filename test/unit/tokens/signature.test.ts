import { constants, createSecretKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import t from 'tap'
import { Refusal } from '../../../lib/scheme.ts'
import { parseCompact } from '../../../lib/tokens/compact.ts'
import { headerReader } from '../../../lib/tokens/header.ts'
import { jwt } from '../../../lib/tokens/jwt.ts'
import { checkJwtOptions } from '../../../lib/tokens/jwt-options.ts'
import { jwtVerifier } from '../../../lib/tokens/jwt-verifier.ts'
import { verificationKey, verifySignature } from '../../../lib/tokens/signature.ts'
import { AUDIENCE, base64url, claimsOf, ec, ec384, ed, jwkOf, mint, otherRsa, rsa, secret } from './fixtures/mint.ts'

const ISSUER = 'https://id.example'

function read (text: string) {
  const token = parseCompact(text, 8192)
  if (token === null) throw new Error('not a token')
  return token
}

const longSecret = Buffer.alloc(64, 7)
const ROWS: readonly (readonly [alg: string, key: KeyObject, signer: KeyObject | Uint8Array, bytes: number])[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg) => [alg, rsa.publicKey, rsa.privateKey, 256] as const),
  ['ES256', ec.publicKey, ec.privateKey, 64],
  ['ES384', ec384.publicKey, ec384.privateKey, 96],
  ['EdDSA', ed.publicKey, ed.privateKey, 64],
  ['Ed25519', ed.publicKey, ed.privateKey, 64],
  ['HS256', createSecretKey(longSecret), longSecret, 32],
  ['HS384', createSecretKey(longSecret), longSecret, 48],
  ['HS512', createSecretKey(longSecret), longSecret, 64]
]

t.test('a signature is right by the algorithm of the key, whatever the header says, and as long as it must be', async (t) => {
  for (const [alg, key, signer, bytes] of ROWS) {
    const prepared = verificationKey(key, alg)
    t.equal(prepared.signatureLength, bytes, alg)
    const good = mint({ header: { alg: 'none' }, payload: { a: 1 }, key: signer, signAs: alg })
    t.equal(await verifySignature(read(good), prepared), true, alg)
    const others = ROWS.filter(([name]) => name !== alg && name.slice(2) !== alg.slice(2) && /^[RPH]S/.test(alg) && name[0] === alg[0])
    for (const [other] of others) {
      const forged = mint({ header: { alg }, payload: { a: 1 }, key: signer, signAs: other })
      t.equal(await verifySignature(read(forged), prepared), false, `${alg}: ${other}`)
    }
    const twin = /^[RP]S/.test(alg) ? `${alg.startsWith('R') ? 'P' : 'R'}${alg.slice(1)}` : undefined
    const padded = twin === undefined ? undefined : mint({ header: { alg }, payload: { a: 1 }, key: signer, signAs: twin })
    if (padded !== undefined) t.equal(await verifySignature(read(padded), prepared), false, `${alg}: ${twin}`)
    const dot = good.lastIndexOf('.')
    const signature = Buffer.from(good.slice(dot + 1), 'base64url')
    const zero = Buffer.alloc(1)
    const lengths = [signature.subarray(1), signature.subarray(0, -1), Buffer.concat([signature, zero]), Buffer.concat([zero, signature])]
    for (const changed of lengths) {
      t.equal(verifySignature(read(`${good.slice(0, dot)}.${base64url(changed)}`), prepared), false, `${alg}: ${changed.length} bytes, at once`)
    }
  }
})

t.test('only what is quick is done at once', async (t) => {
  const large = generateKeyPairSync('rsa', { modulusLength: 3072 })
  const slow = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 2 ** 31 - 1 })
  const table: [name: string, alg: string, key: KeyObject, signer: KeyObject, atOnce: boolean][] = [
    ['RSA, 2048 bits', 'RS256', rsa.publicKey, rsa.privateKey, true], ['RSA-PSS, 2048 bits', 'PS256', rsa.publicKey, rsa.privateKey, true],
    ['RSA, 3072 bits', 'RS256', large.publicKey, large.privateKey, false], ['a large exponent', 'RS256', slow.publicKey, slow.privateKey, false],
    ['an elliptic curve', 'ES256', ec.publicKey, ec.privateKey, false], ['Ed25519', 'EdDSA', ed.publicKey, ed.privateKey, false]
  ]
  for (const [name, alg, key, signer, atOnce] of table) {
    const answer = verifySignature(read(mint({ header: { alg }, payload: {}, key: signer, signAs: alg })), verificationKey(key, alg))
    t.equal(answer instanceof Promise, !atOnce, name)
    t.equal(await answer, true, name)
  }
})

t.test('a salt is as long as the hash', async (t) => {
  const input = `${base64url('{}')}.${base64url('{}')}`
  for (const saltLength of [0, 31, 32, 33, constants.RSA_PSS_SALTLEN_MAX_SIGN]) {
    const signed = sign('sha256', Buffer.from(input), { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
    t.equal(await verifySignature(read(`${input}.${base64url(signed)}`), verificationKey(rsa.publicKey, 'PS256')), saltLength === 32, `${saltLength}`)
  }
})

t.test('no key is prepared for an algorithm that is not known', async (t) => {
  for (const name of ['none', 'HS1', '', '__proto__']) t.throws(() => verificationKey(rsa.publicKey, name), TypeError, name)
})

t.test('a key that was chosen by mistake is not used with another algorithm than its own', async (t) => {
  const settings = checkJwtOptions({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [jwkOf(rsa), jwkOf(ec)] } })
  const verify = jwtVerifier({ ...settings, keys: () => verificationKey(rsa.publicKey, 'RS256') }, Date.now)
  const forge = (alg: string) => mint({ header: { alg, typ: 'at+jwt' }, payload: claimsOf(ISSUER), signAs: 'RS256' })
  t.ok('subject' in await verify(forge('RS256')))
  for (const alg of ['RS384', 'PS256', 'ES256', 'EdDSA']) t.ok(await verify(forge(alg)) instanceof Refusal, alg)
})

t.test('when the signature cannot be told the token is undecided, not refused', async (t) => {
  const settings = checkJwtOptions({ issuer: ISSUER, audience: AUDIENCE, key: rsa.publicKey, algorithms: ['RS256'] })
  const broken = { ...verificationKey(rsa.publicKey, 'RS256'), hash: 'no such hash' }
  const verify = jwtVerifier({ ...settings, keys: () => broken }, Date.now)
  await t.rejects(async () => await verify(mint({ header: { alg: 'RS256', typ: 'at+jwt' }, payload: claimsOf(ISSUER) })))
})

t.test('a token of a shared secret is answered at once', async (t) => {
  const verify = jwt({ issuer: ISSUER, audience: AUDIENCE, key: secret, algorithms: ['HS256'], cache: 0 })
  const good = mint({ header: { alg: 'HS256', typ: 'at+jwt' }, payload: claimsOf(ISSUER), key: secret })
  t.match(verify(good), { subject: 'ada' })
  const other = mint({ header: { alg: 'HS256', typ: 'at+jwt' }, payload: claimsOf(ISSUER), key: Buffer.alloc(32) })
  t.ok(verify(other) instanceof Refusal)
  t.ok(verify(mint({ header: { alg: 'HS256', typ: 'at+jwt' }, payload: claimsOf(ISSUER), key: otherRsa.privateKey, signAs: 'RS256' })) instanceof Refusal)
})

t.test('a header that is known is not read again, and what is known is bounded', async (t) => {
  const { read, remember } = headerReader(new Set(['RS256']))
  const text = (kid: string) => base64url(JSON.stringify({ alg: 'RS256', kid }))
  const first = read(text('a'))
  t.not(first, read(text('a')), 'reading alone keeps nothing')
  if (first === null) throw new Error('not a header')
  remember(text('a'), first)
  t.equal(read(text('a')), first)
  t.match(read(text('b')), { kid: 'b' }, 'another header is read by itself')
  for (let index = 0; index < 100; index++) remember(text(`${index}`), first)
  t.not(read(text('a')), first, 'forgotten when there are too many')
  t.match(read(text('a')), { kid: 'a' })
})
