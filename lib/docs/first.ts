import type { FastifyInstance } from 'fastify'
import { isObject } from './openapi.ts'

/**
 * Lets the onRoute hook that was added last run before all others, of plugins registered earlier too. Fastify has no public way to ask
 * for that, so this looks for the hooks where they are today.
 *
 * @returns whether it will; if not, the hook runs in the order of registration
 */
export function runFirst (app: FastifyInstance): boolean {
  const key = Object.getOwnPropertySymbols(app).find(({ description }) => description === 'fastify.hooks')
  const hooks: unknown = key === undefined ? undefined : Reflect.get(app, key)
  if (!isObject(hooks) || !Array.isArray(hooks['onRoute'])) return false
  const { onRoute } = hooks as { onRoute: unknown[] }
  onRoute.unshift(onRoute.pop())
  return true
}
