import type { FastifyInstance } from 'fastify'
import { BOOT_ERRORS } from '../errors.ts'
import type { Settings } from '../options.ts'
import type { Routes } from '../routes.ts'
import { resourceMetadata, resourceOf, type Resource } from './resource.ts'

/** Seconds for which metadata may be kept (RFC 9728 §7.10). */
const MAX_AGE = 3600

/**
 * Serves the metadata of each configured resource to everyone (RFC 9728 §3).
 *
 * @throws FST_SECURITY_OPTIONS_INVALID below a prefix, where the well-known path cannot be served
 */
export function serveMetadata (app: FastifyInstance, routes: Routes, { resources, schemes }: Settings): void {
  if (resources.length > 0 && app.prefix !== '') {
    throw new BOOT_ERRORS.FST_SECURITY_OPTIONS_INVALID('resource', `the metadata cannot be served below the prefix "${app.prefix}"`)
  }
  for (const resource of resources) {
    let body: string | undefined
    app.get(resource.metadataPath, { schema: { security: [], ...HIDDEN } }, async (_request, reply) => {
      body ??= JSON.stringify(resourceMetadata(resource, policiesOf(resource, resources, routes), schemes))
      return reply.header('cache-control', `public, max-age=${MAX_AGE}`).type('application/json').send(body)
    })
  }
}

/** Left out of the OpenAPI document, as @fastify/swagger has it. */
const HIDDEN = { hide: true }

function policiesOf (resource: Resource, resources: readonly Resource[], { known }: Routes) {
  return known.flatMap(({ url, protection }) =>
    protection !== 'public' && resourceOf(url, resources) === resource ? [protection.policy] : [])
}
