import { createRemoteJWKSet, customFetch } from 'jose'
import { discover } from './discovery.ts'
import { fetchJson } from './fetch-json.ts'
import { fetchedKeys, selectFrom } from './key-set.ts'
import { KeySourceError, type KeySource } from './key-source.ts'

/** Milliseconds. With the age limit of the token cache this bounds how long a removed key lives: ten minutes. */
const MAX_AGE = 5 * 60 * 1000
/** Milliseconds in which an unknown `kid` fetches nothing after a fetch that succeeded. */
const COOLDOWN = 30 * 1000
/** Milliseconds for the whole exchange. */
const TIMEOUT = 5000

/** Keys published at an address (RFC 7517 §5), fetched at the first token and kept. */
export function remoteKeys (url: URL, algorithms: readonly string[]): KeySource {
  let size = 0
  const set = createRemoteJWKSet(url, {
    cacheMaxAge: MAX_AGE,
    cooldownDuration: COOLDOWN,
    timeoutDuration: TIMEOUT,
    [customFetch]: async (address, { signal }) => {
      const keys = fetchedKeys(await fetchJson(address, signal), algorithms)
      size = keys.keys.length
      return Response.json(keys)
    }
  })
  const select = selectFrom(set, () => size)
  return async (header) => {
    try {
      return await select(header)
    } catch (cause) {
      throw new KeySourceError(`The keys at ${url.origin}${url.pathname} cannot be had: ${reasonOf(cause)}`, { cause })
    }
  }
}

/** Keys of an issuer that publishes where they are (RFC 8414, OpenID Connect Discovery). */
export function discoveredKeys (issuer: string, algorithms: readonly string[]): KeySource {
  const locate = discover(issuer)
  let keys: KeySource | undefined
  return async (header) => {
    const url = await locate()
    keys ??= remoteKeys(url, algorithms)
    return await keys(header)
  }
}

function reasonOf (cause: unknown): string {
  return cause instanceof Error ? cause.message : 'unknown'
}
