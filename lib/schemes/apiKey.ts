import { BOOT_ERRORS } from '../errors.ts'
import { readCookie } from '../credentials/cookie.ts'
import { readHeader } from '../credentials/header.ts'
import { readQuery } from '../credentials/query.ts'
import { isCarried, refuse, type Carrier, type CredentialSource, type Handshake, type Location, type Refusal, type Scheme, type Verify } from '../scheme.ts'
import { isFieldText, isToken } from '../syntax.ts'
import { collectRefusals, describe, readCarriers, type Carried, type Described, type NotPromise } from './http.ts'

/** Options of {@link apiKey}. */
export interface ApiKeyOptions<Credentials extends object, Role extends string> extends Described, Carried {
  readonly in: 'header' | 'query' | 'cookie'
  /** Name of the header field (without regard to case), query parameter or cookie (exactly). */
  readonly name: string
  readonly verify: Verify<string, Credentials>
  /** Roles a requirement may name. */
  readonly roles?: readonly Role[]
  /** The scheme word of the challenge, which no registry knows. Default `ApiKey`. */
  readonly challenge?: string
}

type Read = (source: CredentialSource, name: string, handshake?: Handshake) => string | Refusal | undefined

const AMBIGUOUS = refuse('credentials_ambiguous')
const MALFORMED = refuse('credentials_malformed')

/** A key has one place of its own, called `header` wherever it is. */
const KEY_CARRIERS: ReadonlySet<Carrier> = new Set(['header', 'ticket', 'message'])

const READ: Readonly<Record<ApiKeyOptions<object, never>['in'], Read>> = { header: readHeader, query: readQuery, cookie: readCookie }

/**
 * A key in a header field, a query parameter or a cookie.
 *
 * @throws FST_SECURITY_SCHEME_INVALID
 * @example
 * ```ts
 * import { apiKey } from 'fastify-openapi-security'
 *
 * const partners = new Map([['k-123', { name: 'Acme' }]])
 * const partner = apiKey({ in: 'header', name: 'X-API-Key', verify: (key) => partners.get(key) ?? null })
 * ```
 */
export function apiKey<Credentials extends NotPromise, const Role extends string = never> (
  options: ApiKeyOptions<Credentials, Role>
): Scheme<Credentials, NoInfer<Role>> {
  const { in: place, name, verify, challenge = 'ApiKey' } = options
  if (!Object.hasOwn(READ, place)) throw invalid('`in` is not "header", "query" or "cookie"')
  if (typeof name !== 'string' || name === '' || !isFieldText(name) || (place !== 'query' && !isToken(name))) {
    throw invalid(`\`name\` is not the name of a ${place}`)
  }
  if (typeof verify !== 'function') throw invalid('`verify` is not a function')
  if (!isToken(challenge)) throw invalid('`challenge` is not a token (RFC 9110 §11.1)')
  const key = place === 'header' ? name.toLowerCase() : name
  const carriers = readCarriers('apiKey', options, KEY_CARRIERS)
  return {
    definition: describe({ type: 'apiKey', in: place, name }, options),
    scopes: options.roles ?? [],
    location: locate(place, key),
    queryName: place === 'query' ? name : undefined,
    carriers,
    ambient: place === 'cookie',
    challenge: { scheme: challenge, params: { in: place, name }, oauth: false, registered: false, last: true },
    realm: options.realm,
    refusals: collectRefusals('apiKey', options, place === 'cookie' ? [] : ['credentials_malformed']),
    read: carriers === undefined ? (source, handshake) => READ[place](source, key, handshake) : readCarried(READ[place], key, carriers),
    verify
  }
}

/** A message may bring the key where the scheme says so. */
function readCarried (read: Read, key: string, carriers: ReadonlySet<Carrier>): Scheme['read'] {
  return (source, handshake) => {
    if (handshake === undefined) return read(source, key)
    const found = carriers.has('header') ? read(source, key, handshake) : undefined
    const brought = isCarried(carriers, handshake, 'message') ? handshake.message : undefined
    if (found === undefined) return brought === '' ? MALFORMED : brought
    return brought === undefined ? found : AMBIGUOUS
  }
}

function locate (place: 'header' | 'query' | 'cookie', name: string): Location {
  return place === 'header' && name === 'authorization' ? { in: 'authorization', scheme: '*' } : { in: place, name }
}

function invalid (problem: string): Error {
  return new BOOT_ERRORS.FST_SECURITY_SCHEME_INVALID('apiKey', problem)
}
