import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import fastifySecurity from 'fastify-openapi-security'
import { petsInMemory } from './pets.ts'
import { documentation } from './routes/documentation.ts'
import { liveRoute, SUBPROTOCOL } from './routes/live.ts'
import { page } from './routes/page.ts'
import { petRoutes } from './routes/pets.ts'
import { shopRoutes } from './routes/shop.ts'
import { petstoreSchemes, type DemoSecrets } from './schemes.ts'

/** What the API has to know of its surroundings. */
export interface ApiOptions {
  /** The authorization server. */
  readonly issuer: string
  /** Identifies this API; what tokens must name as their audience. */
  readonly resource: string
  /** Where pages of this API are served from. */
  readonly origins: readonly string[]
  /** The public client for pages. */
  readonly clientId: string
  readonly secrets: DemoSecrets
}

/** Composes the API. Documents first, then sockets, then security, then routes: each sees what is registered after it. */
export async function buildApi ({ issuer, resource, origins, clientId, secrets }: ApiOptions) {
  const app = Fastify({ forceCloseConnections: true }).withTypeProvider<TypeBoxTypeProvider>()
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'Petstore',
        version: '1.0.0',
        description: 'Each route declares who may call it; what is refused, and how, follows from that.',
        license: { name: 'MIT', url: 'https://opensource.org/license/mit' }
      },
      tags: [{ name: 'pets', description: 'The pets of the shop.' }, { name: 'shop', description: 'One route for each way to ask for credentials.' }]
    }
  })
  await app.register(websocket, {
    options: { maxPayload: 1024, handleProtocols: (offered) => offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false }
  })
  await app.register(fastifySecurity, {
    schemes: petstoreSchemes(issuer, resource, secrets),
    security: [{ oauth: ['pets:read'] }],
    realm: 'petstore',
    resource,
    websocket: { origins }
  })
  const pets = petsInMemory()
  await app.register(petRoutes, { pets })
  await app.register(shopRoutes)
  await app.register(liveRoute, { pets })
  await app.register(documentation, { clientId, issuer })
  await app.register(page, { issuer, origins })
  return app
}
