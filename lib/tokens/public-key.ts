import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { KeyFault } from './key-source.ts'

/** Reads a JSON Web Key as a public key; throws KeyFault if it is not a valid one. */
export function publicKeyOf (jwk: object): KeyObject {
  if (Object.hasOwn(jwk, 'd')) throw new KeyFault('is or holds a private key; give public keys only')
  try {
    return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }) // Node checks every member it reads
  } catch (cause) {
    throw new KeyFault('is or holds a key that is not valid', { cause })
  }
}
