/** Neither @fastify/websocket nor @fastify/swagger; this package must not bring their types along. */
import fastify, { type FastifyInstance, type FastifySchema, type RouteShorthandOptions } from 'fastify'
import 'fastify-openapi-security'
import '../shared/http.ts'
import '../shared/typebox.ts'
import { expectSame } from '../expect.ts'

expectSame<Extract<keyof FastifyInstance, 'websocketServer' | 'injectWS' | 'swagger'>, never>()
expectSame<Extract<keyof RouteShorthandOptions, 'websocket'>, never>()
expectSame<Extract<keyof FastifySchema, 'hide' | 'tags'>, never>()

// @ts-expect-error -- an option of @fastify/websocket
fastify().get('/', { websocket: true, schema: { security: [] } }, async () => 1)
