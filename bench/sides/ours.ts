import { createHash, createPublicKey } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { apiKey, basic, bearer, jwt, oauth2, secrets, type Scheme, type Security } from '../../lib/index.ts'
import { AUDIENCE, ISSUER, type Algorithm, type Signed } from '../fixtures.ts'
import { fastifySide, type Fields, type Side } from '../side.ts'
import { thing } from './fastify.ts'

type Schemes = Record<string, Scheme>

/** An application with one route that declares `security`. */
export async function application (schemes: Schemes, security: Security): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify()
  await app.register(fastifySecurity, { schemes, security: [] })
  return thing(app, { security })
}

export async function ours (schemes: Schemes, security: Security, fields: Fields, status: number): Promise<Side> {
  return await fastifySide(await application(schemes, security), fields, status)
}

export function serviceOf (secret: string): Schemes {
  return { service: bearer({ verify: secrets([{ value: secret, credentials: { name: 'billing' } }]) }) }
}

export function partnerOf (secret: string): Schemes {
  return { partner: apiKey({ in: 'header', name: 'X-API-Key', verify: secrets([{ value: secret, credentials: { name: 'Acme' } }]) }) }
}

export function staffOf (secret: string): Schemes {
  const known = secrets([{ value: `ada:${secret}`, credentials: { name: 'Ada' } }])
  return { staff: basic({ verify: ({ username, password }) => known(`${username}:${password}`) }) }
}

export function partnersOf (keys: readonly string[], digests: boolean): Schemes {
  const entries = keys.map((value, i) => {
    const credentials = { name: `partner ${i}` }
    return digests ? { sha256: createHash('sha256').update(value).digest('hex'), credentials } : { value, credentials }
  })
  return { partner: apiKey({ in: 'header', name: 'X-API-Key', verify: secrets(entries) }) }
}

/** Clients with tokens of an authorization server. */
export function clientsOf ({ pem }: Signed, algorithm: Algorithm, cache?: number): Schemes {
  const verify = jwt({ issuer: ISSUER, audience: AUDIENCE, key: createPublicKey(pem), algorithms: [algorithm], cache })
  const scopes = { 'things:read': 'Read things.', 'things:admin': 'Do anything to things.' }
  return { oauth: oauth2({ flows: { clientCredentials: { tokenUrl: `${ISSUER}/token`, scopes } }, verify }) }
}

/** Sessions that are looked up, without any cryptography, and a key with roles. */
export function twoWays (secret: string): Schemes {
  const sessions = new Map([[secret, { name: 'ada', scopes: ['things:read'] }]])
  const partners = new Map([[secret, { name: 'Acme', scopes: new Set(['reader', 'writer']) }]])
  return {
    session: bearer({ roles: ['things:read', 'things:admin'], verify: (token) => sessions.get(token) ?? null }),
    partner: apiKey({ in: 'header', name: 'X-API-Key', roles: ['reader', 'writer'], verify: (key) => partners.get(key) ?? null })
  }
}
