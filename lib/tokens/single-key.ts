import { createPublicKey, createSecretKey, KeyObject } from 'node:crypto'
import { isCryptoKey, isKeyObject } from 'node:util/types'
import type { CryptoKey } from 'jose'
import { leastBits, sameAlgorithm, suitableAlgorithms } from './algorithms.ts'
import { isJsonObject } from './json-object.ts'
import { KeyFault, type KeySource } from './key-source.ts'
import { publicKeyOf } from './public-key.ts'
import { verificationKey } from './signature.ts'

interface DescribedKey {
  readonly key: KeyObject
  readonly kty: string
  readonly crv?: string | undefined
  readonly bits: number
  readonly alg?: string | undefined
  readonly kid?: string | undefined
}

const CURVES: ReadonlyMap<string | undefined, string> = new Map([
  ['prime256v1', 'P-256'], ['secp384r1', 'P-384'], ['secp521r1', 'P-521']
])

/**
 * The one key given in the options, and the one algorithm it is used with (RFC 8725 §3.1).
 *
 * @throws KeyFault if the key is unfit, or its algorithm neither follows from it nor is given
 */
export function singleKey (given: unknown, algorithms: readonly string[] | undefined): { keys: KeySource, algorithms: readonly string[] } {
  const described = describe(given)
  const names = algorithmsOf(described, algorithms)
  const least = Math.max(...names.map(leastBits))
  if (described.bits < least) throw new KeyFault(`is ${described.bits} bits long; ${least} is the least for ${names.join(' and ')}`)
  const { kid } = described
  const key = verificationKey(described.key, names[0])
  return {
    keys: (header) => kid === undefined || header.kid === undefined || header.kid === kid ? key : null,
    algorithms: names
  }
}

function algorithmsOf (key: DescribedKey, given: readonly string[] | undefined): readonly [string, ...string[]] {
  const suitable = suitableAlgorithms(key.kty, key.crv, key.alg)
  const names = given ?? suitable
  const [first, ...others] = names
  if (first === undefined) throw new KeyFault('suits no signature algorithm that is supported')
  const unsuitable = names.find((name) => !suitable.includes(name))
  if (unsuitable !== undefined) throw new KeyFault(`cannot be used with ${unsuitable}; it suits ${suitable.join(', ') || 'none'}`)
  if (!names.every((name) => sameAlgorithm(name, first))) {
    throw new KeyFault(`could be used with ${names.join(', ')}; name exactly one in the option \`algorithms\``)
  }
  return [first, ...others]
}

function describe (given: unknown): DescribedKey {
  if (isCryptoKey(given)) return describeCryptoKey(given)
  if (isKeyObject(given)) return describeKeyObject(given)
  if (given instanceof Uint8Array) return describeBytes(given)
  if (isJsonObject(given) && typeof given.kty === 'string') return describeJwk(given)
  throw new KeyFault('must be a CryptoKey, a KeyObject, a JSON Web Key or, for a shared secret, a Uint8Array')
}

function describeCryptoKey (given: CryptoKey): DescribedKey {
  if (given.type === 'private') throw new KeyFault('is a private key; give the public key')
  if (!given.usages.includes('verify')) throw new KeyFault('was imported without the usage `verify`')
  const key = KeyObject.from(given)
  // What WebCrypto fills in per algorithm is not told apart by the type of `algorithm`.
  const { name, hash, namedCurve, modulusLength, length } = given.algorithm as {
    name: string, hash?: { name: string }, namedCurve?: string, modulusLength?: number, length?: number
  }
  const hashBits = hash?.name.slice('SHA-'.length)
  switch (name) {
    case 'RSASSA-PKCS1-v1_5': return { key, kty: 'RSA', bits: modulusLength ?? 0, alg: `RS${hashBits}` }
    case 'RSA-PSS': return { key, kty: 'RSA', bits: modulusLength ?? 0, alg: `PS${hashBits}` }
    case 'HMAC': return { key, kty: 'oct', bits: length ?? 0, alg: `HS${hashBits}` }
    case 'ECDSA': return { key, kty: 'EC', crv: namedCurve, bits: Infinity }
    default: return { key, kty: 'OKP', crv: name, bits: Infinity }
  }
}

function describeKeyObject (key: KeyObject): DescribedKey {
  if (key.type === 'private') throw new KeyFault('is a private key; give the public key')
  if (key.type === 'secret') return { key, kty: 'oct', bits: (key.symmetricKeySize ?? 0) * 8 }
  const details = key.asymmetricKeyDetails
  switch (key.asymmetricKeyType) {
    case 'rsa': return { key, kty: 'RSA', bits: details?.modulusLength ?? 0 }
    case 'ec': return { key, kty: 'EC', crv: CURVES.get(details?.namedCurve), bits: Infinity }
    case 'ed25519': return { key, kty: 'OKP', crv: 'Ed25519', bits: Infinity }
    default: throw new KeyFault(`is of the type ${key.asymmetricKeyType}, which is not supported`)
  }
}

/** A public key taken for a shared secret would let everyone sign (CVE-2015-9235). */
function describeBytes (bytes: Uint8Array): DescribedKey {
  const text = Buffer.from(bytes).toString('latin1').trimStart()
  if (text.startsWith('-----BEGIN') || text.startsWith('{') || isDerKey(bytes)) {
    throw new KeyFault('is an encoded key, not a shared secret; give a KeyObject, for example from crypto.createPublicKey()')
  }
  if (bytes.length === 0) throw new KeyFault('is empty')
  return describeKeyObject(createSecretKey(bytes))
}

function isDerKey (bytes: Uint8Array): boolean {
  try {
    createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'spki' })
    return true
  } catch {
    return false
  }
}

function describeJwk (jwk: Readonly<Record<string, unknown>>): DescribedKey {
  const { kty, alg, kid, k, use } = jwk
  if (use !== undefined && use !== 'sig') throw new KeyFault('is not for signatures: its `use` is not "sig"')
  if (alg !== undefined && typeof alg !== 'string') throw new KeyFault('has an `alg` that is not a string')
  if (kid !== undefined && typeof kid !== 'string') throw new KeyFault('has a `kid` that is not a string')
  return { ...describeKeyObject(kty === 'oct' ? secretOf(k) : publicKeyOf(jwk)), alg, kid }
}

function secretOf (k: unknown): KeyObject {
  const bytes = typeof k === 'string' ? Buffer.from(k, 'base64url') : null
  if (bytes === null || bytes.length === 0 || bytes.toString('base64url') !== k) throw new KeyFault('has no valid `k` (RFC 7518 §6.4.1)')
  return createSecretKey(bytes)
}
