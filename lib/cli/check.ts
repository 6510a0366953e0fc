import { isObject, readVersion, type Json } from '../docs/openapi.ts'
import { METHODS } from '../docs/operations-of.ts'
import { refusalsOf } from '../docs/refusals.ts'
import type { KnownRoute } from '../routes.ts'
import { isHidden, type RoutedDocument, type RoutedOperation } from './documents.ts'
import type { Audited, Finding } from './report.ts'
import { isSafe } from './safe.ts'
import { admitsAnonymous, isPublic } from './words.ts'

const DEFAULTS = { scope: 'by the default of its scope', plugin: 'by the option `security` of the plugin' } as const

/** Looks for what the declarations and the documents show by themselves. Nothing is sent to the application. */
export function check ({ registration: { routes: { known }, settings }, documents }: Audited): Finding[] {
  return [
    ...known.flatMap(publicWrites),
    ...(documents.length === 0 ? missingDocument(known) : known.flatMap((route) => undocumentedRoute(route, known, documents))),
    ...documents.flatMap(({ document, operations }) => [
      ...operations.flatMap((operation) => undocumentedRefusals(operation, settings.origins !== null)),
      ...undeclaredScopes(document, operations)
    ])
  ]
}

function publicWrites ({ methods, url, security, source }: KnownRoute): Finding[] {
  if (source === 'route' || !admitsAnonymous(security)) return []
  return methods.filter((method) => !isSafe(method)).map((method) => ({
    rule: 'public-write',
    method,
    url,
    message: `Callers without credentials are let in ${DEFAULTS[source]}. Write \`security\` into the schema of the route: ` +
      'what it asks, or [] if everyone may call it.'
  }))
}

function missingDocument (known: readonly KnownRoute[]): Finding[] {
  const asking = known.filter(({ security }) => !isPublic(security))
  if (asking.length === 0) return []
  return [{
    rule: 'no-document',
    method: null,
    url: null,
    message: `Routes ask for credentials (${asking.length} of ${known.length}), and no document says so. Register @fastify/swagger before them.`
  }]
}

function undocumentedRoute (route: KnownRoute, known: readonly KnownRoute[], documents: readonly RoutedDocument[]): Finding[] {
  if (isHidden(route)) return []
  const hasPlace = (method: string): boolean => documents.some(({ document }) => hasField(method, document))
  const isCovered = (method: string): boolean => isTwin(route, method, known) || documents.some(({ covers }) => covers(route, method))
  const missing = route.methods.filter((method) => hasPlace(method) && !isCovered(method))
  return missing.map((method) => ({
    rule: 'undocumented-route',
    method,
    url: route.url,
    message: 'The document has no operation for this route. Register @fastify/swagger before it, or write `hide: true` into its schema if it is to be left out.'
  }))
}

/** What else an application may answer has no place in a Path Item Object. */
function hasField (method: string, document: Json): boolean {
  return METHODS.has(method.toLowerCase()) && (method !== 'QUERY' || readVersion(document) === 2)
}

/** The HEAD that Fastify adds to a GET is what every client expects (RFC 9110 §9.3.2). */
function isTwin ({ url }: KnownRoute, method: string, known: readonly KnownRoute[]): boolean {
  return method === 'HEAD' && known.some((other) => other.url === url && other.methods.includes('GET'))
}

function undocumentedRefusals ({ method, path, operation, route }: RoutedOperation, hasOrigins: boolean): Finding[] {
  if (route === undefined || route.protection === 'public') return []
  const responses = isObject(operation['responses']) ? operation['responses'] : {}
  const refusals = refusalsOf(route.protection, { origins: route.websocket && hasOrigins, subprotocol: false })
  const statuses = new Set(refusals.map(({ answer }) => answer.status))
  const missing = [...statuses].filter((status) => responses[status] === undefined && responses[`${String(status)[0] ?? ''}XX`] === undefined).sort()
  if (missing.length === 0) return []
  return [{
    rule: 'undocumented-refusal',
    method,
    url: path,
    message: `The guard answers ${missing.join(' and ')}, which the responses of the operation lack. ` +
      'They are added when the document is made; find what takes them away afterwards.'
  }]
}

function undeclaredScopes (document: Json, operations: readonly RoutedOperation[]): Finding[] {
  const { components } = document
  const schemes = isObject(components) && isObject(components['securitySchemes']) ? components['securitySchemes'] : {}
  const places = [{ method: null, url: null, security: document['security'] },
    ...operations.map(({ method, path, operation }) => ({ method, url: path, security: operation['security'] }))]
  return places.flatMap(({ method, url, security }) => scopesIn(security)
    .filter(([name, scope]) => isUndeclared(schemes[name], scope))
    .map(([name, scope]): Finding => ({
      rule: 'undeclared-scope',
      method,
      url,
      message: `The document asks for the scope "${scope}" of "${name}", which no flow of that scheme lists. Add it to the flows, or mend the name.`
    })))
}

function scopesIn (security: unknown): [scheme: string, scope: string][] {
  if (!Array.isArray(security)) return []
  return security.filter(isObject).flatMap((requirement) => Object.entries(requirement).flatMap(([name, scopes]) =>
    Array.isArray(scopes) ? scopes.map((scope): [string, string] => [name, String(scope)]) : []))
}

function isUndeclared (scheme: unknown, scope: string): boolean {
  if (!isObject(scheme) || scheme['type'] !== 'oauth2' || !isObject(scheme['flows'])) return false
  return !Object.values(scheme['flows']).some((flow) => isObject(flow) && isObject(flow['scopes']) && Object.hasOwn(flow['scopes'], scope))
}
