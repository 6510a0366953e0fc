import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { Member } from '../room.ts'
import type { RevokedTokens } from '../schemes.ts'

const Ended = Type.Object({ ended: Type.Integer({ format: 'int32', minimum: 0, maximum: 1_000_000 }) }, { description: 'How many connections were ended.' })

/** What the operator can do. */
export const operatorRoutes: FastifyPluginAsyncTypebox<{ revoked: RevokedTokens }> = async (app, { revoked }) => {
  app.delete('/connections/:member', {
    schema: {
      operationId: 'endConnections',
      tags: ['operator'],
      summary: 'End the connections of a member',
      description: 'Closes them with 3000 `token_revoked`, and accepts none of their tokens any more. With new ones they may come back.',
      security: [{ operator: [] }],
      params: Type.Object({ member: Member }),
      response: { 200: Ended }
    }
  }, async ({ params: { member } }) => ({
    ended: app.security.revoke(({ scheme, credentials }) => {
      if (scheme !== 'oauth' || credentials.subject !== member) return false
      revoked.add(String(credentials.claims['jti']), credentials.expiresAt)
      return true
    })
  }))
}
