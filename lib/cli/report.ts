import type { FastifyInstance } from 'fastify'
import { isObject } from '../docs/openapi.ts'
import { nameLocation } from '../policy.ts'
import { registrationOf, type Registration } from '../registration.ts'
import type { Source } from '../requirement/inherit.ts'
import type { Security } from '../requirement/parse.ts'
import type { KnownRoute } from '../routes.ts'
import type { Scheme } from '../scheme.ts'
import { documentsOf, isHidden, type RoutedDocument } from './documents.ts'
import { inWords } from './words.ts'

/** One method of a route. */
export interface ReportedRoute {
  readonly method: string
  readonly url: string
  /** `[]` is public. */
  readonly security: Security
  /** The same in words. */
  readonly requirement: string
  readonly source: Source
  /** Whether the document has an operation for it; `hidden` if the application wants none. */
  readonly documented: 'yes' | 'no' | 'hidden'
  readonly websocket: boolean
}

/** A scheme of the application. */
export interface ReportedScheme {
  readonly name: string
  /** Of the OpenAPI Security Scheme Object. */
  readonly type: string
  /** Where the credential lies, in words. */
  readonly location: string
  readonly description: string | null
  /** Scopes or roles it declares, with what they are for if that is said; `null` if only the authorization server knows them. */
  readonly scopes: readonly { readonly name: string, readonly description: string | null }[] | null
}

/** A fault, and how to mend it. */
export interface Finding {
  readonly rule: Rule
  /** `null` where the fault is none of a single operation. */
  readonly method: string | null
  readonly url: string | null
  readonly message: string
}

export type Rule = 'public-write' | 'no-document' | 'undocumented-route' | 'undocumented-refusal' | 'undeclared-scope' | 'drift'

/** What an audit finds out. */
export interface Report {
  /** Of the document; `null` if there is none or it does not say. */
  readonly title: string | null
  readonly version: string | null
  readonly schemes: readonly ReportedScheme[]
  readonly routes: readonly ReportedRoute[]
  /** `null` if they were not looked for. */
  readonly findings: readonly Finding[] | null
}

/** What there is to look at in an application. */
export interface Audited {
  readonly app: FastifyInstance
  readonly registration: Registration
  readonly documents: readonly RoutedDocument[]
}

/**
 * Reads what an application that is ready asks of callers, and what it says about it.
 *
 * @throws FST_SECURITY_NOT_REGISTERED, FST_SECURITY_DOCUMENT_UNSUPPORTED, and what @fastify/swagger throws
 */
export function inspect (app: FastifyInstance): Audited {
  const registration = registrationOf(app)
  return { app, registration, documents: documentsOf(app, registration.routes.known) }
}

/** Writes down what was found, in the order in which people look for it. */
export function report ({ registration: { routes, settings }, documents }: Audited, findings: readonly Finding[] | null): Report {
  const info: unknown = documents[0]?.document['info']
  const { title, version } = isObject(info) ? info : {}
  return {
    title: typeof title === 'string' && title !== '' ? title : null,
    version: typeof version === 'string' && version !== '' ? version : null,
    schemes: Object.entries(settings.schemes).map(([name, scheme]) => reportScheme(name, scheme)),
    routes: routes.known.flatMap((route) => route.methods.map((method) => reportRoute(route, method, documents))).sort(comparePlaces),
    findings
  }
}

function reportRoute (route: KnownRoute, method: string, documents: readonly RoutedDocument[]): ReportedRoute {
  const { url, security, source, websocket } = route
  const documented = documents.some((document) => document.covers(route, method)) ? 'yes' : isHidden(route) ? 'hidden' : 'no'
  return { method, url, security, requirement: inWords(security), source, documented, websocket: websocket && method === 'GET' }
}

function reportScheme (name: string, { definition, location, scopes }: Scheme): ReportedScheme {
  const { type, description, flows } = definition
  const described = Object.assign({}, ...Object.values(isObject(flows) ? flows : {}).map((flow) => isObject(flow) ? flow['scopes'] : {})) as object
  return {
    name,
    type,
    location: nameLocation(location),
    description: description ?? null,
    scopes: scopes?.map((scope) => ({ name: scope, description: textOf(Reflect.get(described, scope)) })) ?? null
  }
}

function textOf (value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

const METHOD_ORDER: readonly string[] = ['GET', 'HEAD', 'QUERY', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

type Place = Pick<Finding, 'method' | 'url'>

/** By path, segment for segment, so that what lies below a path follows it; then reading methods before writing ones. */
export function comparePlaces (a: Place, b: Place): number {
  return comparePaths(a.url ?? '', b.url ?? '') || compareMethods(a.method ?? '', b.method ?? '')
}

function comparePaths (a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareTexts(left[i] ?? '', right[i] ?? '')
    if (order !== 0) return order
  }
  return left.length - right.length
}

function compareMethods (a: string, b: string): number {
  return rank(a) - rank(b) || compareTexts(a, b)
}

function rank (method: string): number {
  const place = METHOD_ORDER.indexOf(method)
  return place === -1 ? METHOD_ORDER.length : place
}

function compareTexts (a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
