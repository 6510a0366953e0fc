import { refuse, type Refusal } from '../scheme.ts'
import { isDiscriminated, type Profile } from './profile.ts'
import { freezeJson, member, type JsonObject } from './json-object.ts'
import type { TokenKind } from './header.ts'

/** What a verified JWT says about its bearer. Frozen through and through; the token itself is not in it. */
export interface JwtCredentials {
  /** `sub` */
  readonly subject: string
  /** `client_id`, or `azp` of a plain JWT that has none */
  readonly clientId: string | undefined
  /** `scope`, split (RFC 6749 §3.3); empty if the token has none or it is not well-formed */
  readonly scopes: readonly string[]
  /** `exp`, epoch seconds */
  readonly expiresAt: number
  /** Every claim of the token, without members named `__proto__`. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** What a claim set is measured by. Durations in seconds. */
export interface ClaimRules {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly clockTolerance: number
  readonly maxLifetime: number
}

/** RFC 6749 §3.3; spaces and scope characters have nothing in common, so there is one way to match. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/

/**
 * Judges the claims of a token whose signature is verified (RFC 9068 §2.2 and §4, RFC 7519 §4.1).
 *
 * @param now epoch seconds, with fractions
 */
export function judgeClaims (
  claims: JsonObject, kind: TokenKind, profile: Profile, rules: ClaimRules, now: number
): JwtCredentials | Refusal {
  const audience = audienceFor(member(claims, 'aud'), rules.audiences)
  if (member(claims, 'iss') !== rules.issuer || audience === null) return refuse('credentials_invalid')
  if (profile === 'rfc9068' ? !hasAccessTokenClaims(claims) : !isDiscriminated(claims, kind, audience)) {
    return refuse('credentials_invalid')
  }
  const refusal = judgeTimes(claims, rules, now)
  return refusal ?? credentialsOf(claims)
}

function audienceFor (aud: unknown, audiences: readonly string[]): string | null {
  if (typeof aud === 'string') return audiences.includes(aud) ? aud : null
  if (!Array.isArray(aud) || !aud.every((value) => typeof value === 'string')) return null
  return audiences.find((value) => aud.includes(value)) ?? null
}

/** RFC 9068 §2.2, without what is checked for every profile. */
function hasAccessTokenClaims (claims: JsonObject): boolean {
  return isText(member(claims, 'client_id')) && isText(member(claims, 'jti')) && member(claims, 'iat') !== undefined
}

function judgeTimes (claims: JsonObject, { clockTolerance, maxLifetime }: ClaimRules, now: number): Refusal | null {
  const exp = member(claims, 'exp')
  const nbf = member(claims, 'nbf')
  const iat = member(claims, 'iat')
  // Number.isFinite also refuses 1e999, which JSON.parse reads as Infinity.
  if (!isTime(exp) || exp === 0) return refuse('credentials_invalid')
  if ((nbf !== undefined && !isTime(nbf)) || (iat !== undefined && !isTime(iat))) return refuse('credentials_invalid')
  if (exp > now + maxLifetime + clockTolerance) return refuse('credentials_invalid')
  if (exp <= now) return refuse('token_expired')
  const latest = now + clockTolerance
  return (nbf ?? 0) > latest || (iat ?? 0) > latest ? refuse('token_not_yet_valid') : null
}

function credentialsOf (claims: JsonObject): JwtCredentials | Refusal {
  const subject = member(claims, 'sub')
  const expiresAt = member(claims, 'exp')
  const clientId = member(claims, 'client_id') ?? member(claims, 'azp')
  if (!isText(subject) || !isTime(expiresAt)) return refuse('credentials_invalid')
  if (clientId !== undefined && typeof clientId !== 'string') return refuse('credentials_invalid')
  return Object.freeze({ subject, clientId, scopes: scopesOf(member(claims, 'scope')), expiresAt, claims: freezeJson(claims) })
}

function scopesOf (scope: unknown): readonly string[] {
  return Object.freeze(typeof scope === 'string' && SCOPE.test(scope) ? [...new Set(scope.split(' '))] : [])
}

function isText (value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** A NumericDate (RFC 7519 §2) since the epoch. */
function isTime (value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
