import type { JwtHeader } from './header.ts'
import type { VerificationKey } from './signature.ts'

/**
 * Finds the one key for a header among the keys of the configured issuer; `null` if there is none or the header leaves a choice.
 * At once if the keys are there.
 *
 * @returns rejects with a KeySourceError if the keys cannot be had
 */
export type KeySource = (header: JwtHeader) => VerificationKey | null | Promise<VerificationKey | null>

/** The keys of an issuer cannot be had at the moment, so nothing can be said about a token. */
export class KeySourceError extends Error {
  override readonly name = 'KeySourceError'
}

/** What is wrong with a configured key. The message holds nothing of the key. */
export class KeyFault extends Error {
  override readonly name = 'KeyFault'
}
