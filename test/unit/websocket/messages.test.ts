import t from 'tap'
import { Type } from '@sinclair/typebox'
import type { Session } from '../../../lib/websocket/session.ts'
import { readMessages } from '../../../lib/websocket/declared-messages.ts'
import { compileMessages, type TakeMessage } from '../../../lib/websocket/messages.ts'
import { SCHEMES } from '../challenge/stage.ts'
import { fakeRequest, FakeSocket, immediates } from './stage.ts'

const schema = Type.Object({ type: Type.Literal('rename'), id: Type.Optional(Type.Unknown()), name: Type.String() }, { additionalProperties: false })

/** What a route's config comes to. */
function compileConfig (messages: unknown): TakeMessage {
  return compileMessages(readMessages({ messages }, 'the route').received ?? [], SCHEMES, 'the route')
}

function stage (auth: object | null, handler?: (...values: unknown[]) => unknown) {
  const errors: unknown[] = []
  const socket = new FakeSocket()
  const request = Object.assign(fakeRequest(errors), { auth })
  const session = { socket, request } as unknown as Session
  const take = compileConfig({
    rename: { schema, security: [{ oauth: ['write'] }, { key: [] }], handler },
    hello: { schema: Type.Object({ type: Type.Literal('hello') }) }
  })
  const answers = () => socket.done.map((text) => JSON.parse(text.slice('send '.length)) as { problem: { status: number, code: string } })
  return { session, take, answers, errors, socket, request }
}

const WRITER = { oauth: { scopes: ['read', 'write'] } }
const RENAME = '{"type":"rename","name":"Rex"}'

t.test('what is let through, and what is answered instead', async (t) => {
  const table: [name: string, auth: object | null, text: string | null, answer: object | null][] = [
    ['what matches and may', WRITER, RENAME, null], ['by another alternative', { key: {} }, RENAME, null], ['what asks nothing', null, '{"type":"hello"}', null],
    ['no scope', { oauth: { scopes: ['read'] } }, RENAME, { message: 'rename', problem: { status: 403, code: 'scope_insufficient', required_scopes: ['write'] } }],
    ['no credentials', null, RENAME, { message: 'rename', problem: { status: 401, code: 'credentials_missing' } }],
    ['another type', WRITER, '{"type":"drop"}', { message: 'drop', problem: { status: 400, code: 'message_unknown' } }],
    ['a type that every object has', WRITER, '{"type":"constructor"}', { problem: { code: 'message_unknown' } }],
    ['no type', WRITER, '{}', { problem: { code: 'message_unknown' } }], ['no JSON', WRITER, 'hello', { problem: { code: 'message_unknown' } }],
    ['a list', WRITER, '["rename"]', { problem: { code: 'message_unknown' } }], ['binary', WRITER, null, { problem: { code: 'message_unknown' } }],
    ['what does not match', WRITER, '{"type":"rename","name":7}', { message: 'rename', problem: { status: 400, code: 'message_invalid' } }],
    ['more than is declared', WRITER, '{"type":"rename","name":"Rex","admin":true}', { problem: { code: 'message_invalid' } }],
    ['with its id', null, '{"type":"rename","name":"Rex","id":"a7"}', { message: 'rename', id: 'a7' }],
    ['not with an id that is none', null, '{"type":"rename","name":"Rex","id":{"a":1}}', { id: undefined }],
    ['nor with a long one', null, `{"type":"rename","name":"Rex","id":"${'x'.repeat(129)}"}`, { id: undefined }],
    ['a long type is cut', null, `{"type":"${'x'.repeat(500)}"}`, { message: 'x'.repeat(128) }]
  ]
  for (const [name, auth, text, answer] of table) {
    const { session, take, answers } = stage(auth)
    t.equal(take(session, text), answer !== null, name)
    if (answer === null) t.strictSame(answers(), [], name)
    else t.match(answers(), [{ type: 'problem', ...answer }], name)
  }
})

t.test('a handler gets the message, and its failures are told to its owner', async (t) => {
  const seen: unknown[] = []
  const { session, take, socket, request } = stage(WRITER, (...values) => { seen.push(values) })
  t.equal(take(session, RENAME), true)
  t.strictSame(seen, [[{ type: 'rename', name: 'Rex' }, socket, request]])
  const failing: [name: string, handler: () => unknown][] = [
    ['throws', () => { throw new Error('secret') }], ['rejects', async () => { throw new Error('secret') }]
  ]
  for (const [name, handler] of failing) {
    const { session, take, answers, errors, socket } = stage(WRITER, handler)
    t.equal(take(session, RENAME), true, name)
    await immediates()
    t.match(answers(), [{ type: 'problem', message: 'rename', problem: { status: 500, code: 'message_failed' } }], name)
    t.match(errors, [{ err: { message: 'secret' } }], name)
    t.notMatch(socket.done.join(), /secret/, name)
  }
})

t.test('without a socket nothing is let through', async (t) => {
  const { take, request } = stage(WRITER)
  t.equal(take({ socket: null, request } as unknown as Session, RENAME), true)
})

t.test('what cannot be declared', async (t) => {
  const code = 'FST_SECURITY_WEBSOCKET_INVALID'
  const table: [declared: unknown, expected: { code: string, message?: RegExp }][] = [
    [null, { code }], ['x', { code }], [{ a: null }, { code }], [{ a: {} }, { code }], [{ a: { schema: 'x' } }, { code }],
    [{ a: { schema, handler: 'x' } }, { code, message: /the route, message "a"/ }],
    [{ a: { schema, security: 'x' } }, { code: 'FST_SECURITY_REQUIREMENT_INVALID' }],
    [{ a: { schema, security: [{ nothing: [] }] } }, { code: 'FST_SECURITY_SCHEME_UNKNOWN' }],
    [{ a: { schema, security: [{ oauth: ['fly'] }] } }, { code: 'FST_SECURITY_SCOPE_UNDECLARED' }]
  ]
  for (const [declared, expected] of table) t.throws(() => compileConfig(declared), expected, JSON.stringify(declared))
  t.throws(() => compileConfig({ a: { schema: { type: 'object' } } }), 'a schema that is not of TypeBox')
})
