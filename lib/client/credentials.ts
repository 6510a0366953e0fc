import { isCredential } from './carriers.ts'
import type { CredentialRequest, CredentialSource } from './options.ts'

/** Asks a source for a credential. Rejects if it fails, or gives what cannot be one; the error does not hold it. */
export type Ask = (fresh: boolean) => Promise<string | null>

/**
 * Lets a source be asked once at a time: whoever asks meanwhile gets the same answer. A refresh token that is used up by its use would
 * otherwise be sent twice when a connection ends while it is being renewed.
 *
 * @param signal aborted when no answer is needed any more
 */
export function askOnce (source: CredentialSource, signal: AbortSignal): Ask {
  let pending: Promise<string | null> | null = null
  return (fresh) => {
    pending ??= ask(source, { fresh, signal }).finally(() => { pending = null })
    return pending
  }
}

async function ask (source: CredentialSource, request: CredentialRequest): Promise<string | null> {
  const credential: unknown = await source(request)
  if (credential === null || isCredential(credential)) return credential
  throw new TypeError('connect(): the source gave neither null nor a string of visible ASCII characters')
}
