import 'fastify-openapi-security'

export interface User { readonly subject: string, readonly tenant: string }
export interface Machine { readonly serial: string }

declare module 'fastify-openapi-security' {
  interface FastifySecuritySchemes {
    oauth: { scopes: 'pets:read' | 'pets:write', credentials: User }
    machine: { scopes: never, credentials: Machine }
  }
}
