import { BOOT_ERRORS } from '../errors.ts'
import type { Policy } from '../policy.ts'
import type { Schemes } from '../scheme.ts'

/** Protected resource metadata (RFC 9728 §2). Members without a value are left out (RFC 9728 §3.2). */
export interface ResourceMetadata {
  readonly resource: string
  readonly authorization_servers?: readonly string[]
  readonly scopes_supported?: readonly string[]
  readonly bearer_methods_supported: readonly ('header' | 'query')[]
}

/** A protected resource of the application. */
export interface Resource {
  /** Byte for byte as configured (RFC 9728 §3.3). */
  readonly identifier: string
  /** Path below which routes belong to the resource, without a slash at the end. */
  readonly path: string
  /** Where the metadata is found: the well-known path stands between host and path (RFC 9728 §3.1). */
  readonly metadataUrl: string
  /** The path of that URL. */
  readonly metadataPath: string
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/**
 * Reads configured resource identifiers (RFC 9728 §1.2): https, or http on loopback; no fragment, no userinfo.
 * The longest come first.
 *
 * @throws FST_SECURITY_OPTIONS_INVALID
 */
export function readResources (identifiers: readonly string[]): Resource[] {
  const resources = identifiers.map(readResource)
  resources.forEach(({ identifier, metadataPath }, i) => {
    const earlier = resources.slice(0, i).find((other) => other.metadataPath === metadataPath)
    if (earlier !== undefined) throw invalid(`"${earlier.identifier}" and "${identifier}" have one path, and routes are told apart by nothing else`)
  })
  return resources.sort((a, b) => b.path.length - a.path.length)
}

function invalid (problem: string): Error {
  return new BOOT_ERRORS.FST_SECURITY_OPTIONS_INVALID('resource', problem)
}

function readResource (identifier: string): Resource {
  const url = URL.canParse(identifier) ? new URL(identifier) : null
  if (url === null || !isSecure(url) || url.username !== '' || url.password !== '' || identifier.includes('#')) {
    throw invalid(`"${identifier}" is not an https URL without fragment (RFC 9728 §1.2)`)
  }
  const path = url.pathname === '/' ? '' : url.pathname
  return {
    identifier,
    path: path.replace(/\/$/, ''),
    metadataUrl: `${url.origin}${WELL_KNOWN}${path}${url.search}`,
    metadataPath: `${WELL_KNOWN}${path}`
  }
}

function isSecure ({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname))
}

/** The resource a route belongs to: the longest identifier that is a prefix of its path on a path boundary. */
export function resourceOf (url: string, resources: readonly Resource[]): Resource | null {
  return resources.find(({ path }) => url === path || url.startsWith(`${path}/`)) ?? null
}

/** Makes the metadata of one resource from the policies of its routes. */
export function resourceMetadata ({ identifier }: Resource, policies: Iterable<Policy>, schemes: Schemes): ResourceMetadata {
  const scopes = new Set<string>()
  for (const { slots, alternatives } of policies) {
    for (const alternative of alternatives) {
      alternative.slots.forEach((slot, i) => {
        if (slots[slot]?.scheme.challenge?.oauth === true) alternative.scopes[i]?.forEach((scope) => scopes.add(scope))
      })
    }
  }
  const issuers = new Set(Object.values(schemes).flatMap(({ issuer }) => issuer ?? []))
  const inQuery = Object.values(schemes).some(({ challenge, queryName }) => challenge?.oauth === true && queryName !== undefined)
  return {
    resource: identifier,
    ...(issuers.size === 0 ? {} : { authorization_servers: [...issuers] }),
    ...(scopes.size === 0 ? {} : { scopes_supported: [...scopes].filter((scope) => scope !== 'offline_access') }),
    bearer_methods_supported: inQuery ? ['header', 'query'] : ['header']
  }
}
