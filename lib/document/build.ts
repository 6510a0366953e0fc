import { isObject, type Json } from '../docs/openapi.ts'
import { BOOT_ERRORS } from '../errors.ts'
import type { Scheme } from '../scheme.ts'
import { apiKey, type ApiKeyOptions } from '../schemes/apiKey.ts'
import { basic } from '../schemes/basic.ts'
import { bearer } from '../schemes/bearer.ts'
import { mutualTls } from '../schemes/mutualTls.ts'
import { oauth2, type OAuthFlows } from '../schemes/oauth2.ts'
import { openIdConnect } from '../schemes/openIdConnect.ts'
import { invalid } from './declarations.ts'
import { kindOf } from './kind.ts'
import type { Verifier } from './verifiers.ts'

/** What a scheme is made of besides what its type asks. */
interface Parts {
  readonly verify: Verifier
  readonly roles: readonly string[]
  readonly description?: string
}

/** The factories look at every field they are given, whatever its type is said to be. */
type Build = (declared: Json, parts: Parts) => Scheme<object, string>

const BUILD: ReadonlyMap<string, Build> = new Map<string, Build>([
  ['apiKey', ({ in: place, name }, parts) => apiKey({ ...parts, in: place as ApiKeyOptions<object, never>['in'], name: name as string })],
  ['http basic', (_declared, parts) => basic(parts)],
  ['http bearer', ({ bearerFormat }, parts) => bearer({ ...parts, ...(typeof bearerFormat === 'string' ? { bearerFormat } : {}) })],
  ['mutualTLS', (_declared, parts) => mutualTls(parts)],
  ['oauth2', ({ flows, oauth2MetadataUrl: url }, { roles: _, ...parts }) =>
    oauth2({ ...parts, flows: flows as OAuthFlows, ...(typeof url === 'string' ? { oauth2MetadataUrl: url } : {}) })],
  ['openIdConnect', ({ openIdConnectUrl }, { roles: _, ...parts }) => openIdConnect({ ...parts, openIdConnectUrl: openIdConnectUrl as string })]
])

/**
 * Builds a scheme from a Security Scheme Object.
 *
 * @param roles what requirements name for it
 * @throws FST_SECURITY_DOCUMENT_SCHEME_INVALID
 */
export function build (name: string, declared: Json, verify: Verifier, roles: readonly string[]): Scheme<object, string> {
  const kind = kindOf(declared)
  const make = BUILD.get(kind)
  if (make === undefined) throw invalid(name, notBuilt(kind, declared))
  const problem = oddField(declared)
  if (problem !== null) throw invalid(name, problem)
  const { description } = declared
  try {
    const scheme = make(declared, { verify, roles, ...(typeof description === 'string' ? { description } : {}) })
    return { ...scheme, definition: { ...explanations(declared), ...scheme.definition } }
  } catch (error) {
    if (error instanceof BOOT_ERRORS.FST_SECURITY_SCHEME_INVALID) throw invalid(name, `${error.message}. Mend the document.`, error)
    throw error
  }
}

function notBuilt (kind: string, { type, scheme }: Json): string {
  if (type === 'http' && typeof scheme === 'string') {
    return `no more is known of "${kind}" than its name. Give http({ scheme: '${scheme}', … }) in place of a verifier.`
  }
  const kinds = [...BUILD.keys()].join(', ')
  return `its type is ${JSON.stringify(type) ?? 'missing'}, not one of ${kinds}. Mend the document, or give a scheme in place of a verifier.`
}

/** What the factories do not look at, because programs cannot get it wrong. */
function oddField ({ description, bearerFormat, flows, oauth2MetadataUrl }: Json): string | null {
  const texts = { description, bearerFormat, oauth2MetadataUrl }
  for (const [field, value] of Object.entries(texts)) {
    if (value !== undefined && typeof value !== 'string') return `its \`${field}\` is not a text. Mend the document.`
  }
  for (const [name, flow] of Object.entries(isObject(flows) ? flows : {})) {
    if (isObject(flow) && Array.isArray(flow['scopes'])) return `the scopes of flow "${name}" are an array, not names with texts. Mend the document.`
  }
  return null
}

/** Fields that only explain; the factories take no others than `description`. */
function explanations (declared: Json): Json {
  return Object.fromEntries(Object.entries(declared).filter(([field]) => field === 'deprecated' || field.startsWith('x-')))
}
