import { areScopes } from '../requirement/scopes.ts'
import { asRefusal, refuse, type Held, type Refusal } from '../scheme.ts'

/** A verifier that breaks its contract; told to the server's owner, never to the caller. */
export class VerifierMisuse extends TypeError {}

const INVALID = refuse('credentials_invalid')
const EXPIRED = refuse('token_expired')

/**
 * Reads what a verifier answered. Only the documented forms count: `true`, a string or an Error must never let anyone in.
 *
 * @param now tells epoch milliseconds; asked only of credentials that end
 * @throws VerifierMisuse
 */
export function readVerdict (verdict: unknown, now: () => number): Refusal | object {
  if (verdict === null || verdict === undefined || verdict === false) return INVALID
  if (typeof verdict !== 'object' || verdict instanceof Error || Array.isArray(verdict)) throw misuse(`answered ${nameOf(verdict)}`)
  const refusal = asRefusal(verdict)
  if (refusal !== undefined) return refusal
  const { scopes, expiresAt } = verdict as Held // every member is checked below
  if (!areScopes(scopes)) throw misuse(`gave credentials whose \`scopes\` are ${nameOf(scopes)}`)
  if (expiresAt === undefined) return verdict
  const end = expiresAt instanceof Date ? expiresAt.getTime() / 1000 : expiresAt
  if (typeof end !== 'number' || Number.isNaN(end)) throw misuse('gave credentials whose `expiresAt` is neither a Date nor epoch seconds')
  return end * 1000 > now() ? verdict : EXPIRED
}

function misuse (what: string): VerifierMisuse {
  return new VerifierMisuse(`the verifier ${what}; it may answer a credentials object, null, undefined, false or refuse(reason)`)
}

function nameOf (value: unknown): string {
  if (value instanceof Error) return 'an Error'
  return Array.isArray(value) ? 'an array' : typeof value
}
