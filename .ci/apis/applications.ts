import glue from 'fastify-openapi-glue'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { type FastifySecurityOptions } from 'fastify-openapi-security'
import { schemesFrom } from 'fastify-openapi-security/document'
import { verifiersOf } from './credentials.ts'
import { basePath, type Description, type Operation } from './description.ts'

/** How an application comes to its routes. */
export type AddRoutes = (app: FastifyInstance, description: Description, operations: readonly Operation[]) => Promise<void>

/** The header by which a handler says which operation it is. */
export const OPERATION = 'x-operation'

/** An application with the routes of a description, guarded by nobody. */
export async function unguarded (description: Description, operations: readonly Operation[], add: AddRoutes): Promise<FastifyInstance> {
  const app = Fastify({ exposeHeadRoutes: false, routerOptions: { maxParamLength: 500 } })
  await add(app, description, operations)
  await app.ready()
  return app
}

/** The same, guarded as the description says. Operations that say nothing are public in OpenAPI. */
export async function guarded (
  description: Description, operations: readonly Operation[], add: AddRoutes, before: (app: FastifyInstance) => unknown = () => null
): Promise<FastifyInstance> {
  const app = Fastify({ exposeHeadRoutes: false, routerOptions: { maxParamLength: 500 } })
  await before(app)
  const schemes = schemesFrom(description as object, verifiersOf(description))
  await app.register(fastifySecurity, { schemes, document: description, security: [] } satisfies FastifySecurityOptions)
  await add(app, description, operations)
  await app.ready()
  return app
}

/** Plain routes, one by one. */
export const byHand: AddRoutes = async (app, _description, operations) => {
  for (const { method, url, name } of operations) {
    app.route({ method, url, handler: async (_request, reply) => reply.header(OPERATION, name).send('in') })
  }
}

/** Routes with the schemas of the description, as fastify-openapi-glue makes them. */
export const byGlue: AddRoutes = async (app, description) => {
  // What is asked here has no bodies, and what is answered none that the schemas would know.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  await app.register(glue, {
    specification: description,
    // It does not look at `servers`.
    prefix: basePath(description),
    operationResolver: (_operationId, method, path) => (_request, reply) => { reply.header(OPERATION, `${method.toUpperCase()} ${path}`).send('in') }
  })
}
