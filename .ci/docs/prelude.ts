/** What code blocks without an import see as global names; CONTRIBUTING.md says so to authors. */
import type { FastifyInstance as App, FastifyReply as Reply, FastifyRequest as Request } from 'fastify'
import * as security from 'fastify-openapi-security'

export const petSchemes = security.defineSchemes({
  oauth: security.oauth2({
    flows: {
      authorizationCode: {
        authorizationUrl: 'https://id.example/authorize',
        tokenUrl: 'https://id.example/token',
        scopes: { 'pets:read': 'Read pets', 'pets:write': 'Change pets' }
      }
    },
    verify: security.jwt({ issuer: 'https://id.example', audience: 'https://api.example' })
  }),
  partner: security.apiKey({ in: 'header', name: 'X-API-Key', verify: (key: string) => key === '' ? null : { name: 'Example Ltd' } }),
  staff: security.basic({ verify: ({ username }: { username: string }) => ({ username }) })
})

declare module 'fastify-openapi-security' { interface FastifySecuritySchemes extends security.SchemesFrom<typeof petSchemes> {} }

declare global {
  const Fastify: typeof import('fastify').default
  const fastifySecurity: typeof security.default
  const schemes: typeof petSchemes
  const app: App
  const request: Request
  const reply: Reply
  type FastifyInstance = App
  type FastifyRequest = Request
  type FastifyReply = Reply
  const defineSchemes: typeof security.defineSchemes
  const apiKey: typeof security.apiKey
  const basic: typeof security.basic
  const bearer: typeof security.bearer
  const mutualTls: typeof security.mutualTls
  const oauth2: typeof security.oauth2
  const openIdConnect: typeof security.openIdConnect
  const jwt: typeof security.jwt
  const secrets: typeof security.secrets
  const refuse: typeof security.refuse
}
