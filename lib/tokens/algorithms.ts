import { constants } from 'node:crypto'

/** What an algorithm asks of a key, and how `node:crypto` verifies its signatures. */
interface AlgorithmRow {
  readonly kty: 'RSA' | 'EC' | 'OKP' | 'oct'
  readonly crv?: string
  /** Least length of the key. */
  readonly bits: number
  /** `null` where the algorithm hashes by itself. */
  readonly hash: string | null
  readonly options: SignatureOptions
}

/** Options of `node:crypto`'s `verify` beside the key. */
export interface SignatureOptions {
  readonly padding?: number
  readonly saltLength?: number
  readonly dsaEncoding?: 'ieee-p1363'
}

const PKCS1: SignatureOptions = { padding: constants.RSA_PKCS1_PADDING }
/** The salt is as long as the hash, not of any length that fits (RFC 7518 §3.5). */
const PSS: SignatureOptions = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
/** R and S side by side, not in ASN.1 (RFC 7518 §3.4). */
const CONCATENATED: SignatureOptions = { dsaEncoding: 'ieee-p1363' }

/** Key lengths: RFC 7518 §3.2 (HMAC: no shorter than the hash), §3.3 and §3.5 (RSA: 2048 bits). */
const ALGORITHMS: ReadonlyMap<string, AlgorithmRow> = new Map<string, AlgorithmRow>([
  ['RS256', { kty: 'RSA', bits: 2048, hash: 'sha256', options: PKCS1 }],
  ['RS384', { kty: 'RSA', bits: 2048, hash: 'sha384', options: PKCS1 }],
  ['RS512', { kty: 'RSA', bits: 2048, hash: 'sha512', options: PKCS1 }],
  ['PS256', { kty: 'RSA', bits: 2048, hash: 'sha256', options: PSS }],
  ['PS384', { kty: 'RSA', bits: 2048, hash: 'sha384', options: PSS }],
  ['PS512', { kty: 'RSA', bits: 2048, hash: 'sha512', options: PSS }],
  ['ES256', { kty: 'EC', crv: 'P-256', bits: 256, hash: 'sha256', options: CONCATENATED }],
  ['ES384', { kty: 'EC', crv: 'P-384', bits: 384, hash: 'sha384', options: CONCATENATED }],
  ['ES512', { kty: 'EC', crv: 'P-521', bits: 521, hash: 'sha512', options: CONCATENATED }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519', bits: 255, hash: null, options: {} }],
  ['Ed25519', { kty: 'OKP', crv: 'Ed25519', bits: 255, hash: null, options: {} }],
  ['HS256', { kty: 'oct', bits: 256, hash: 'sha256', options: {} }],
  ['HS384', { kty: 'oct', bits: 384, hash: 'sha384', options: {} }],
  ['HS512', { kty: 'oct', bits: 512, hash: 'sha512', options: {} }]
])

/** Every algorithm that a key set may be used with; a secret never comes out of a set. RS256 stands first (RFC 9068 §2.1). */
export const ASYMMETRIC: readonly string[] = [...ALGORITHMS.keys()].filter((name) => !name.startsWith('HS'))

export function isAlgorithm (name: unknown): name is string {
  return typeof name === 'string' && ALGORITHMS.has(name)
}

/** RFC 9864 §2.2 renamed EdDSA on this curve; both names mean the same signature. */
export function sameAlgorithm (one: string, other: string): boolean {
  return one === other || (one === 'EdDSA' && other === 'Ed25519') || (one === 'Ed25519' && other === 'EdDSA')
}

/** All algorithms that suit a key of this type and curve, and its own `alg` if it has one. */
export function suitableAlgorithms (kty: string, crv: string | undefined, alg: string | undefined): string[] {
  return [...ALGORITHMS].filter(([name, row]) =>
    row.kty === kty && (row.crv === undefined || row.crv === crv) && (alg === undefined || sameAlgorithm(alg, name))
  ).map(([name]) => name)
}

/** Least length in bits of a key for this algorithm. */
export function leastBits (name: string): number {
  return ALGORITHMS.get(name)?.bits ?? Infinity
}

/**
 * Length in bytes of every signature of this algorithm.
 *
 * @param modulusLength bits of an RSA key, whose signatures are as long as it is (RFC 8017 §8.1.2)
 */
export function signatureLength (name: string, modulusLength = 0): number {
  const { kty, bits } = rowOf(name)
  if (kty === 'RSA') return Math.ceil(modulusLength / 8)
  return kty === 'oct' ? bits / 8 : 2 * Math.ceil(bits / 8)
}

/** How `node:crypto` verifies signatures of this algorithm. */
export function howToVerify (name: string): Pick<AlgorithmRow, 'hash' | 'options'> {
  return rowOf(name)
}

function rowOf (name: string): AlgorithmRow {
  const row = ALGORITHMS.get(name)
  if (row === undefined) throw new TypeError(`"${name}" is not a signature algorithm that is supported`)
  return row
}
