import { EventEmitter } from 'node:events'
import { Type, type Static } from '@sinclair/typebox'

export const PetName = Type.String({ minLength: 1, maxLength: 40, pattern: '^[A-Za-z][A-Za-z -]*$', examples: ['Rex'] })

/** Words that the shop answers with. */
export const Text = Type.String({ maxLength: 200, pattern: '^[^\\u0000-\\u001f]*$' })
export const Count = Type.Integer({ format: 'int32', minimum: 0, maximum: 1000 })

export const PetSchema = Type.Object({
  name: PetName,
  kind: Type.Union([Type.Literal('cat'), Type.Literal('dog'), Type.Literal('tortoise')])
}, { additionalProperties: false })

export type Pet = Static<typeof PetSchema>

/** Says what happened to which pet. */
export type PetEvents = EventEmitter<{ added: [Pet], removed: [Pet] }>

/** The pets of the shop, in memory. */
export interface Pets {
  readonly events: PetEvents
  list (): Pet[]
  get (name: string): Pet | undefined
  /** Answers whether there was room and the name was free. */
  add (pet: Pet): boolean
  remove (name: string): boolean
}

const MOST_PETS = 100

export function petsInMemory (): Pets {
  const pets = new Map<string, Pet>([['Rex', { name: 'Rex', kind: 'dog' }], ['Mimi', { name: 'Mimi', kind: 'cat' }]])
  const events: PetEvents = new EventEmitter()
  return {
    events: events.setMaxListeners(0),
    list: () => [...pets.values()],
    get: (name) => pets.get(name),
    add (pet) {
      if (pets.has(pet.name) || pets.size === MOST_PETS) return false
      pets.set(pet.name, pet)
      events.emit('added', pet)
      return true
    },
    remove (name) {
      const pet = pets.get(name)
      if (pet === undefined) return false
      pets.delete(name)
      events.emit('removed', pet)
      return true
    }
  }
}
