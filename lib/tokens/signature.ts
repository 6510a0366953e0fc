import { createHmac, timingSafeEqual, verify, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto'
import { howToVerify, signatureLength } from './algorithms.ts'
import { bytesOf, type CompactToken } from './compact.ts'

/** A key and the one algorithm it is used with (RFC 8725 §3.1), prepared for verifying. */
export interface VerificationKey {
  readonly algorithm: string
  /** `null` where the algorithm hashes by itself. */
  readonly hash: string | null
  /** The key, and what `node:crypto` must know of the algorithm. */
  readonly input: VerifyKeyObjectInput
  /** Bytes. */
  readonly signatureLength: number
  /** Whether verifying costs the calling thread no more than having it done. */
  readonly isQuick: boolean
}

/** Verifying by an RSA key of so many bits and the usual exponent costs about as much as handing it over and taking the answer back. */
const QUICK = { bits: 2048, exponent: 65537n }

/** @param key of the type, curve and length that the algorithm asks for */
export function verificationKey (key: KeyObject, algorithm: string): VerificationKey {
  const { hash, options } = howToVerify(algorithm)
  const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  return Object.freeze({
    algorithm,
    hash,
    input: Object.freeze({ key, ...options }),
    signatureLength: signatureLength(algorithm, bits),
    isQuick: key.asymmetricKeyType === 'rsa' && bits <= QUICK.bits && publicExponent <= QUICK.exponent
  })
}

/**
 * Whether the signature is the key's, by the key's algorithm whatever the header says. The only place where cryptography happens.
 * What is quick is done at once; the rest in the thread pool, so that a flood of forged tokens does not hold up the event loop.
 *
 * @returns rejects if `node:crypto` cannot tell
 * @throws Error likewise, where it is done at once
 */
export function verifySignature (token: CompactToken, key: VerificationKey): boolean | Promise<boolean> {
  const signature = bytesOf(token.signature)
  if (signature.length !== key.signatureLength) return false
  const data = Buffer.from(token.input, 'latin1')
  const { hash, input, isQuick } = key
  if (input.key.type === 'secret') {
    return hash !== null && timingSafeEqual(createHmac(hash, input.key).update(data).digest(), signature)
  }
  if (isQuick) return verify(hash, data, input, signature)
  return new Promise((resolve, reject) => {
    verify(hash, data, input, signature, (error, valid) => error === null ? resolve(valid) : reject(error))
  })
}
