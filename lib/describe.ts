import type { FastifyBaseLogger } from 'fastify'
import { writeDocument } from './docs/asyncapi/document.ts'
import { checkOptions } from './docs/asyncapi/info.ts'
import type { AsyncApiDocument, AsyncApiOptions } from './docs/asyncapi/objects.ts'
import type { Documents } from './docs/document.ts'
import { copy } from './docs/openapi.ts'
import { BOOT_ERRORS } from './errors.ts'
import type { Settings } from './options.ts'
import type { Routes } from './routes.ts'

/** What connections are described with. */
export interface Describing {
  readonly routes: Routes
  readonly settings: Settings
  readonly documents: Pick<Documents, 'isHidden' | 'first'>
  readonly log: Pick<FastifyBaseLogger, 'warn'>
}

/**
 * Makes `app.security.asyncapi()`.
 *
 * @throws FST_SECURITY_ASYNCAPI_INVALID
 */
export function describeConnections (
  { routes, settings, documents, log }: Describing
): (options?: AsyncApiOptions) => AsyncApiDocument {
  let isWarned = false
  return (options = {}) => {
    if (!routes.isComplete) {
      throw new BOOT_ERRORS.FST_SECURITY_ASYNCAPI_INVALID('not all routes are known yet; call it after `await app.ready()`.')
    }
    checkOptions(options)
    const { isHidden } = documents
    const document = copy(writeDocument({ routes: routes.known, settings, isHidden, openapi: documents.first() }, options))
    if (!isWarned) warnOfConjunctions(document, log)
    isWarned = true
    return document
  }
}

/** A list of AsyncAPI is satisfied by one of its schemes. */
function warnOfConjunctions ({ channels }: AsyncApiDocument, log: Describing['log']): void {
  const asking = Object.entries(channels).filter(([, channel]) => channel['x-security'].some((one) => Object.keys(one).length > 1))
  if (asking.length === 0) return
  const named = asking.map(([name]) => name).slice(0, 10).join(', ') + (asking.length > 10 ? ` and ${asking.length - 10} more` : '')
  log.warn(`the AsyncAPI document says only in \`x-security\` and in words that credentials are asked for together: ${named}`)
}
