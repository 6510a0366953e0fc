import type { FastifyRequest } from 'fastify'
import type { Alternative, Policy } from './policy.ts'
import type { Outcome } from './scheme.ts'

/** Shows handlers the credentials of the satisfied alternative, and no others. */
export function authenticate (request: FastifyRequest, { slots }: Policy, alternative: Alternative, outcomes: readonly Outcome[]): void {
  const auth: Record<string, unknown> = {}
  for (const slot of alternative.slots) auth[slots[slot]?.name ?? ''] = outcomes[slot]
  const target = request as { auth: unknown } // readonly to everyone else
  target.auth = auth
}
