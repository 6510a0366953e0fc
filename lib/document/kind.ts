import type { Json } from '../docs/openapi.ts'

/** Fields by which two schemes of one type are told apart. */
const TELLING = ['in', 'name', 'openIdConnectUrl'] as const

/** The type of a Security Scheme Object, with the scheme word if that decides. */
export function kindOf ({ type, scheme }: Json): string {
  if (type !== 'http') return String(type)
  const word = String(scheme).toLowerCase()
  // What this plugin writes where OpenAPI 3.0 has no type for client certificates.
  return word === 'mutualtls' ? 'mutualTLS' : `http ${word}`
}

/** What clients go by: equal if they would present the same credential in the same place. */
export function identify (definition: Json): string {
  const { in: place, name } = definition
  const telling: Json = place === 'header' && typeof name === 'string' ? { ...definition, name: name.toLowerCase() } : definition
  return [kindOf(definition), ...TELLING.flatMap((field) => telling[field] === undefined ? [] : [String(telling[field])])].join(' ')
}
