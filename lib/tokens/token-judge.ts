import { refuse, type Refusal } from '../scheme.ts'
import { sameAlgorithm } from './algorithms.ts'
import { judgeClaims, type ClaimRules, type JwtCredentials } from './claims.ts'
import { bytesOf, type CompactToken } from './compact.ts'
import type { JwtHeader } from './header.ts'
import { parseJsonObject } from './json-object.ts'
import type { KeySource } from './key-source.ts'
import type { Profile } from './profile.ts'
import { verifySignature } from './signature.ts'

export type Verdict = JwtCredentials | Refusal

/** Judges a token whose header is read: first the signature, then what it says. At once where nothing must be waited for. */
export type TokenJudge = (token: CompactToken, header: JwtHeader, by: Profile) => Verdict | Promise<Verdict>

/** @param now epoch milliseconds */
export function tokenJudge ({ keys, rules }: { readonly keys: KeySource, readonly rules: ClaimRules }, now: () => number): TokenJudge {
  /** The algorithm is the key's; a header that names another is not believed, whoever chose the key. */
  function isSigned (token: CompactToken, header: JwtHeader): boolean | Promise<boolean> {
    return proceed(keys(header), (key) => key !== null && sameAlgorithm(key.algorithm, header.alg) && verifySignature(token, key))
  }

  return (token, header, by) => proceed(isSigned(token, header), (signed) => {
    const claims = signed ? parseJsonObject(bytesOf(token.payload)) : null
    return claims === null ? refuse('credentials_invalid') : judgeClaims(claims, header.kind, by, rules, now() / 1000)
  })
}

/** Goes on at once with what is there, for a promise costs a turn. */
export function proceed<A, B> (value: A | Promise<A>, next: (value: A) => B | Promise<B>): B | Promise<B> {
  return value instanceof Promise ? value.then(next) : next(value)
}
