import { readVersion } from '../docs/openapi.ts'
import { registrationOf } from '../registration.ts'
import { auditOperation, type Auditing } from './audit-operation.ts'
import { bodyChecker } from './body-schema.ts'
import { withDoubles } from './doubles.ts'
import { finding, type Finding } from './finding.ts'
import { documentFor, operationsOf } from './operations.ts'
import { ready, type Application } from './ready.ts'
import { danglingReferences } from './references.ts'
import { findRoutes, unmatched } from './routes.ts'

/** What {@link auditDocument} can be told. */
export interface AuditOptions {
  /** The OpenAPI document to compare with. Default: what `app.swagger()` makes. */
  readonly document?: object
  /**
   * Whether handlers run: those of public operations, and those of requests that present enough, with whatever they do. `false` ends such
   * requests right after the guard, and sends nothing to public operations. Default `true`.
   */
  readonly handlers?: boolean
  /** Values for path parameters, by name. Default: examples of the document, else made up from their schemas. */
  readonly parameters?: Readonly<Record<string, string>>
  /** How long an answer may take, in milliseconds. Default 5000. */
  readonly timeout?: number
}

/** What an audit came to. */
export interface AuditReport {
  /** How many operations the document has. */
  readonly operations: number
  /** How many requests were sent. */
  readonly requests: number
  readonly findings: readonly Finding[]
}

/**
 * Sends requests to every operation of an OpenAPI document, in process, and reports each place where what comes back is not what the
 * document says: with no credentials, malformed, unaccepted, refused, too few scopes, exactly enough; on HTTP and as WebSocket handshakes.
 * Verifiers are replaced for these requests only; whoever calls the application meanwhile is judged as ever.
 *
 * @throws FST_SECURITY_NOT_REGISTERED, FST_SECURITY_DOCUMENT_UNSUPPORTED, TypeError if there is no document
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import test from 'node:test'
 * import Fastify from 'fastify'
 * import { auditDocument } from 'fastify-openapi-security/testing'
 *
 * test('the document says what the application does', async () => {
 *   const app = Fastify() // the application
 *   const { findings } = await auditDocument(app)
 *   assert.deepEqual(findings.map(({ message }) => message), [])
 * })
 * ```
 */
export async function auditDocument (app: Application, options: AuditOptions = {}): Promise<AuditReport> {
  const instance = await ready(app)
  const registration = registrationOf(instance)
  const document = documentFor(instance, options.document)
  readVersion(document)
  const findings: Finding[] = danglingReferences(document).map(({ reference, at }) => dangling(reference, at))
  const operations = operationsOf(document)
  const { known } = registration.routes
  const routes = findRoutes(document, operations, known)
  findings.push(...unmatched(operations, routes, known))
  const auditing: Auditing = {
    app: instance,
    document,
    registration,
    check: await bodyChecker(document),
    handlers: options.handlers ?? true,
    parameters: options.parameters ?? {},
    timeout: options.timeout ?? 5000
  }
  const requests = await withDoubles(registration, async () => {
    let sent = 0
    for (const [operation, route] of routes) {
      const audited = await auditOperation(auditing, operation, route)
      sent += audited.requests
      findings.push(...audited.findings)
    }
    return sent
  })
  return Object.freeze({ operations: operations.length, requests, findings: Object.freeze(findings) })
}

function dangling (reference: string, at: readonly string[]): Finding {
  const [root, path = '', method = ''] = at
  const place = root === 'paths' ? { method: method.toUpperCase(), path } : { method: '', path: `#/${at.join('/')}` }
  return finding({ ...place, websocket: false, probe: '' }, {
    kind: 'reference',
    expected: `${reference} in the document`,
    actual: 'nothing there',
    mend: `Mend the $ref at #/${at.join('/')}, or add what it names.`
  })
}
