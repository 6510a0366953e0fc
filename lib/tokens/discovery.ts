import { fetchJson } from './fetch-json.ts'
import { isJsonObject, member } from './json-object.ts'
import { KeySourceError } from './key-source.ts'
import { trustedUrl } from './trusted-url.ts'

/** Milliseconds for both documents together. */
const TIMEOUT = 5000
/** Milliseconds after a failure in which it is the answer. */
const PAUSE = 1000

/**
 * Finds where an issuer publishes its keys: at the first call, once for all who wait, and for good when it succeeded.
 *
 * @param issuer a URL that {@link trustedUrl} accepts
 * @param clock milliseconds, monotonic
 * @returns a function that rejects with KeySourceError while there is no valid document
 */
export function discover (issuer: string, clock: () => number = () => performance.now()): () => Promise<URL> {
  let located: Promise<URL> | undefined
  let failure: { error: unknown, at: number } | undefined
  return async () => {
    if (located === undefined) {
      if (failure !== undefined && clock() - failure.at < PAUSE) throw failure.error
      located = locateKeySet(issuer)
      located.catch((error: unknown) => {
        failure = { error, at: clock() }
        located = undefined
      })
    }
    return await located
  }
}

async function locateKeySet (issuer: string): Promise<URL> {
  const signal = AbortSignal.timeout(TIMEOUT)
  const faults: unknown[] = []
  for (const url of wellKnownUrls(issuer)) {
    try {
      return keySetUrl(await fetchJson(url, signal), issuer)
    } catch (error) {
      faults.push(error)
    }
  }
  throw new KeySourceError(`The metadata of the issuer ${issuer} cannot be had`, { cause: new AggregateError(faults) })
}

/** RFC 8414 §3.1 inserts its path after the host, OpenID Connect Discovery §4.1 appends its own; both drop a final slash. */
export function wellKnownUrls (issuer: string): URL[] {
  const url = new URL(issuer)
  const path = url.pathname.endsWith('/') ? url.pathname.slice(0, -1) : url.pathname
  return [
    new URL(`${url.origin}/.well-known/oauth-authorization-server${path}`),
    new URL(`${url.origin}${path}/.well-known/openid-configuration`)
  ]
}

/** RFC 8414 §3.3: a document that speaks for another issuer must not be used. */
function keySetUrl (document: unknown, issuer: string): URL {
  if (!isJsonObject(document) || member(document, 'issuer') !== issuer) throw new Error('The document is not about this issuer')
  const uri = member(document, 'jwks_uri')
  if (typeof uri !== 'string') throw new Error('The document has no jwks_uri')
  const url = trustedUrl(uri)
  if (url.protocol === 'http:' && !issuer.startsWith('http:')) throw new Error('The jwks_uri of an https issuer must be https')
  return url
}
