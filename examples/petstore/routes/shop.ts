import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { Count, Text } from '../pets.ts'

/** What else there is in a shop: one route for each way to ask for credentials. */
export const shopRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/health', {
    schema: {
      operationId: 'getHealth',
      tags: ['shop'],
      summary: 'See whether the shop is open',
      description: 'Public, said aloud with an empty list. No verifier is asked, whatever is sent.',
      security: [],
      response: { 200: Type.Object({ open: Type.Boolean() }, { description: 'Whether the shop is open.' }) }
    }
  }, async () => ({ open: true }))

  app.get('/greeting', {
    schema: {
      operationId: 'getGreeting',
      tags: ['shop'],
      summary: 'Be greeted',
      description: 'Credentials are optional. A token that is not valid is refused; a cookie that is not valid counts as none.',
      security: [{ oauth: [] }, { visitor: [] }, {}],
      response: { 200: Type.Object({ greeting: Text }, { description: 'A greeting.' }) }
    }
  }, async ({ auth }) => ({ greeting: `Hello, ${auth?.oauth?.subject ?? auth?.visitor?.name ?? 'stranger'}!` }))

  app.get('/rota', {
    schema: {
      operationId: 'getRota',
      tags: ['shop'],
      summary: 'See who works when',
      description: 'Asks for user name and password (HTTP Basic).',
      security: [{ staff: [] }],
      response: { 200: Type.Object({ today: Text }, { description: 'Who works today.' }) }
    }
  }, async ({ auth }) => ({ today: auth.staff.name }))

  app.get('/stock', {
    schema: {
      operationId: 'getStock',
      tags: ['shop'],
      summary: 'See what is in stock',
      description: 'The verifier of warehouse keys cannot tell, so a key alone gets 503. A token satisfies the other alternative and is not held up.',
      security: [{ warehouse: [] }, { oauth: ['pets:read'] }],
      response: { 200: Type.Object({ bagsOfFood: Count }, { description: 'What is in stock.' }) }
    }
  }, async () => ({ bagsOfFood: 12 }))

  app.get('/deliveries', {
    schema: {
      operationId: 'getDeliveries',
      tags: ['shop'],
      summary: 'See what is to be delivered',
      description: 'Asks for a client certificate. HTTP has no challenge for it, so without one the answer is 403.',
      security: [{ courier: [] }],
      response: { 200: Type.Object({ courier: Text, parcels: Count }, { description: 'What is to be delivered.' }) }
    }
  }, async ({ auth }) => ({ courier: auth.courier.name, parcels: 3 }))
}
