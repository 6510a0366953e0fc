import t from 'tap'
import { collectComponents } from '../../../lib/docs/components.ts'

t.test('equal components are one, and others of the same name stay', async (t) => {
  const declared = Object.freeze({ schemas: Object.freeze({ Problem: { type: 'string' } }), examples: { a: {} } })
  const components = collectComponents(declared)
  t.strictSame(components.add('schemas', 'Problem', { type: 'object' }), { $ref: '#/components/schemas/Problem-2' })
  t.strictSame(components.add('schemas', 'Problem', { type: 'object' }), { $ref: '#/components/schemas/Problem-2' })
  t.strictSame(components.add('schemas', 'Problem', { type: 'array' }), { $ref: '#/components/schemas/Problem-3' })
  t.strictSame(components.add('schemas', 'Problem', { type: 'string' }), { $ref: '#/components/schemas/Problem' })
  t.strictSame(components.add('responses', 'Unauthorized', { description: '' }), { $ref: '#/components/responses/Unauthorized' })
  t.strictSame(components.toJson(), {
    schemas: { Problem: { type: 'string' }, 'Problem-2': { type: 'object' }, 'Problem-3': { type: 'array' } },
    examples: { a: {} },
    responses: { Unauthorized: { description: '' } }
  })
  t.strictSame(declared, { schemas: { Problem: { type: 'string' } }, examples: { a: {} } })
})

t.test('a name that every object has is free', async (t) => {
  t.strictSame(collectComponents({}).add('responses', 'constructor', { description: '' }), { $ref: '#/components/responses/constructor' })
})

t.test('references within the document are followed, and nothing else is', async (t) => {
  const components = collectComponents({ responses: { A: { description: 'a' } } })
  t.strictSame(components.resolve({ $ref: '#/components/responses/A' }), { description: 'a' })
  for (const value of [{ $ref: '#/components/responses/B' }, { $ref: 'other.json' }, { $ref: 1 }, { description: 'b' }, undefined, 'text']) {
    t.equal(components.resolve(value), value, JSON.stringify(value))
  }
})

t.test('a document without components gets some', async (t) => {
  for (const declared of [undefined, null, [], { schemas: null }]) {
    const components = collectComponents(declared)
    components.add('schemas', 'A', {})
    t.strictSame(components.toJson(), { schemas: { A: {} } })
  }
})
