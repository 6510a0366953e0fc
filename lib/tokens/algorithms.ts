/** The key type, curve and least key length that an algorithm asks for. */
interface AlgorithmRow {
  readonly kty: 'RSA' | 'EC' | 'OKP' | 'oct'
  readonly crv?: string
  readonly bits: number
}

/** Key lengths: RFC 7518 §3.2 (HMAC: no shorter than the hash), §3.3 and §3.5 (RSA: 2048 bits). */
const ALGORITHMS: ReadonlyMap<string, AlgorithmRow> = new Map<string, AlgorithmRow>([
  ['RS256', { kty: 'RSA', bits: 2048 }],
  ['RS384', { kty: 'RSA', bits: 2048 }],
  ['RS512', { kty: 'RSA', bits: 2048 }],
  ['PS256', { kty: 'RSA', bits: 2048 }],
  ['PS384', { kty: 'RSA', bits: 2048 }],
  ['PS512', { kty: 'RSA', bits: 2048 }],
  ['ES256', { kty: 'EC', crv: 'P-256', bits: 256 }],
  ['ES384', { kty: 'EC', crv: 'P-384', bits: 384 }],
  ['ES512', { kty: 'EC', crv: 'P-521', bits: 521 }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519', bits: 255 }],
  ['Ed25519', { kty: 'OKP', crv: 'Ed25519', bits: 255 }],
  ['HS256', { kty: 'oct', bits: 256 }],
  ['HS384', { kty: 'oct', bits: 384 }],
  ['HS512', { kty: 'oct', bits: 512 }]
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
