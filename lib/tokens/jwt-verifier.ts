import type { Reason } from '../errors.ts'
import { refuse, type Refusal } from '../scheme.ts'
import { tokenCache } from './cache.ts'
import { judgeClaims, type JwtCredentials } from './claims.ts'
import { parseCompact, type CompactToken } from './compact.ts'
import { readHeader, type JwtHeader } from './header.ts'
import { parseJsonObject } from './json-object.ts'
import type { JwtSettings } from './jwt-options.ts'
import { admits, type Profile } from './profile.ts'
import { verifySignature } from './signature.ts'
import { singleFlight } from './single-flight.ts'

/** What a verifier uses of the request: its log, to tell the owner once about a profile that does not suit the issuer. */
export interface LoggingRequest {
  readonly log?: { warn (message: string): void } | undefined
}

/** Judges tokens. A token that is remembered is answered at once, without a promise. Rejects when it cannot tell. */
export interface JwtVerifier {
  (token: string, request?: LoggingRequest): JwtCredentials | Refusal | Promise<JwtCredentials | Refusal>
  /** The authorization server whose tokens are accepted. */
  readonly issuer: string
  /** The reasons for which it refuses, for the documents. */
  readonly refusals: readonly Reason[]
  /** Drops remembered tokens whose credentials match, so that they are verified anew; tells how many. */
  forget (predicate: (credentials: JwtCredentials) => boolean): number
}

/** Verifications under way that later requests with the same token may join. */
const MAX_SHARED = 1000

const REFUSALS: readonly Reason[] = ['credentials_malformed', 'credentials_invalid', 'token_expired', 'token_not_yet_valid']

const PROFILE_HINT = 'jwt(): a valid token of the configured issuer was refused because its header does not say "typ":"at+jwt" ' +
  "(RFC 9068 §2.1). If this issuer's access tokens are plain JWTs, set the option profile: 'jwt'. This is said once."

/**
 * Composes the verifier.
 *
 * @param now epoch milliseconds
 */
export function jwtVerifier (settings: JwtSettings, now: () => number): JwtVerifier {
  const { rules, profile, keys, algorithms, maxLength } = settings
  const cache = settings.cache === 0 ? undefined : tokenCache<JwtCredentials>(settings.cache, now)
  const share = singleFlight<JwtCredentials | Refusal>(MAX_SHARED)
  let hinted = false

  function verify (token: string, request?: LoggingRequest) {
    if (typeof token !== 'string') return refuse('credentials_malformed')
    const known = cache?.get(token)
    if (known !== undefined) return known
    const compact = parseCompact(token, maxLength)
    if (compact === null) return refuse('credentials_malformed')
    const header = readHeader(compact.header, algorithms)
    if (header === null) return refuse('credentials_invalid')
    if (admits(profile, header.kind)) return share(token, () => judgeAndRemember(compact, header))
    if (hinted || request?.log === undefined || !admits('jwt', header.kind)) return refuse('credentials_invalid')
    return hint(compact, header, request.log)
  }

  async function judgeAndRemember (compact: CompactToken, header: JwtHeader) {
    const judged = await judge(compact, header, profile)
    if ('subject' in judged) cache?.set(compact.text, judged)
    return judged
  }

  async function judge (compact: CompactToken, header: JwtHeader, by: Profile): Promise<JwtCredentials | Refusal> {
    const key = await keys(header)
    if (key === null || !await verifySignature(compact, key, header.alg)) return refuse('credentials_invalid')
    const claims = parseJsonObject(compact.payload)
    return claims === null ? refuse('credentials_invalid') : judgeClaims(claims, header.kind, by, rules, now() / 1000)
  }

  /** Only a token that the other profile would accept proves that the profile is the matter; a forged one must not fill the log. */
  async function hint (compact: CompactToken, header: JwtHeader, log: NonNullable<LoggingRequest['log']>): Promise<Refusal> {
    // Whether the keys can be had or not, this profile refuses the token.
    const judged = await judge(compact, header, 'jwt').catch(() => refuse('credentials_invalid'))
    if ('subject' in judged && !hinted) log.warn(PROFILE_HINT)
    hinted ||= 'subject' in judged
    return refuse('credentials_invalid')
  }

  return Object.assign(verify, {
    issuer: rules.issuer,
    refusals: settings.isRemote ? [...REFUSALS, 'verifier_unavailable' as const] : REFUSALS,
    forget: (predicate: (credentials: JwtCredentials) => boolean) => cache?.forget(predicate) ?? 0
  })
}
