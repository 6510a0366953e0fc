import type { FastifyPluginAsync } from 'fastify'
import type { Pet, Pets } from '../pets.ts'

/** The subprotocol that messages follow; browsers offer it beside the one that carries the token. */
export const SUBPROTOCOL = 'petstore.v1'

/** A WebSocket that tells of pets that come and go. It asks for the same token as the HTTP routes. */
export const liveRoute: FastifyPluginAsync<{ pets: Pets }> = async (app, { pets: { events } }) => {
  app.get('/live', {
    websocket: true,
    schema: {
      operationId: 'followPets',
      tags: ['pets'],
      summary: 'Follow the pets',
      description: 'A WebSocket. Scripts in browsers offer the token as a subprotocol, beside `petstore.v1`.',
      security: [{ oauth: ['pets:read'] }]
    }
  }, (socket, { auth }) => {
    const tell = (event: string) => (pet: Pet) => { socket.send(JSON.stringify({ event, pet: pet.name })) }
    const added = tell('added')
    const removed = tell('removed')
    events.on('added', added).on('removed', removed)
    socket.once('close', () => { events.off('added', added).off('removed', removed) })
    socket.send(JSON.stringify({ event: 'welcome', subject: auth.oauth.subject }))
  })
}
