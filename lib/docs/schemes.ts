import type { SchemeDefinition, Schemes } from '../scheme.ts'
import { copy, isObject, type Json, type Version } from './openapi.ts'

/** Fields that only explain; an application may word them better. */
const EXPLAINING = ['description', 'deprecated', 'x-oai-deprecated'] as const

const NO_MUTUAL_TLS = 'A TLS client certificate (`mutualTLS`, for which OpenAPI 3.0 has no type): nothing is sent in the Authorization field.'

/** Adds what is enforced to the Security Scheme Objects that an application wrote: its explanations stay, what is enforced is ours. */
export function writeSchemes (schemes: Schemes, declared: unknown, version: Version): Json {
  const written: Record<string, unknown> = isObject(declared) ? { ...declared } : {}
  for (const [name, { definition }] of Object.entries(schemes)) {
    const known = Object.hasOwn(written, name) ? written[name] : undefined
    written[name] = { ...writeScheme(definition, version), ...explanations(known, definition, version) }
  }
  return written
}

/** Writes a Security Scheme Object as one version of OpenAPI knows it. */
export function writeScheme (definition: SchemeDefinition, version: Version): Json {
  const scheme = copy(definition)
  if (version === 2) return scheme
  if (version === 0 && scheme.type === 'mutualTLS') return standInForMutualTls(scheme)
  // Names from the OpenAPI extension registry; it has none for the metadata URL.
  const older: Json = rename(rename(scheme, 'deprecated', 'x-oai-deprecated'), 'oauth2MetadataUrl', 'x-oauth2MetadataUrl')
  if (!isObject(older['flows'])) return older
  const flows = rename(older['flows'], 'deviceAuthorization', 'x-oai-deviceAuthorization')
  return {
    ...older,
    flows: Object.fromEntries(Object.entries(flows).map(([name, flow]) =>
      [name, isObject(flow) ? rename(flow, 'deviceAuthorizationUrl', 'x-oai-deviceAuthorizationUrl') : flow]))
  }
}

/** Leaving the scheme out would leave its requirements without it, and so the document would promise more than is given. */
function standInForMutualTls ({ description, ...scheme }: SchemeDefinition): Json {
  return {
    ...rename(scheme, 'deprecated', 'x-oai-deprecated'),
    type: 'http',
    scheme: 'mutualTLS',
    description: description === undefined ? NO_MUTUAL_TLS : `${description}\n\n${NO_MUTUAL_TLS}`,
    'x-type': 'mutualTLS'
  }
}

function explanations (declared: unknown, { type, scheme }: SchemeDefinition, version: Version): Json {
  if (!isObject(declared)) return {}
  const kept = Object.entries(declared).filter(([field]) =>
    EXPLAINING.includes(field as typeof EXPLAINING[number]) || field.startsWith('x-') || // compared with all of them
    (field === 'bearerFormat' && type === 'http' && scheme === 'bearer'))
  const explained = Object.fromEntries(kept)
  return version === 2 ? explained : rename(explained, 'deprecated', 'x-oai-deprecated')
}

function rename (object: Json, from: string, to: string): Json {
  return Object.fromEntries(Object.entries(object).map(([field, value]) => [field === from ? to : field, value]))
}
