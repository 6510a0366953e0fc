import fastifyAuth from '@fastify/auth'
import fastifyBasicAuth from '@fastify/basic-auth'
import fastifyBearerAuth from '@fastify/bearer-auth'
import fastifyJwt from '@fastify/jwt'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import fastifyGlue from 'fastify-openapi-glue'
import { AUDIENCE, ISSUER, type Signed } from '../fixtures.ts'
import { BODY, fastifySide, PATH, type Fields, type Side } from '../side.ts'
import { thing } from './fastify.ts'

export async function bearerAuth (keys: readonly string[], fields: Fields, status: number): Promise<Side> {
  const app = Fastify()
  await app.register(fastifyBearerAuth, { keys: new Set(keys) })
  return await fastifySide(thing(app), fields, status)
}

export async function basicAuth (secret: string, fields: Fields, status: number): Promise<Side> {
  const app = Fastify()
  await app.register(fastifyBasicAuth, {
    authenticate: true,
    validate (username, password, _request, _reply, done) { done(username === 'ada' && password === secret ? undefined : new Error('no')) }
  })
  return await fastifySide(thing(app, {}, { onRequest: app.basicAuth }), fields, status)
}

/** Two ways, tried one after the other, as its documentation has it. */
export async function auth (secret: string, fields: Fields, status: number): Promise<Side> {
  const app = Fastify()
  await app.register(fastifyAuth)
  const sessions = new Map([[secret, { scopes: ['things:read'] }]])
  const partners = new Map([[secret, { scopes: new Set(['reader', 'writer']) }]])
  const session = (request: FastifyRequest, _reply: unknown, done: (error?: Error) => void): void => {
    const held = sessions.get(request.headers.authorization?.slice('Bearer '.length) ?? '')
    done(held?.scopes.includes('things:read') === true ? undefined : new Error('no session'))
  }
  const partner = (request: FastifyRequest, _reply: unknown, done: (error?: Error) => void): void => {
    const held = partners.get(String(request.headers['x-api-key']))
    done(held?.scopes.has('writer') === true ? undefined : new Error('no key'))
  }
  return await fastifySide(thing(app, {}, { onRequest: app.auth([session, partner]) }), fields, status)
}

export async function jwtPlugin ({ pem }: Signed, cache: number, fields: Fields, status: number): Promise<Side> {
  const app = Fastify()
  await app.register(fastifyJwt, {
    secret: { private: 'not used', public: pem }, verify: { allowedIss: ISSUER, allowedAud: AUDIENCE, cache: cache === 0 ? false : cache }
  })
  return await fastifySide(thing(app, {}, { onRequest: async (request: FastifyRequest) => { await request.jwtVerify() } }), fields, status)
}

/** Routes of a document, with a handler for each of its schemes. */
export async function glue (secret: string, fields: Fields, status: number): Promise<Side> {
  const app: FastifyInstance = Fastify({ exposeHeadRoutes: false })
  const sessions = new Map([[secret, { name: 'ada' }]])
  await app.register(fastifyGlue, {
    specification: documentOf('3.0.3'),
    serviceHandlers: { getThings: (_request: unknown, reply: { send (body: string): void }) => { reply.send(BODY) } },
    securityHandlers: {
      service: async (request: FastifyRequest) => {
        if (!sessions.has(request.headers.authorization?.slice('Bearer '.length) ?? '')) throw new Error('no')
      }
    }
  })
  return await fastifySide(app, fields, status)
}

/** A document of one operation. */
export function documentOf (openapi: string): object {
  return {
    openapi,
    info: { title: 'Things', version: '1' },
    paths: { [PATH]: { get: { operationId: 'getThings', security: [{ service: [] }], responses: { 200: { description: 'Things.' } } } } },
    components: { securitySchemes: { service: { type: 'http', scheme: 'bearer' } } }
  }
}
