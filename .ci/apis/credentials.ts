import { http, type BasicCredential, type Scheme } from 'fastify-openapi-security'
import type { Verifier } from 'fastify-openapi-security/document'
import type { Description, SecurityScheme } from './description.ts'

/** What a caller presents: for each scheme the scopes held. */
export type Presented = Readonly<Record<string, readonly string[]>>

/** A request's share of credentials. */
export interface Sent {
  readonly headers: Record<string, string>
  readonly query: Record<string, string>
}

const BUILT_IN = new Set(['basic', 'bearer'])

/** For each scheme a verifier that believes what {@link present} writes for it, and nothing else. */
export function verifiersOf ({ components }: Description): Record<string, Verifier | Scheme<object, string>> {
  return Object.fromEntries(Object.entries(components?.securitySchemes ?? {}).map(([name, { type, scheme = '' }]) => {
    const verify = (credential: unknown): { scopes: string[] } | null => believe(name, credential)
    return [name, type !== 'http' || BUILT_IN.has(scheme.toLowerCase()) ? verify : http({ scheme, parse: (text) => text, verify })]
  }))
}

function believe (name: string, credential: unknown): { scopes: string[] } | null {
  const text = typeof credential === 'string' ? credential : (credential as BasicCredential).password
  const [scheme, ...scopes] = Buffer.from(text, 'base64url').toString().split(' ')
  return scheme === name ? { scopes } : null
}

/** @returns `null` if one request cannot carry them all: two of them lie in the Authorization field */
export function present ({ components }: Description, presented: Presented): Sent | null {
  const sent: Sent = { headers: {}, query: {} }
  for (const [name, scopes] of Object.entries(presented)) {
    const scheme = components?.securitySchemes?.[name]
    if (scheme === undefined) throw new Error(`the description has no scheme ${name}`)
    const [fields, field, value] = write(scheme, Buffer.from([name, ...scopes].join(' ')).toString('base64url'), sent)
    if (field in fields) return null
    fields[field] = value
  }
  return sent
}

function write ({ type, in: place, name = '', scheme = '' }: SecurityScheme, text: string, { headers, query }: Sent): [Record<string, string>, string, string] {
  if (type === 'apiKey') return place === 'query' ? [query, name, text] : place === 'cookie' ? [headers, 'cookie', `${name}=${text}`] : [headers, name.toLowerCase(), text]
  if (type !== 'http' || scheme.toLowerCase() === 'bearer') return [headers, 'authorization', `Bearer ${text}`]
  return [headers, 'authorization', scheme.toLowerCase() === 'basic' ? `Basic ${btoa(`user:${text}`)}` : `${scheme} ${text}`]
}
