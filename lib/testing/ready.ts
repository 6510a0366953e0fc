import type { FastifyInstance } from 'fastify'
import { isOutermost } from '../boot.ts'

/** A Fastify instance with whatever server, logger and type provider: what all of them have in common. */
export type Application = Pick<FastifyInstance, 'inject' | 'hasDecorator' | 'printRoutes'>

/** Waits until an application is ready. Encapsulated instances cannot be asked once they are. */
export async function ready (app: Application): Promise<FastifyInstance> {
  const instance = instanceOf(app)
  let outermost = instance
  while (!isOutermost(outermost)) outermost = Object.getPrototypeOf(outermost) as FastifyInstance // children have their parent as prototype
  await outermost.ready()
  return instance
}

/** The instance, of whose server, logger and type provider nothing is assumed. */
export function instanceOf (app: Application): FastifyInstance {
  return app as FastifyInstance // it is one of some kind
}
