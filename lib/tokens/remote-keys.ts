import { createRemoteJWKSet, customFetch, errors } from 'jose'
import { discover } from './discovery.ts'
import { fetchJson } from './fetch-json.ts'
import type { JwtHeader } from './header.ts'
import { fetchedKeys, selectKey, type SetKey } from './key-set.ts'
import { KeySourceError, type KeySource } from './key-source.ts'
import type { VerificationKey } from './signature.ts'

/** Milliseconds. With the age limit of the token cache this bounds how long a removed key lives: ten minutes. */
const MAX_AGE = 5 * 60 * 1000
/** Milliseconds in which an unknown `kid` fetches nothing after a fetch that succeeded. */
const COOLDOWN = 30 * 1000
/** Milliseconds for the whole exchange. */
const TIMEOUT = 5000

/** Keys published at an address (RFC 7517 §5), fetched at the first token and kept. */
export function remoteKeys (url: URL, algorithms: readonly string[]): KeySource {
  let keys: readonly SetKey[] = []
  const set = createRemoteJWKSet(url, {
    cacheMaxAge: MAX_AGE,
    cooldownDuration: COOLDOWN,
    timeoutDuration: TIMEOUT,
    [customFetch]: async (address, { signal }) => {
      keys = fetchedKeys(await fetchJson(address, signal), algorithms)
      return Response.json({ keys: keys.map(({ jwk }) => jwk) })
    }
  })

  /** Fetches if the keys are old, or if none matches and the last fetch is long enough ago. */
  async function ask (header: JwtHeader): Promise<VerificationKey | null> {
    try {
      await set(header.kid === undefined ? { alg: header.alg } : { alg: header.alg, kid: header.kid })
      return selectKey(keys, header)
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) return null
      throw new KeySourceError(`The keys at ${url.origin}${url.pathname} cannot be had: ${reasonOf(cause)}`, { cause })
    }
  }

  return (header) => (set.fresh ? selectKey(keys, header) : null) ?? ask(header)
}

/** Keys of an issuer that publishes where they are (RFC 8414, OpenID Connect Discovery). */
export function discoveredKeys (issuer: string, algorithms: readonly string[]): KeySource {
  const locate = discover(issuer)
  let keys: KeySource | undefined
  return (header) => keys !== undefined ? keys(header) : locate().then((url) => (keys ??= remoteKeys(url, algorithms))(header))
}

function reasonOf (cause: unknown): string {
  return cause instanceof Error ? cause.message : 'unknown'
}
