import { createPublicKey, hash, timingSafeEqual, verify as verifySignature } from 'node:crypto'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type FastifySchema, type HookHandlerDoneFunction } from 'fastify'
import { createVerifier } from 'fast-jwt'
import { jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { AUDIENCE, ISSUER, type Algorithm, type Signed } from '../fixtures.ts'
import { BODY, fastifySide, PATH, type Fields, type Side } from '../side.ts'

type Hook = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void

/** An application whose only route answers at once. */
export function thing (app: FastifyInstance, schema: object = {}, hooks: object = {}): FastifyInstance {
  const handler = (_request: FastifyRequest, reply: FastifyReply): void => { reply.send(BODY) }
  return app.route({ method: 'GET', url: PATH, schema: schema as FastifySchema, exposeHeadRoute: false, handler, ...hooks })
}

/** Fastify alone: what every other application of Fastify is compared with. */
export async function bare (fields: Fields): Promise<Side> {
  return await fastifySide(thing(Fastify()), fields, 200)
}

/** Written by hand for the one job, with nothing to configure: the least a guard can cost. */
export async function hooked (onRequest: Hook, fields: Fields, status: number): Promise<Side> {
  return await fastifySide(thing(Fastify(), {}, { onRequest }), fields, status)
}

export const noop: Hook = (_request, _reply, done) => { done() }

const PREFIX = 'Bearer '

function tokenOf (request: FastifyRequest): string | null {
  const field = request.headers.authorization
  return field !== undefined && field.startsWith(PREFIX) ? field.slice(PREFIX.length) : null
}

function unauthorized (reply: FastifyReply): void {
  reply.code(401).header('www-authenticate', 'Bearer realm="api"').send(REFUSED)
}

const REFUSED = { type: 'about:blank', title: 'Unauthorized', status: 401 }

/** Compares digests, which have one length. */
export function byDigest (secret: string): Hook {
  const expected = hash('sha256', secret, 'buffer')
  return (request, reply, done) => {
    const token = tokenOf(request)
    if (token === null || !timingSafeEqual(hash('sha256', token, 'buffer'), expected)) return unauthorized(reply)
    done()
  }
}

/** Compares the secrets themselves, and so gives away the length. */
export function byValue (secret: string): Hook {
  const expected = Buffer.from(secret)
  return (request, reply, done) => {
    const token = tokenOf(request)
    if (token === null) return unauthorized(reply)
    const given = Buffer.from(token)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return unauthorized(reply)
    done()
  }
}

/** Answers everyone with a prepared string and three challenges. */
export const refuseAll: Hook = (_request, reply) => {
  reply.code(401).header('www-authenticate', ['Bearer realm="api"', 'Basic realm="api"', 'ApiKey realm="api"']).header('cache-control', 'no-store')
    .header('content-type', 'application/problem+json').serializer(identity).send(REFUSED_TEXT)
}

const REFUSED_TEXT = JSON.stringify(REFUSED)
const identity = (text: string): string => text

/** jose, remembering what it accepted by the whole token. */
export function joseCached ({ pem }: Signed, cache: number): Hook {
  const key = createPublicKey(pem)
  const known = cache === 0 ? null : new LRUCache<string, object>({ max: cache })
  return (request, reply, done) => {
    const token = tokenOf(request)
    if (token === null) return unauthorized(reply)
    if (known?.get(token) !== undefined) return done()
    jwtVerify(token, key, { issuer: ISSUER, audience: AUDIENCE }).then(({ payload }) => {
      known?.set(token, payload)
      done()
    }, () => { unauthorized(reply) })
  }
}

export function fastJwt ({ pem }: Signed, cache: number): Hook {
  const verify = createVerifier({ key: pem, cache: cache === 0 ? false : cache, allowedIss: ISSUER, allowedAud: AUDIENCE })
  return (request, reply, done) => {
    const token = tokenOf(request)
    try {
      if (token === null) return unauthorized(reply)
      verify(token)
    } catch {
      return unauthorized(reply)
    }
    done()
  }
}

/** Nothing but the signature, on the main thread: the yardstick for tokens that are new. */
export function signatureOnly ({ pem }: Signed, algorithm: Algorithm): Hook {
  const key = createPublicKey(pem)
  const digest = algorithm === 'EdDSA' ? null : 'sha256'
  const input = algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' as const } : key
  return (request, reply, done) => {
    const token = tokenOf(request) ?? ''
    const end = token.lastIndexOf('.')
    if (verifySignature(digest, Buffer.from(token.slice(0, end), 'latin1'), input, Buffer.from(token.slice(end + 1), 'base64url'))) return done()
    reply.code(401).send()
  }
}
