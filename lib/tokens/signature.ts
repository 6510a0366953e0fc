import { compactVerify, errors } from 'jose'
import type { CompactToken } from './compact.ts'
import type { VerificationKey } from './key-source.ts'

/**
 * Whether the signature is the key's. The only place where cryptography happens, so that it can be done in another way.
 *
 * @param algorithm the one algorithm the key is used with, never what else the header may say
 */
export async function verifySignature (token: CompactToken, key: VerificationKey, algorithm: string): Promise<boolean> {
  try {
    await compactVerify(token.text, key, { algorithms: [algorithm] })
    return true
  } catch (error) {
    if (error instanceof errors.JOSEError) return false
    throw error
  }
}
