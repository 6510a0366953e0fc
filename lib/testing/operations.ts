import type { FastifyInstance } from 'fastify'
import { isObject, type Json } from '../docs/openapi.ts'
import { parseSecurity, type Security } from '../requirement/parse.ts'

/** An operation of a document. */
export interface Operation {
  /** In upper case. */
  readonly method: string
  readonly path: string
  readonly operation: Json
  /** Its own, and those of its Path Item. */
  readonly parameters: readonly Json[]
  /** Its own Server Objects, or those of its Path Item. */
  readonly servers: unknown
}

const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'])
/** A Reference Object may point to another. */
const MAX_HOPS = 32

/**
 * The document to look at.
 *
 * @throws TypeError if there is none
 */
export function documentFor (app: FastifyInstance, given: unknown): Json {
  if (isObject(given)) return given
  if (given !== undefined) throw new TypeError('auditDocument(): the option `document` is not an OpenAPI document')
  const swagger: unknown = Reflect.get(app, 'swagger')
  if (typeof swagger !== 'function') {
    throw new TypeError('auditDocument(): the application has no app.swagger(). Register @fastify/swagger, or give the option `document`.')
  }
  const document: unknown = swagger.call(app)
  if (!isObject(document)) throw new TypeError('auditDocument(): app.swagger() made no document')
  return document
}

/** What a Reference Object within the document points to, anything else as it is; `undefined` if it points to nothing. */
export function resolve (document: Json, value: unknown): unknown {
  let found = value
  for (let hops = 0; hops < MAX_HOPS; hops++) {
    if (!isObject(found) || typeof found['$ref'] !== 'string') return found
    found = lookUp(document, found['$ref'])
  }
  return undefined
}

/** What a reference within the document points to (RFC 6901 §6). */
export function lookUp (document: Json, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined
  let found: unknown = document
  for (const token of reference.slice(1).split('/').slice(1)) {
    const key = decode(token).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = Reflect.get(found, key)
  }
  return found
}

function decode (token: string): string {
  try {
    return decodeURIComponent(token)
  } catch {
    return token
  }
}

/** Every operation below `paths`. */
export function operationsOf (document: Json): Operation[] {
  const { paths } = document
  if (!isObject(paths)) return []
  return Object.entries(paths).flatMap(([path, declared]) => {
    const item = resolve(document, declared)
    if (!isObject(item)) return []
    const { additionalOperations: additional, parameters, servers, ...fields } = item
    const entries = [
      ...Object.entries(fields).filter(([field]) => METHODS.has(field.toLowerCase())),
      ...(isObject(additional) ? Object.entries(additional) : [])
    ]
    const shared = objects(document, parameters)
    return entries.flatMap(([method, operation]): Operation[] => isObject(operation)
      ? [{
          method: method.toUpperCase(),
          path,
          operation,
          parameters: [...objects(document, operation['parameters']), ...shared],
          servers: operation['servers'] ?? servers
        }]
      : [])
  })
}

/** The members of a list that are objects, references resolved. */
export function objects (document: Json, list: unknown): Json[] {
  return Array.isArray(list) ? list.map((one) => resolve(document, one)).filter(isObject) : []
}

/**
 * What a document says an operation asks for; with the roles that stand beside it where OpenAPI 3.0 has no place for them.
 *
 * @throws FST_SECURITY_REQUIREMENT_INVALID
 */
export function documentedSecurity (document: Json, { method, path, operation }: Operation): Security {
  const source = operation['security'] === undefined ? document : operation
  const declared: unknown = source['security'] ?? []
  const roles = source['x-required-roles']
  const complete: unknown = !Array.isArray(declared) || !Array.isArray(roles)
    ? declared
    : declared.map((requirement: unknown, i) => isObject(requirement) && isObject(roles[i]) ? { ...requirement, ...roles[i] } : requirement)
  return parseSecurity(complete, `${method} ${path} of the document`)
}

/** Tells two requirements apart by what they let in, whatever the order; `''` is public. */
export function meaningOf (security: Security): string {
  const alternatives = security.map((requirement) => {
    const asked = Object.entries(requirement).map(([name, scopes]) => [name, [...scopes].sort()] as const)
    return JSON.stringify(asked.sort(([a], [b]) => a < b ? -1 : 1))
  })
  const distinct = [...new Set(alternatives)].sort()
  return distinct.every((one) => one === '[]') ? '' : distinct.join(' ')
}
