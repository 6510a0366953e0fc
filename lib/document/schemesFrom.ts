import { isObject, type Json } from '../docs/openapi.ts'
import { BOOT_ERRORS } from '../errors.ts'
import type { Scheme } from '../scheme.ts'
import { build } from './build.ts'
import { invalid, readDeclarations } from './declarations.ts'
import { identify } from './kind.ts'
import { collectRoles } from './roles.ts'
import type { NoOthers, SchemesOf, Verifier, Verifiers } from './verifiers.ts'

/**
 * Makes the plugin's `schemes` of those that an OpenAPI document declares. For each a verifier is given, or, for what a document cannot
 * say, a whole scheme, which must be one that clients cannot tell from the document's. Roles are those that its requirements name.
 *
 * @param document OpenAPI 3.0, 3.1 or 3.2, parsed; it is not changed
 * @param verifiers by the names of the document's `components.securitySchemes`
 * @throws FST_SECURITY_DOCUMENT_UNSUPPORTED, FST_SECURITY_DOCUMENT_SCHEME_INVALID
 * @example
 * ```ts
 * import Fastify from 'fastify'
 * import fastifySecurity, { secrets } from 'fastify-openapi-security'
 * import { schemesFrom } from 'fastify-openapi-security/document'
 *
 * const document = {
 *   openapi: '3.1.0',
 *   info: { title: 'Pets', version: '1.0.0' },
 *   paths: { '/pets': { get: { security: [{ partner: [] }], responses: { 200: { description: 'Pets' } } } } },
 *   components: { securitySchemes: { partner: { type: 'apiKey', in: 'header', name: 'X-API-Key' } } }
 * } as const
 * const schemes = schemesFrom(document, { partner: secrets([{ value: 'change-me', credentials: { name: 'Acme' } }]) })
 *
 * const app = Fastify()
 * await app.register(fastifySecurity, { schemes, document, security: [{ partner: [] }] })
 * app.get('/pets', async (request) => [request.auth])
 * ```
 */
export function schemesFrom<const Document extends object, Given extends Verifiers<Document>> (
  document: Document, verifiers: Given & NoOthers<Document, Given>
): SchemesOf<Document, Given> {
  if (!isObject(document)) throw new BOOT_ERRORS.FST_SECURITY_DOCUMENT_UNSUPPORTED('not an object')
  const declarations = readDeclarations(document)
  for (const name of Object.keys(verifiers)) {
    if (!declarations.has(name)) {
      throw invalid(name, `there is no such scheme among ${[...declarations.keys()].join(', ') || 'none'}. Take its verifier away, or mend the name.`)
    }
  }
  const roles = collectRoles(document)
  return Object.fromEntries([...declarations].map(([name, declared]) => {
    const given: unknown = Object.hasOwn(verifiers, name) ? Reflect.get(verifiers, name) : undefined
    return [name, schemeFor(name, declared, given, roles.get(name) ?? [])]
  })) as SchemesOf<Document, Given> // names are the document's, which are the verifiers'
}

function schemeFor (name: string, declared: Json, given: unknown, roles: readonly string[]): Scheme<object, string> {
  if (typeof given === 'function') return build(name, declared, given as Verifier, roles) // its credential was compared by the compiler
  if (!isScheme(given)) {
    throw invalid(name, `${given === undefined ? 'it has no verifier' : 'what it was given is neither a verifier nor a scheme'}. Give schemesFrom() one: { '${name}': verify }.`)
  }
  const [own, documented] = [identify(given.definition), identify(declared)]
  if (own === documented) return given
  throw invalid(name, `the scheme given for it is "${own}", and the document says "${documented}". Make them agree.`)
}

function isScheme (value: unknown): value is Scheme<object, string> {
  return isObject(value) && isObject(value['definition']) && typeof value['read'] === 'function' && typeof value['verify'] === 'function'
}
