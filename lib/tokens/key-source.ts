import type { KeyObject } from 'node:crypto'
import type { CryptoKey } from 'jose'
import type { JwtHeader } from './header.ts'

export type VerificationKey = CryptoKey | KeyObject

/**
 * Finds the one key for a header among the keys of the configured issuer; `null` if there is none or the header leaves a choice.
 *
 * @throws KeySourceError if the keys cannot be had
 */
export type KeySource = (header: JwtHeader) => Promise<VerificationKey | null>

/** The keys of an issuer cannot be had at the moment, so nothing can be said about a token. */
export class KeySourceError extends Error {
  override readonly name = 'KeySourceError'
}

/** What is wrong with a configured key. The message holds nothing of the key. */
export class KeyFault extends Error {
  override readonly name = 'KeyFault'
}
