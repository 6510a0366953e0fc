import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import fastifySecurity, { type FastifySecurityOptions, type Security } from 'fastify-openapi-security'
import { ORIGIN } from './drivers.ts'
import { makeSchemes, type Verified } from './schemes.ts'

/** An application of the fixtures and what happened in it. */
export interface Application {
  readonly app: FastifyInstance
  /** Names of the schemes whose verifiers ran, in order. */
  readonly verified: Verified
  /** Paths of the routes whose handlers ran, in order. */
  readonly ran: string[]
}

/** Makes an application with the schemes of the fixtures; routes are still to be added. */
export async function makeApplication (
  options: Partial<FastifySecurityOptions> = {}, server: FastifyServerOptions = {}
): Promise<Application> {
  const verified: Verified = []
  const app = Fastify(server) as FastifyInstance // plain HTTP, whatever the logger is
  await app.register(websocket)
  await app.register(fastifySecurity, {
    schemes: makeSchemes(verified), security: [{ oauth: [] }], verifyTimeout: 60, websocket: { origins: [ORIGIN] }, ...options
  })
  return { app, verified, ran: [] }
}

/** Adds a route at `/http/<name>` and its WebSocket twin at `/ws/<name>`; both answer what `request.auth` holds. */
export function addTwins ({ app, ran }: Application, name: string, security: Security | undefined): void {
  const schema = security === undefined ? {} : { security }
  app.get(`/http/${name}`, { schema }, async (request) => {
    ran.push(`/http/${name}`)
    return { auth: request.auth }
  })
  app.get(`/ws/${name}`, { websocket: true, schema: { ...schema } }, (socket, request) => {
    ran.push(`/ws/${name}`)
    socket.send(JSON.stringify({ auth: request.auth }))
  })
}
