import type { KeyObject } from 'node:crypto'
import type { CryptoKey, JSONWebKeySet, JWK } from 'jose'
import { BOOT_ERRORS } from '../errors.ts'
import { ASYMMETRIC, isAlgorithm } from './algorithms.ts'
import type { ClaimRules } from './claims.ts'
import { localKeys } from './key-set.ts'
import { KeyFault, type KeySource } from './key-source.ts'
import type { Profile } from './profile.ts'
import { discoveredKeys, remoteKeys } from './remote-keys.ts'
import { singleKey } from './single-key.ts'
import { trustedUrl } from './trusted-url.ts'

/** Options of `jwt()`. At most one of `jwks` and `key`; with neither, the keys are discovered from the issuer. */
export interface JwtOptions {
  /** The only `iss` accepted, compared letter for letter. For discovery an https URL (http on loopback) without query or fragment. */
  readonly issuer: string
  /** The identifiers of this API; a token must name one in `aud`. Never the identifier of a client, which ID tokens name. */
  readonly audience: string | readonly string[]
  /** Where the issuer publishes its public keys, or the keys themselves (RFC 7517 §5). */
  readonly jwks?: string | URL | JSONWebKeySet | undefined
  /** One public key, or a shared secret of at least 32 bytes (48 for HS384, 64 for HS512). */
  readonly key?: CryptoKey | KeyObject | JWK | Uint8Array | undefined
  /**
   * Algorithms accepted. Default: every asymmetric one for key sets; for `key` the one that follows from it. Required where several
   * would do, as for an RSA key without `alg` or a secret. A key of a set that has no `alg` is used with the first that suits it.
   */
  readonly algorithms?: readonly string[] | undefined
  /** Default `rfc9068`. */
  readonly profile?: Profile | undefined
  /** Seconds, 0 to 60, default 5: how far `nbf` and `iat` may lie ahead. `exp` is exact. */
  readonly clockTolerance?: number | undefined
  /** Seconds, default 86400: how far `exp` may lie ahead. */
  readonly maxLifetime?: number | undefined
  /** Bytes, 64 to 65536, default 8192: the longest token that is looked at. Node takes 16384 bytes of header fields altogether. */
  readonly maxLength?: number | undefined
  /** Number of verified tokens remembered, 0 to 1000000, default 1000; 0 turns the cache off. */
  readonly cache?: number | undefined
}

/** Options checked, with defaults and the source of keys. */
export interface JwtSettings {
  readonly rules: ClaimRules
  readonly profile: Profile
  readonly keys: KeySource
  /** Whether keys are fetched, so that they may not be had. */
  readonly isRemote: boolean
  readonly algorithms: ReadonlySet<string>
  readonly maxLength: number
  readonly cache: number
}

const NAMES: ReadonlySet<string> = new Set<keyof JwtOptions>([
  'issuer', 'audience', 'jwks', 'key', 'algorithms', 'profile', 'clockTolerance', 'maxLifetime', 'maxLength', 'cache'
])

/** Checks the options of `jwt()`; throws FST_SECURITY_VERIFIER_INVALID. */
export function checkJwtOptions (options: JwtOptions): JwtSettings {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'give an object with `issuer` and `audience`')
  const unknown = Object.keys(options).find((name) => !NAMES.has(name))
  if (unknown !== undefined) throw invalid(unknown, `no such option; there are ${[...NAMES].join(', ')}`)
  const { issuer, audience, profile = 'rfc9068' } = options
  if (!isName(issuer)) throw invalid('issuer', 'give the `iss` of the tokens, a string')
  if (profile !== 'rfc9068' && profile !== 'jwt') throw invalid('profile', "must be 'rfc9068' or 'jwt'")
  const audiences = typeof audience === 'string' ? [audience] : audience
  if (!Array.isArray(audiences) || audiences.length === 0 || !audiences.every(isName)) {
    throw invalid('audience', 'give the identifier of this API, a string or an array of strings, as tokens name it in `aud`')
  }
  const { clockTolerance = 5, maxLifetime = 86400, maxLength = 8192, cache = 1000 } = options
  bounded('clockTolerance', clockTolerance, 0, 60, 'seconds')
  bounded('maxLifetime', maxLifetime, 1, Number.MAX_SAFE_INTEGER, 'seconds')
  whole('maxLength', maxLength, 64, 65536, 'bytes')
  whole('cache', cache, 0, 1000000, 'tokens')
  const { keys, algorithms } = keySourceOf(options)
  const rules = { issuer, audiences: [...audiences], clockTolerance, maxLifetime }
  const isRemote = options.key === undefined && (options.jwks === undefined || typeof options.jwks === 'string' || options.jwks instanceof URL)
  return { rules, profile, keys, isRemote, algorithms: new Set(algorithms), maxLength, cache }
}

function keySourceOf ({ issuer, jwks, key, algorithms: given }: JwtOptions): { keys: KeySource, algorithms: readonly string[] } {
  if (jwks !== undefined && key !== undefined) throw invalid('key', 'give `jwks` or `key`, not both')
  if (given !== undefined && !(Array.isArray(given) && given.length > 0 && given.every(isAlgorithm))) {
    throw invalid('algorithms', `give an array of one or more of ${ASYMMETRIC.join(', ')}, or with a secret HS256, HS384, HS512`)
  }
  if (key !== undefined) return attempt('key', () => singleKey(key, given === undefined ? undefined : [...given]))
  const algorithms = given === undefined ? ASYMMETRIC : [...given]
  if (!algorithms.every((name) => ASYMMETRIC.includes(name))) {
    throw invalid('algorithms', 'a key set is public, so HS256, HS384 and HS512 cannot be used with it; give the secret as `key`')
  }
  if (jwks === undefined) return attempt('issuer', () => ({ keys: discoveredKeys(discoverable(issuer), algorithms), algorithms }))
  const isAddress = typeof jwks === 'string' || jwks instanceof URL
  return attempt('jwks', () => ({ keys: isAddress ? remoteKeys(trustedUrl(jwks), algorithms) : localKeys(jwks, algorithms), algorithms }))
}

/** RFC 8414 §2 */
function discoverable (issuer: string): string {
  trustedUrl(issuer)
  if (issuer.includes('?') || issuer.includes('#')) throw new KeyFault('must have no query and no fragment')
  return issuer
}

function attempt<T> (option: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw invalid(option, error instanceof Error ? error.message : 'cannot be used')
  }
}

function bounded (option: string, value: unknown, least: number, most: number, unit: string): void {
  if (typeof value === 'number' && value >= least && value <= most) return
  throw invalid(option, `must be a number of ${unit} from ${least} to ${most}`)
}

function whole (option: string, value: unknown, least: number, most: number, unit: string): void {
  bounded(option, value, least, most, unit)
  if (!Number.isInteger(value)) throw invalid(option, `must be a whole number of ${unit}`)
}

function isName (value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

function invalid (option: string, mend: string) {
  return new BOOT_ERRORS.FST_SECURITY_VERIFIER_INVALID('jwt()', `option \`${option}\` ${mend}`)
}
