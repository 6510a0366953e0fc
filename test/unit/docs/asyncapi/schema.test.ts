import t from 'tap'
import { Type } from '@sinclair/typebox'
import { propertiesOf, standalone, withoutProperties } from '../../../../lib/docs/asyncapi/schema.ts'
import type { Json } from '../../../../lib/docs/openapi.ts'

const known: Record<string, unknown> = {
  query: { $id: 'query', type: 'object', properties: { since: { $ref: 'parts#/definitions/time' } } },
  parts: { $id: 'parts', definitions: { time: { type: 'string', format: 'date-time' } } },
  list: { $id: 'list', type: 'object', properties: { next: { $ref: 'list#' } } }
}
const find = (id: string): unknown => known[id]

t.test('schemas are copied with what they refer to', async (t) => {
  const table: [what: string, schema: unknown, written: Json | null][] = [
    ['plain', { type: 'object', properties: { a: { type: 'string' } } }, { type: 'object', properties: { a: { type: 'string' } } }],
    ['TypeBox', Type.Object({ a: Type.Optional(Type.Number()) }), { type: 'object', properties: { a: { type: 'number' } } }],
    ['a reference', { $ref: 'query#' }, { type: 'object', properties: { since: { type: 'string', format: 'date-time' } } }],
    ['a reference with words', { $ref: 'query#', description: 'Ours' }, {
      type: 'object', properties: { since: { type: 'string', format: 'date-time' } }, description: 'Ours'
    }],
    ['members that are called so', { type: 'object', properties: { $id: { type: 'string' }, $ref: { type: 'string' } } }, {
      type: 'object', properties: { $id: { type: 'string' }, $ref: { type: 'string' } }
    }],
    ['a circle', { $ref: 'list#' }, { type: 'object', properties: { next: {} } }],
    ['nowhere', { type: 'object', properties: { a: { $ref: 'gone#' }, b: { $ref: '#/definitions/b' }, c: { $ref: 'parts#/toString' } } }, {
      type: 'object', properties: { a: {}, b: {}, c: {} }
    }],
    ['without a type', { properties: { a: true } }, { properties: { a: true } }],
    ['no object', { type: 'string' }, null],
    ['of another make', { type: 'object', '~standard': { version: 1 } }, null],
    ['none', undefined, null]
  ]
  for (const [what, schema, written] of table) {
    const before = JSON.stringify(schema)
    t.strictSame(standalone(schema, find), written, what)
    t.equal(JSON.stringify(schema), before, `${what}: left as it is`)
  }
})

t.test('members are left out, and are then not required', async (t) => {
  const schema = { type: 'object', properties: { a: {}, b: {} }, required: ['a', 'b'], additionalProperties: false }
  t.strictSame(withoutProperties(schema, (name) => name === 'a'), { type: 'object', properties: { b: {} }, required: ['b'], additionalProperties: false })
  t.strictSame(withoutProperties(schema, () => true), { type: 'object', properties: {}, additionalProperties: false })
  t.strictSame(withoutProperties({}, () => true), { type: 'object', properties: {} })
  t.strictSame([propertiesOf(null), propertiesOf({ properties: [] })], [{}, {}])
})
