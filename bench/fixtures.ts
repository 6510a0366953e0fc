import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

/** What the tokens are signed with. */
export const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const
export type Algorithm = typeof ALGORITHMS[number]

/** Tokens of one algorithm and the key that proves them. */
export interface Signed {
  /** Public key, SPKI in PEM. */
  readonly pem: string
  readonly tokens: readonly string[]
  /** The same with another token's signature. */
  readonly forged: readonly string[]
  /** One whose type is plain `JWT`, for verifiers that take no access tokens of RFC 9068. */
  readonly plain: string
}

/** What every side is given, so that all of them do the same job. */
export interface Fixtures {
  readonly secret: string
  readonly wrong: string
  readonly keys: readonly string[]
  readonly signed: Readonly<Record<Algorithm, Signed>>
}

export const ISSUER = 'https://id.example'
export const AUDIENCE = 'https://api.example'
/** More than a verifier remembers, so that in turn each of them is new. */
const TOKENS = 1500
const KEYS = 1000

/** Makes what a run needs and writes it where the processes of the sides find it. */
export function writeFixtures (path: string): void {
  const signed = Object.fromEntries(ALGORITHMS.map((algorithm) => [algorithm, makeTokens(algorithm)]))
  const keys = Array.from({ length: KEYS }, () => randomBytes(32).toString('base64url'))
  writeFileSync(path, JSON.stringify({ secret: randomBytes(32).toString('base64url'), wrong: randomBytes(32).toString('base64url'), keys, signed }))
}

export function readFixtures (path: string): Fixtures {
  return JSON.parse(readFileSync(path, 'utf8')) as Fixtures // written above
}

function makeTokens (algorithm: Algorithm): Signed {
  const { publicKey, privateKey } = makePair(algorithm)
  const iat = Math.floor(Date.now() / 1000)
  const make = (i: number, typ: string): string => {
    const input = `${base64url({ alg: algorithm, typ })}.${base64url(claims(i, iat))}`
    return `${input}.${signatureOf(algorithm, input, privateKey).toString('base64url')}`
  }
  const tokens = Array.from({ length: TOKENS }, (_, i) => make(i, 'at+jwt'))
  const forged = tokens.map((token, i) => token.slice(0, token.lastIndexOf('.')) + signaturePart(tokens[(i + 1) % TOKENS] ?? ''))
  return { pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), tokens, forged, plain: make(0, 'JWT') }
}

function signaturePart (token: string): string {
  return token.slice(token.lastIndexOf('.'))
}

function claims (i: number, iat: number): object {
  return {
    iss: ISSUER,
    sub: `user-${i}`,
    aud: AUDIENCE,
    client_id: 'bench',
    scope: 'things:read things:write profile email',
    iat,
    exp: iat + 3600,
    jti: `${i}-${randomBytes(12).toString('base64url')}`
  }
}

function makePair (algorithm: Algorithm): { publicKey: KeyObject, privateKey: KeyObject } {
  switch (algorithm) {
    case 'RS256': return generateKeyPairSync('rsa', { modulusLength: 2048 })
    case 'ES256': return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    case 'EdDSA': return generateKeyPairSync('ed25519')
  }
}

function signatureOf (algorithm: Algorithm, input: string, key: KeyObject): Buffer {
  return sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(input), algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key)
}

function base64url (value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
