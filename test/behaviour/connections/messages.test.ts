import t from 'tap'
import websocket from '@fastify/websocket'
import { Type } from '@sinclair/typebox'
import Fastify from 'fastify'
import fastifySecurity, { defineMessage } from 'fastify-openapi-security'
import { bearerOf, connect, schemes, start, tokenOf } from './app.ts'

const object = (type: string) => Type.Object({ type: Type.Literal(type), name: Type.String({ maxLength: 10 }) })

t.test('messages are guarded by type, and a refused one leaves the connection open', async (t) => {
  const { app, seen } = await start({}, (app, seen) => {
    app.get('/live', {
      websocket: true,
      config: {
        websocket: {
          messages: {
            'pet.read': { schema: object('pet.read') },
            'pet.update': { schema: object('pet.update'), security: [{ oauth: ['write'] }] },
            'pet.key': { schema: object('pet.key'), security: [{ partner: [] }] },
            'pet.drop': defineMessage({
              schema: object('pet.drop'),
              security: [{ oauth: ['write'] }, { oauth: ['read'] }],
              handler ({ name }, socket, request) {
                seen.push([name, request.auth])
                socket.send(`dropped ${name}`)
              }
            }),
            'pet.fail': { schema: object('pet.fail'), handler: async () => { throw new Error('broken') } }
          }
        }
      }
    }, (socket) => {
      socket.on('message', (data: Buffer) => { socket.send(`handled ${data.toString()}`) })
    })
  })
  t.teardown(() => app.close())
  const client = connect(app, '/live', bearerOf(tokenOf('ada')))
  await client.opened
  const ask = async (message: unknown): Promise<string> => {
    client.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
    return await client.next()
  }
  const passed = { type: 'pet.read', name: 'Rex' }
  t.equal(await ask(passed), `handled ${JSON.stringify(passed)}`, 'one that asks nothing further')
  t.strictSame(JSON.parse(await ask({ type: 'pet.update', name: 'Rex', id: 7 })), {
    type: 'problem',
    message: 'pet.update',
    id: 7,
    problem: {
      type: 'about:blank',
      title: 'Forbidden',
      status: 403,
      detail: 'The credentials presented do not grant the required scopes.',
      code: 'scope_insufficient',
      required_scopes: ['write']
    }
  })
  const table: [name: string, message: unknown, code: string, type?: string][] = [
    ['another scheme', { type: 'pet.key', name: 'Rex' }, 'credentials_missing', 'pet.key'],
    ['a message that does not match its schema', { type: 'pet.read', name: 'much too long' }, 'message_invalid', 'pet.read'],
    ['a type that is not declared', { type: 'pet.feed' }, 'message_unknown', 'pet.feed'],
    ['a type that every object has', { type: 'constructor' }, 'message_unknown', 'constructor'],
    ['no type', { name: 'Rex' }, 'message_unknown'], ['no JSON', 'hello', 'message_unknown'], ['no object', '[1]', 'message_unknown'],
    ['bytes', Buffer.from('{"type":"pet.read","name":"Rex"}'), 'message_unknown'],
    ['a handler that fails', { type: 'pet.fail', name: 'Rex' }, 'message_failed', 'pet.fail']
  ]
  for (const [name, message, code, type] of table) {
    const answer = JSON.parse(await ask(message)) as { type: string, message?: string, problem: { code: string } }
    t.strictSame([answer.type, answer.message, answer.problem.code], ['problem', type, code], name)
  }
  t.equal(await ask({ type: 'pet.drop', name: 'Rex' }), 'dropped Rex', 'a handler of its own, by the second alternative')
  t.strictSame(seen, [['Rex', { oauth: { subject: 'ada', scopes: ['read'] } }]])
  const writer = connect(app, '/live', bearerOf(tokenOf('bob', ['read', 'write'])))
  await writer.opened
  writer.socket.send(JSON.stringify({ type: 'pet.update', name: 'Rex' }))
  t.match(await writer.next(), /^handled .*pet\.update/)
  for (const { socket } of [client, writer]) socket.terminate()
})

t.test('what cannot be enforced stops the application', async (t) => {
  const table: [name: string, config: unknown, code: string, security?: unknown][] = [
    ['an unknown scheme', { messages: { a: { schema: object('a'), security: [{ nobody: [] }] } } }, 'FST_SECURITY_SCHEME_UNKNOWN'],
    ['an undeclared scope', { messages: { a: { schema: object('a'), security: [{ oauth: ['fly'] }] } } }, 'FST_SECURITY_SCOPE_UNDECLARED'],
    ['a malformed requirement', { messages: { a: { schema: object('a'), security: {} } } }, 'FST_SECURITY_REQUIREMENT_INVALID'],
    ['no schema', { messages: { a: {} } }, 'FST_SECURITY_WEBSOCKET_INVALID'], ['messages that are none', { messages: 1 }, 'FST_SECURITY_WEBSOCKET_INVALID'],
    ['a handler that is none', { messages: { a: { schema: object('a'), handler: 1 } } }, 'FST_SECURITY_WEBSOCKET_INVALID'],
    ['another way to refuse', { refuse: 'never' }, 'FST_SECURITY_WEBSOCKET_INVALID'], ['no object', 1, 'FST_SECURITY_WEBSOCKET_INVALID'],
    ['a first message that is none', { firstMessage: 1 }, 'FST_SECURITY_WEBSOCKET_INVALID'],
    ['a public route', { messages: {} }, 'FST_SECURITY_WEBSOCKET_INVALID', []]
  ]
  for (const [name, config, code, security = [{ oauth: [] }]] of table) {
    const app = Fastify()
    await app.register(websocket)
    await app.register(fastifySecurity, { schemes, security: [] })
    t.throws(() => app.get('/live', { websocket: true, schema: { security: security as never }, config: { websocket: config as never } }, () => {}), { code }, name)
    await app.close()
  }
})
