import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import fastifySecurity from 'fastify-openapi-security'
import type { AuthorizationServer } from './authorization-server.ts'
import { openRoom } from './room.ts'
import { chatRoutes, SUBPROTOCOL } from './routes/chat.ts'
import { operatorRoutes } from './routes/operator.ts'
import { page } from './routes/page.ts'
import { sessionRoutes } from './routes/session.ts'
import { liveSchemes, revokedTokens } from './schemes.ts'

/** What the API has to know of its surroundings. */
export interface ApiOptions {
  readonly authorizationServer: Pick<AuthorizationServer, 'issuer' | 'secrets'>
  /** Identifies this API; what tokens must name as their audience. */
  readonly resource: string
  /** Where pages of this API are served from. */
  readonly origins: readonly string[]
  readonly operatorKey: string
  /** Seconds before the end of a token at which its connection is told. */
  readonly warnBefore: number
}

export async function buildApi ({ authorizationServer, resource, origins, operatorKey, warnBefore }: ApiOptions) {
  const app = Fastify({ forceCloseConnections: true }).withTypeProvider<TypeBoxTypeProvider>()
  const revoked = revokedTokens()
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'Live',
        version: '1.0.0',
        description: 'A chat whose connections live as long as their tokens do.',
        license: { name: 'MIT', url: 'https://opensource.org/license/mit' }
      },
      tags: [{ name: 'chat', description: 'Reading and saying.' }, { name: 'operator', description: 'Running the chat.' }]
    }
  })
  await app.register(websocket, {
    options: { maxPayload: 4096, handleProtocols: (offered) => offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false }
  })
  await app.register(fastifySecurity, {
    schemes: liveSchemes(authorizationServer.issuer, resource, operatorKey, revoked),
    security: [{ oauth: ['chat:read'] }],
    realm: 'live',
    websocket: { origins, warnBefore, asyncapi: `${resource}/documentation/asyncapi.json` }
  })
  await app.register(chatRoutes, { room: openRoom() })
  await app.register(operatorRoutes, { revoked })
  await app.register(sessionRoutes, authorizationServer)
  await app.register(page, { origins })
  app.get('/documentation/json', { schema: { hide: true, security: [] } }, async () => app.swagger())
  app.get('/documentation/asyncapi.json', { schema: { hide: true, security: [] } }, async () =>
    app.security.asyncapi({ openapi: `${resource}/documentation/json` }))
  return app
}
