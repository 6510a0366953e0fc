import createError from '@fastify/error'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { PetName, PetSchema, Text, type Pets } from '../pets.ts'

const Status = Type.Integer({ format: 'int32', minimum: 400, maximum: 599 })
const Fault = Type.Object({ statusCode: Status, code: Type.Optional(Text), error: Text, message: Text }, {
  description: 'What is wrong with the request.'
})
const Named = Type.Object({ name: PetName })

const PetUnknown = createError('PET_UNKNOWN', 'There is no pet of this name.', 404)
const NameTaken = createError('NAME_TAKEN', 'There is a pet of this name, or no room for more.', 409)

/** The pets of the shop. */
export const petRoutes: FastifyPluginAsyncTypebox<{ pets: Pets }> = async (app, { pets }) => {
  app.get('/pets', {
    schema: {
      operationId: 'listPets',
      tags: ['pets'],
      summary: 'See all pets',
      description: 'Says nothing about security and gets the default of the application.',
      response: { 200: Type.Array(PetSchema, { maxItems: 100, description: 'All pets.' }) }
    }
  }, async () => pets.list())

  app.get('/pets/:name', {
    schema: {
      operationId: 'getPet',
      tags: ['pets'],
      summary: 'See one pet',
      description: 'For users and partner shops: either credential will do, also when the other one is wrong.',
      security: [{ oauth: ['pets:read'] }, { partner: [] }],
      params: Named,
      response: { 200: Type.Object({ pet: PetSchema, seenBy: Text }, { description: 'The pet.' }), 400: Fault, 404: Fault }
    }
  }, async ({ params, auth }) => {
    const pet = pets.get(params.name)
    if (pet === undefined) throw new PetUnknown()
    return { pet, seenBy: auth.oauth ? auth.oauth.subject : auth.partner.name }
  })

  app.post('/pets', {
    schema: {
      operationId: 'addPet',
      tags: ['pets'],
      summary: 'Add a pet',
      description: 'Asks for a scope of its own. A token that only reads gets 403, and is told which scope it lacks.',
      security: [{ oauth: ['pets:write'] }],
      body: PetSchema,
      response: { 201: { ...PetSchema, description: 'The pet was added.' }, 400: Fault, 409: Fault }
    }
  }, async ({ body }, reply) => {
    if (!pets.add(body)) throw new NameTaken()
    return reply.code(201).send(body)
  })

  app.delete('/pets/:name', {
    schema: {
      operationId: 'sellPet',
      tags: ['pets'],
      summary: 'Sell a pet',
      description: 'Asks for a token and the key of a till together, or for a manager.',
      security: [{ oauth: ['pets:write'], till: [] }, { staff: ['manager'] }],
      params: Named,
      response: { 200: Type.Object({ soldBy: Text }, { description: 'The pet was sold.' }), 400: Fault, 404: Fault }
    }
  }, async ({ params, auth }) => {
    if (!pets.remove(params.name)) throw new PetUnknown()
    return { soldBy: auth.staff ? auth.staff.name : `${auth.oauth.subject} at till ${auth.till.number}` }
  })
}
