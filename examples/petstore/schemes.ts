import { randomBytes } from 'node:crypto'
import { apiKey, basic, defineSchemes, jwt, mutualTls, oauth2, secrets, type SchemesFrom } from 'fastify-openapi-security'
import { SCOPES } from './scopes.ts'

/** Secrets of the demonstration, new at each start. Real ones come from configuration, as SHA-256 digests. */
export interface DemoSecrets {
  readonly partnerKey: string
  readonly tillKey: string
  readonly managerPassword: string
}

export function newSecrets (): DemoSecrets {
  const secret = () => randomBytes(18).toString('base64url')
  return { partnerKey: secret(), tillKey: secret(), managerPassword: secret() }
}

/** Everyone who may call the API, and how each proves who they are. */
export function petstoreSchemes (issuer: string, audience: string, { partnerKey, tillKey, managerPassword }: DemoSecrets) {
  const managers = secrets([{ value: `mary:${managerPassword}`, credentials: { name: 'Mary', scopes: ['manager'] } }])
  return defineSchemes({
    oauth: oauth2({
      description: 'Users and services, by JWTs that are verified as RFC8725 has it. In the browser, sign in as Ada or Grace; client id and PKCE are filled in.',
      flows: {
        authorizationCode: { authorizationUrl: `${issuer}/auth`, tokenUrl: `${issuer}/token`, scopes: SCOPES },
        clientCredentials: { tokenUrl: `${issuer}/token`, scopes: SCOPES }
      },
      verify: jwt({ issuer, audience })
    }),
    partner: apiKey({
      in: 'header',
      name: 'X-API-Key',
      description: 'Partner shops.',
      verify: secrets([{ value: partnerKey, credentials: { name: 'Paws & Co' } }])
    }),
    till: apiKey({
      in: 'header',
      name: 'X-Till-Key',
      description: 'A till in the shop; pets leave only through one.',
      verify: secrets([{ value: tillKey, credentials: { number: 1 } }])
    }),
    visitor: apiKey({
      in: 'cookie',
      name: 'visitor',
      description: 'Someone who has told us their name.',
      verify: (name) => /^[A-Z][a-z]{1,20}$/.test(name) ? { name } : null
    }),
    staff: basic({
      roles: ['manager'],
      description: 'The manager at the old back-office computer.',
      verify: ({ username, password }) => managers(`${username}:${password}`)
    }),
    warehouse: apiKey({
      in: 'header',
      name: 'X-Warehouse-Key',
      description: 'The warehouse, whose register of keys never answers in this demonstration.',
      verify: (): { site: string } => { throw new Error('the register of warehouse keys does not answer') }
    }),
    courier: mutualTls({
      description: 'Couriers, whose certificates are verified by the reverse proxy on this computer.',
      proxy: { header: 'Client-Cert', addresses: ['127.0.0.1'] },
      verify: ({ subject }) => typeof subject.CN === 'string' ? { name: subject.CN } : null
    })
  })
}

declare module 'fastify-openapi-security' {
  interface FastifySecuritySchemes extends SchemesFrom<ReturnType<typeof petstoreSchemes>> {}
}
