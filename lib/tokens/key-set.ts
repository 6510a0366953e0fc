import type { KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { leastBits, sameAlgorithm, suitableAlgorithms } from './algorithms.ts'
import type { JwtHeader } from './header.ts'
import { isJsonObject, member } from './json-object.ts'
import { KeyFault, type KeySource } from './key-source.ts'
import { publicKeyOf } from './public-key.ts'
import { verificationKey, type VerificationKey } from './signature.ts'

/** Bounds the work of reading a set (THREATS F04). */
const MAX_KEYS = 100

/** A key of a set, for the one algorithm it is used with. */
export interface SetKey {
  readonly kid: string | undefined
  readonly key: VerificationKey
  /** A public copy with nothing else in it. */
  readonly jwk: JWK
}

/** Keys of a set given in the options. Faulty keys stop the application, keys for other purposes are passed over. */
export function localKeys (set: unknown, algorithms: readonly string[]): KeySource {
  const keys = membersOf(set).map((jwk) => pinKey(jwk, algorithms)).filter((key) => key !== null)
  if (keys.length === 0) throw new KeyFault('holds no public key for any of the algorithms in use')
  return (header) => selectKey(keys, header)
}

/** Keys of a fetched set. What cannot be used is passed over (RFC 7517 §5), an empty rest is a fault of the server. */
export function fetchedKeys (set: unknown, algorithms: readonly string[]): SetKey[] {
  const keys = membersOf(set).map((jwk) => {
    try {
      return pinKey(jwk, algorithms)
    } catch {
      return null
    }
  }).filter((key) => key !== null)
  if (keys.length === 0) throw new KeyFault('holds no public key for any of the algorithms in use')
  return keys
}

/** Chooses by `kid` alone; without one, only a set of one key leaves no choice. */
export function selectKey (keys: readonly SetKey[], { alg, kid }: JwtHeader): VerificationKey | null {
  const fitting = keys.filter((one) => sameAlgorithm(one.key.algorithm, alg) && (kid === undefined ? keys.length === 1 : one.kid === kid))
  return fitting.length === 1 ? fitting[0]?.key ?? null : null
}

function membersOf (set: unknown): unknown[] {
  const keys = isJsonObject(set) ? member(set, 'keys') : undefined
  if (!Array.isArray(keys)) throw new KeyFault('is not a JSON Web Key Set (RFC 7517 §5)')
  if (keys.length > MAX_KEYS) throw new KeyFault(`holds more than ${MAX_KEYS} keys`)
  return keys
}

/**
 * A public key with the one algorithm it is used with: its own, else the first in use that suits it (RFC 8725 §3.1);
 * `null` if it is a key for another purpose.
 */
function pinKey (jwk: unknown, algorithms: readonly string[]): SetKey | null {
  if (!isJsonObject(jwk)) return null
  const { kty, crv, alg, kid, use, key_ops: operations } = jwk
  if (typeof kty !== 'string' || kty === 'oct' || !isOptionalString(crv) || !isOptionalString(alg) || !isOptionalString(kid)) return null
  if (use !== undefined && use !== 'sig') return null
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return null
  const suitable = suitableAlgorithms(kty, crv, alg)
  const algorithm = algorithms.find((name) => suitable.includes(name))
  if (algorithm === undefined) return null
  const key = publicKeyOf(jwk)
  const bits = key.asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && bits < leastBits(algorithm)) {
    throw new KeyFault(`holds an RSA key of ${bits} bits; ${leastBits(algorithm)} is the least (RFC 7518 §3.3)`)
  }
  return { kid, key: verificationKey(key, algorithm), jwk: { ...publicMembers(key, algorithm), ...kid !== undefined && { kid } } }
}

function publicMembers (key: KeyObject, algorithm: string): JWK {
  const members = key.export({ format: 'jwk' }) as JWK // what Node exports is a JWK, typed there without its `kty`
  // Left out for Ed25519: its curve fixes the algorithm, which has two names.
  return members.kty === 'OKP' ? members : { ...members, alg: algorithm }
}

function isOptionalString (value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}
