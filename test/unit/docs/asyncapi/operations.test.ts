import t from 'tap'
import { names } from '../../../../lib/docs/asyncapi/names.ts'
import { writeOperations } from '../../../../lib/docs/asyncapi/operations.ts'
import type { Utterance } from '../../../../lib/docs/asyncapi/talk.ts'
import { collectComponents } from '../../../../lib/docs/components.ts'

const write = (name: string) => ({ $ref: `#/components/securitySchemes/${name}` })
const start = () => ({ components: collectComponents({}), write, names: names() })

t.test('each message has an operation with what it asks', async (t) => {
  const talk: Utterance[] = [
    { action: 'receive', type: 'pet.update', summary: 'A pet changes', payload: { type: 'object' }, security: [{ a: [] }] },
    { action: 'send', type: null, description: 'Any.', payload: null, security: [{}, { a: [] }], remark: 'Really.' }
  ]
  const writing = start()
  t.strictSame(writeOperations('live.room', talk, writing), {
    messages: { 'pet.update': { $ref: '#/components/messages/pet.update' }, undeclared: { $ref: '#/components/messages/undeclared' } },
    operations: {
      'live.room.receive.pet.update': {
        action: 'receive',
        channel: { $ref: '#/channels/live.room' },
        summary: 'A pet changes',
        security: [{ $ref: '#/components/securitySchemes/a' }],
        messages: [{ $ref: '#/channels/live.room/messages/pet.update' }]
      },
      'live.room.send': {
        action: 'send',
        channel: { $ref: '#/channels/live.room' },
        description: 'Credentials are optional, anonymous clients are let in. Those that count: `a`. Really.',
        'x-security': [{}, { a: [] }],
        messages: [{ $ref: '#/channels/live.room/messages/undeclared' }]
      }
    }
  })
  t.strictSame(writing.components.toJson(), {
    messages: { 'pet.update': { name: 'pet.update', summary: 'A pet changes', payload: { type: 'object' } }, undeclared: { name: 'undeclared', description: 'Any.' } }
  })
})

t.test('messages of the same type that differ are told apart, and equal ones are one', async (t) => {
  const writing = start()
  const say = (channel: string, action: 'receive' | 'send', payload: object) =>
    Object.keys(writeOperations(channel, [{ action, type: 'a', payload: { ...payload }, security: [] }], writing).messages)
  t.strictSame([say('one', 'receive', { type: 'object' }), say('two', 'receive', { type: 'string' }), say('three', 'send', { type: 'object' })], [['a'], ['a-2'], ['a']])
})

t.test('operations of different channels have different keys', async (t) => {
  const writing = start()
  const say = (channel: string, type: string | null) =>
    Object.keys(writeOperations(channel, [{ action: 'receive', type, payload: null, security: [] }], writing).operations)
  t.strictSame([say('live', 'receive'), say('live.receive', null)], [['live.receive.receive'], ['live.receive.receive-2']])
  t.strictSame(say('odd', ''), ['odd.receive.'])
})
