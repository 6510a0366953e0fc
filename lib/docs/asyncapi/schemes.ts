import type { Components, Reference } from '../components.ts'
import { copy, isObject, type Json } from '../openapi.ts'
import { ROLES } from '../requirements.ts'
import { BOOT_ERRORS } from '../../errors.ts'
import type { Requirement } from '../../requirement/parse.ts'
import type { SchemeDefinition, Schemes } from '../../scheme.ts'
import { keyOf } from './names.ts'
import { describeAlternative } from './words.ts'

/** Makes a URL absolute; `null` if it is relative to nobody knows what. */
export type Absolute = (url: unknown) => string | null

interface Form {
  /** The fields of the Security Scheme Object that are not the same in OpenAPI. */
  write (definition: SchemeDefinition, absolute: Absolute): Json
  /** The field that lists what is needed. */
  readonly needs: string
}

/** How AsyncAPI has what OpenAPI calls by these types (AsyncAPI 3.0.0, Security Scheme Object). */
const FORMS: Readonly<Record<string, Form>> = {
  http: { write: writeHttp, needs: ROLES },
  apiKey: { write: ({ name, in: place }) => ({ type: 'httpApiKey', name, in: place }), needs: ROLES },
  mutualTLS: { write: () => ({ type: 'X509' }), needs: ROLES },
  oauth2: { write: writeOAuth2, needs: 'scopes' },
  openIdConnect: {
    write: ({ openIdConnectUrl }, absolute) => ({ type: 'openIdConnect', openIdConnectUrl: absolute(openIdConnectUrl) ?? openIdConnectUrl }),
    needs: 'scopes'
  }
}

/** URLs that each flow must have; others of its URLs it must not have. There is no device flow. */
const FLOWS: Readonly<Record<string, readonly string[]>> = {
  implicit: ['authorizationUrl'],
  password: ['tokenUrl'],
  clientCredentials: ['tokenUrl'],
  authorizationCode: ['authorizationUrl', 'tokenUrl']
}

/** Beside `flows`: those that AsyncAPI has no form for, as OpenAPI has them. */
const OTHER_FLOWS = 'x-flows'

/** Writes a scheme as far as an alternative asks for it. */
export type WriteScheme = (name: string, alternative: Requirement) => Reference

/**
 * Writes Security Scheme Objects: one for each scheme and what is needed of it, because AsyncAPI says that in the scheme; and one for each
 * that counts only together with others, for which AsyncAPI has no form, so that none of them reads as enough.
 */
export function schemeWriter (schemes: Schemes, components: Components, absolute: Absolute): WriteScheme {
  return (name, alternative) => {
    const { [name]: needed = [], ...others } = alternative
    const definition = schemes[name]?.definition ?? { type: name } // compiled policies name known schemes
    const together = Object.keys(others)
    const key = [name, ...needed, ...(together.length === 0 ? [] : ['with', ...Object.entries(others).flat(2)])].map(keyOf).join('.')
    return components.add('securitySchemes', key, {
      ...writeScheme(name, definition, needed, absolute),
      ...explain(definition, needed, others),
      ...(together.length === 0 ? {} : { 'x-together-with': copy(others) })
    })
  }
}

/** @throws FST_SECURITY_ASYNCAPI_INVALID for a type that OpenAPI does not know */
export function writeScheme (name: string, definition: SchemeDefinition, needed: readonly string[], absolute: Absolute): Json {
  const form = Object.hasOwn(FORMS, definition.type) ? FORMS[definition.type] : undefined
  if (form === undefined) {
    throw new BOOT_ERRORS.FST_SECURITY_ASYNCAPI_INVALID(`the scheme "${name}" is of the type "${definition.type}", for which AsyncAPI has no form.`)
  }
  const { write, needs } = form
  return {
    ...extensions(copy(definition)),
    ...write(copy(definition), absolute),
    ...(needs === ROLES && needed.length === 0 ? {} : { [needs]: [...needed] })
  }
}

function explain ({ description }: SchemeDefinition, needed: readonly string[], others: Requirement): Json {
  const texts = [
    description ?? '',
    needed.length === 0 ? '' : `Needed: ${needed.map((one) => `\`${one}\``).join(', ')}.`,
    Object.keys(others).length === 0 ? '' : `**Not enough alone**: only together with ${describeAlternative(others)}.`
  ].filter((text) => text !== '')
  return texts.length === 0 ? {} : { description: texts.join('\n\n') }
}

function extensions (definition: Json): Json {
  return Object.fromEntries(Object.entries(definition).filter(([field]) => field.startsWith('x-')))
}

function writeHttp ({ scheme, bearerFormat }: SchemeDefinition): Json {
  const word = String(scheme).toLowerCase()
  return { type: 'http', scheme: word, ...(word === 'bearer' && bearerFormat !== undefined ? { bearerFormat } : {}) }
}

function writeOAuth2 ({ flows, oauth2MetadataUrl }: SchemeDefinition, absolute: Absolute): Json {
  const declared = Object.entries(isObject(flows) ? flows : {})
  const written = new Map(declared.map(([kind, flow]) => [kind, isObject(flow) ? writeFlow(kind, flow, absolute) : null]))
  const others = declared.filter(([kind]) => written.get(kind) === null)
  return {
    type: 'oauth2',
    flows: Object.fromEntries([...written].filter(([, flow]) => flow !== null)),
    ...(others.length === 0 ? {} : { [OTHER_FLOWS]: Object.fromEntries(others) }),
    ...(oauth2MetadataUrl === undefined ? {} : { 'x-oauth2MetadataUrl': oauth2MetadataUrl })
  }
}

/** `null` for a flow that AsyncAPI cannot have. */
function writeFlow (kind: string, flow: Json, absolute: Absolute): Json | null {
  const required = Object.hasOwn(FLOWS, kind) ? FLOWS[kind] : undefined
  const urls = required?.map((field) => [field, absolute(flow[field])] as const)
  if (urls === undefined || urls.some(([, url]) => url === null)) return null
  const refreshUrl = flow['refreshUrl'] === undefined ? null : absolute(flow['refreshUrl'])
  return {
    ...Object.fromEntries(urls),
    ...(refreshUrl === null ? {} : { refreshUrl }),
    availableScopes: flow['scopes'] ?? {},
    ...extensions(flow)
  }
}
