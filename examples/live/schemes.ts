import { apiKey, defineSchemes, jwt, oauth2, refuse, secrets, type SchemesFrom } from 'fastify-openapi-security'

export const SCOPES = { 'chat:read': 'Read along', 'chat:write': 'Say something' } as const

/** Tokens that were revoked before their time, by `jti`; kept until they would have ended anyway. */
export interface RevokedTokens {
  add (id: string, expiresAt: number): void
  has (id: string): boolean
}

export function revokedTokens (): RevokedTokens {
  const ends = new Map<string, number>()
  return {
    add (id, expiresAt) {
      for (const [known, end] of ends) if (end < Date.now() / 1000) ends.delete(known)
      ends.set(id, expiresAt)
    },
    has: (id) => ends.has(id)
  }
}

/** Members of the chat by their tokens, and the operator by a key. */
export function liveSchemes (issuer: string, audience: string, operatorKey: string, revoked: RevokedTokens) {
  const verify = jwt({ issuer, audience, jwks: `${issuer}/keys` })
  return defineSchemes({
    oauth: oauth2({
      description: 'Members of the chat, by JWTs that end soon and are verified as RFC8725 has it.',
      flows: { clientCredentials: { tokenUrl: `${issuer}/token`, scopes: SCOPES } },
      refusals: [...verify.refusals, 'token_revoked'],
      // A JWT proves itself until it ends, so that it was revoked has to be known here.
      verify: async (token, request) => {
        const judged = await verify(token, request)
        return 'subject' in judged && revoked.has(String(judged.claims['jti'])) ? refuse('token_revoked') : judged
      }
    }),
    operator: apiKey({
      in: 'header',
      name: 'X-Operator-Key',
      description: 'Whoever runs the chat.',
      verify: secrets([{ value: operatorKey, credentials: { name: 'operator' } }])
    })
  })
}

declare module 'fastify-openapi-security' {
  interface FastifySecuritySchemes extends SchemesFrom<ReturnType<typeof liveSchemes>> {}
}
