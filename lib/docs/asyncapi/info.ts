import { isObject, type Json } from '../openapi.ts'
import { BOOT_ERRORS } from '../../errors.ts'
import { isDocumentUrl } from './document-url.ts'
import type { AsyncApiDocument, AsyncApiOptions } from './objects.ts'

/** What is said of the API where nobody says anything else. */
const UNTOLD = { title: 'WebSocket API', version: '0.0.0' }

/** The Info Object: as told, as the OpenAPI document has it, or a default. */
export function writeInfo ({ title, version, description }: AsyncApiOptions, openapi: Json | null): AsyncApiDocument['info'] {
  const known: Json = isObject(openapi?.['info']) ? openapi['info'] : {}
  return {
    title: title ?? text(known['title']) ?? UNTOLD.title,
    version: version ?? text(known['version']) ?? UNTOLD.version,
    ...(description === undefined ? {} : { description })
  }
}

/**
 * Checks what `app.security.asyncapi()` was told.
 *
 * @throws FST_SECURITY_ASYNCAPI_INVALID
 */
export function checkOptions (options: AsyncApiOptions): void {
  const { title, version, description, openapi, servers } = options as Readonly<Record<string, unknown>> // looked at
  for (const [name, value] of Object.entries({ title, version, description, openapi })) {
    if (value !== undefined && typeof value !== 'string') throw invalid(`\`${name}\` is not a text.`)
  }
  if (typeof openapi === 'string' && !isDocumentUrl(openapi)) throw invalid(`\`openapi\`: "${openapi}" is not the URL of a document, with its host.`)
  if (servers !== undefined && !(Array.isArray(servers) && servers.every((url) => typeof url === 'string'))) {
    throw invalid('`servers` is not an array of URLs.')
  }
}

function text (value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function invalid (problem: string): Error {
  return new BOOT_ERRORS.FST_SECURITY_ASYNCAPI_INVALID(problem)
}
