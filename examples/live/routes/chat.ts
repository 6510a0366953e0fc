import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { defineMessage } from 'fastify-openapi-security'
import { MOST_SAID, SaidSchema, Text, type Room, type Said } from '../room.ts'

/** The subprotocol that messages follow; browsers offer it beside the one that carries the token. */
export const SUBPROTOCOL = 'chat.v1'

/** The chat: whoever reads may connect, and only who may write is let through with what they say. */
export const chatRoutes: FastifyPluginAsyncTypebox<{ room: Room }> = async (app, { room }) => {
  app.get('/messages', {
    schema: {
      operationId: 'listMessages',
      tags: ['chat'],
      summary: 'Read what was said',
      description: 'The latest messages, oldest first.',
      response: { 200: Type.Array(SaidSchema, { maxItems: MOST_SAID, description: 'What was said.' }) }
    }
  }, async () => [...room.said])

  app.get('/chat', {
    websocket: true,
    schema: {
      operationId: 'followChat',
      tags: ['chat'],
      summary: 'Follow the chat',
      description: 'A WebSocket of the subprotocol `chat.v1`. It ends with the token, which can be renewed in place. To say something takes `chat:write`.',
      security: [{ oauth: ['chat:read'] }]
    },
    config: {
      websocket: {
        refuse: 'close',
        renewal: true,
        messages: {
          'chat.say': defineMessage({
            schema: Type.Object({ type: Type.Literal('chat.say'), text: Text }),
            security: [{ oauth: ['chat:write'] }],
            handler ({ text }, _socket, { auth }) { room.say({ who: auth?.oauth?.subject ?? 'nobody', text }) }
          })
        },
        sends: {
          'chat.welcome': { summary: 'Whom the token is for', schema: Type.Object({ type: Type.Literal('chat.welcome'), who: Type.String() }) },
          'chat.said': { summary: 'What was said', schema: Type.Composite([Type.Object({ type: Type.Literal('chat.said') }), SaidSchema]) }
        }
      }
    }
  }, (socket, { auth }) => {
    const tell = (said: Said): void => { socket.send(JSON.stringify({ type: 'chat.said', ...said })) }
    room.events.on('said', tell)
    socket.once('close', () => { room.events.off('said', tell) })
    socket.send(JSON.stringify({ type: 'chat.welcome', who: auth.oauth.subject }))
  })
}
