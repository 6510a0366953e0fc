import type { Reason } from '../errors.ts'
import { refuse, type Refusal } from '../scheme.ts'
import { tokenCache } from './cache.ts'
import type { JwtCredentials } from './claims.ts'
import { parseCompact, type CompactToken } from './compact.ts'
import { headerReader, type JwtHeader } from './header.ts'
import type { JwtSettings } from './jwt-options.ts'
import { admits } from './profile.ts'
import { singleFlight } from './single-flight.ts'
import { proceed, tokenJudge, type Verdict } from './token-judge.ts'

/** What a verifier uses of the request: its log, to tell the owner once about a profile that does not suit the issuer. */
export interface LoggingRequest {
  readonly log?: { warn (message: string): void } | undefined
}

/** Judges tokens. What can be told at once, as of a token that is remembered, comes without a promise. Rejects when it cannot tell. */
export interface JwtVerifier {
  (token: string, request?: LoggingRequest): Verdict | Promise<Verdict>
  /** The authorization server whose tokens are accepted. */
  readonly issuer: string
  /** The reasons for which it refuses, for the documents. */
  readonly refusals: readonly Reason[]
  /** Whether it remembers a token, which is then well-formed; to be asked before the token is given to it. */
  remembers (token: string): boolean
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
  const { rules, profile, algorithms, maxLength } = settings
  const judge = tokenJudge(settings, now)
  const cache = settings.cache === 0 ? undefined : tokenCache<JwtCredentials>(settings.cache, now)
  const share = singleFlight<Verdict>(MAX_SHARED)
  const headers = headerReader(algorithms)
  let hinted = false

  function verify (token: string, request?: LoggingRequest) {
    if (typeof token !== 'string') return refuse('credentials_malformed')
    const known = cache?.get(token)
    if (known !== undefined) return known
    const compact = parseCompact(token, maxLength)
    if (compact === null) return refuse('credentials_malformed')
    const header = headers.read(compact.header)
    if (header === null) return refuse('credentials_invalid')
    if (admits(profile, header.kind)) return share(token, () => judgeAndRemember(compact, header))
    if (hinted || request?.log === undefined || !admits('jwt', header.kind)) return refuse('credentials_invalid')
    return hint(compact, header, request.log)
  }

  function judgeAndRemember (compact: CompactToken, header: JwtHeader): Verdict | Promise<Verdict> {
    return proceed(judge(compact, header, profile), (judged) => {
      if (!('subject' in judged)) return judged
      headers.remember(compact.header, header)
      cache?.set(compact.text, judged)
      return judged
    })
  }

  /** Only a token that the other profile would accept proves that the profile is the matter; a forged one must not fill the log. */
  async function hint (compact: CompactToken, header: JwtHeader, log: NonNullable<LoggingRequest['log']>): Promise<Refusal> {
    // Whether the keys can be had or not, this profile refuses the token.
    const judging = new Promise<Verdict>((resolve) => { resolve(judge(compact, header, 'jwt')) })
    const judged = await judging.catch(() => refuse('credentials_invalid'))
    if ('subject' in judged && !hinted) log.warn(PROFILE_HINT)
    hinted ||= 'subject' in judged
    return refuse('credentials_invalid')
  }

  return Object.assign(verify, {
    issuer: rules.issuer,
    remembers: (token: string) => cache?.has(token) === true,
    refusals: settings.isRemote ? [...REFUSALS, 'verifier_unavailable' as const] : REFUSALS,
    forget: (predicate: (credentials: JwtCredentials) => boolean) => cache?.forget(predicate) ?? 0
  })
}
