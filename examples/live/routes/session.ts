import type { FastifyPluginAsync } from 'fastify'
import { SCOPES_OF, type AuthorizationServer, type Client } from '../authorization-server.ts'

/**
 * What the page's own server does for its signed-in user: it gets tokens, and the page never sees how. Who is signed in is said in the
 * path, because signing in is not what this example is about; anywhere else it is said by a session.
 */
export const sessionRoutes: FastifyPluginAsync<Pick<AuthorizationServer, 'issuer' | 'secrets'>> = async (app, { issuer, secrets }) => {
  app.security.default([])
  app.post<{ Params: { member: string } }>('/session/:member/token', { schema: { hide: true } }, async ({ params: { member } }, reply) => {
    if (!isClient(member)) return reply.code(404).send()
    const response = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${member}:${secrets[member]}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' })
    })
    return reply.code(response.status).header('cache-control', 'no-store').type('application/json').send(await response.text())
  })
}

function isClient (member: string): member is Client {
  return Object.hasOwn(SCOPES_OF, member)
}
