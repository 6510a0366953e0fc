import type { FastifyInstance } from 'fastify'

/**
 * Lets the hook that was added last run before all others of its name, of plugins registered earlier too. Fastify has no public way to
 * ask for that, so this looks for the hooks where they are today.
 *
 * @returns whether it will; if not, the hook runs in the order of registration
 */
export function runFirst (app: FastifyInstance, name: 'onRoute' | 'preClose'): boolean {
  const key = Object.getOwnPropertySymbols(app).find(({ description }) => description === 'fastify.hooks')
  const hooks: unknown = key === undefined ? undefined : Reflect.get(app, key)
  const added: unknown = typeof hooks === 'object' && hooks !== null ? Reflect.get(hooks, name) : undefined
  if (!Array.isArray(added)) return false
  added.unshift(added.pop())
  return true
}
