import { copy, isObject, readVersion, type Json } from '../docs/openapi.ts'
import { BOOT_ERRORS } from '../errors.ts'

/** Names that fields have before OpenAPI 3.2 knows them: the registered ones, and the one that this plugin writes. */
const STAND_INS: ReadonlyMap<string, string> = new Map([
  ['x-oai-deprecated', 'deprecated'],
  ['x-oai-deviceAuthorization', 'deviceAuthorization'],
  ['x-oai-deviceAuthorizationUrl', 'deviceAuthorizationUrl'],
  ['x-oauth2MetadataUrl', 'oauth2MetadataUrl']
])

/** Component names have no character that a reference would escape. */
const REFERENCE = /^#\/components\/securitySchemes\/([a-zA-Z0-9._-]+)$/

/**
 * The Security Scheme Objects of a document by name: copied, references followed, fields named as in the newest OpenAPI.
 *
 * @throws FST_SECURITY_DOCUMENT_UNSUPPORTED, FST_SECURITY_DOCUMENT_SCHEME_INVALID
 */
export function readDeclarations (document: Json): ReadonlyMap<string, Json> {
  const version = readVersion(document)
  const { components } = document
  const declared = isObject(components) ? components['securitySchemes'] ?? {} : {}
  if (!isObject(declared)) throw new BOOT_ERRORS.FST_SECURITY_DOCUMENT_SCHEME_INVALID('', 'it is not an object. Mend the document.')
  return new Map(Object.keys(declared).map((name) => {
    const { target, description } = follow(name, declared)
    // In OpenAPI 3.0 nothing beside a reference counts.
    return [name, modernise(copy(version > 0 && description !== undefined ? { ...target, description } : target))]
  }))
}

/** Says what is wrong with a Security Scheme Object; the problem ends with the mend. */
export function invalid (name: string, problem: string, cause?: unknown): Error {
  const place = `.${name}`
  return cause === undefined
    ? new BOOT_ERRORS.FST_SECURITY_DOCUMENT_SCHEME_INVALID(place, problem)
    : new BOOT_ERRORS.FST_SECURITY_DOCUMENT_SCHEME_INVALID(place, problem, { cause })
}

interface Followed {
  readonly target: Json
  /** The outermost description beside a reference. */
  readonly description: unknown
}

function follow (name: string, declared: Json): Followed {
  const seen = new Set<string>()
  let description: unknown
  for (let at = name; !seen.has(at);) {
    seen.add(at)
    const value = Object.hasOwn(declared, at) ? declared[at] : undefined
    if (!isObject(value)) throw invalid(name, `${at === name ? 'it' : `"${at}", which it refers to,`} is not an object. Mend the document.`)
    const reference = value['$ref']
    if (reference === undefined) return { target: value, description }
    const [, next] = REFERENCE.exec(String(reference)) ?? []
    if (next === undefined) throw invalid(name, 'its $ref does not point to #/components/securitySchemes. Bundle the document into one.')
    description ??= value['description']
    at = next
  }
  throw invalid(name, 'its $ref leads back to where it came from. Mend the document.')
}

function modernise (declaration: Json): Json {
  const renamed = rename(declaration)
  if (!isObject(renamed['flows'])) return renamed
  const flows = Object.entries(rename(renamed['flows'])).filter(([name]) => !name.startsWith('x-'))
  return { ...renamed, flows: Object.fromEntries(flows.map(([name, flow]) => [name, isObject(flow) ? rename(flow) : flow])) }
}

/** Where a field stands under its own name too, that one counts. */
function rename (fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).flatMap(([field, value]) => {
    const name = STAND_INS.get(field)
    if (name === undefined) return [[field, value]]
    return Object.hasOwn(fields, name) ? [] : [[name, value]]
  }))
}
