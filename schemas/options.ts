import { Type } from '@sinclair/typebox'

const SchemeSchema = Type.Object({
  definition: Type.Object({ type: Type.String() }),
  scopes: Type.Union([Type.Null(), Type.Array(Type.String())]),
  location: Type.Object({ in: Type.String() }),
  ambient: Type.Boolean(),
  read: Type.Function([], Type.Unknown()),
  verify: Type.Function([], Type.Unknown())
})

const WebSocketSchema = Type.Object({
  origins: Type.Optional(Type.Array(Type.String())),
  subprotocol: Type.Optional(Type.Union([Type.Literal(false), Type.String({ pattern: '^[A-Za-z0-9.!#$%&\'*+^_`|~-]+$' })]))
}, { additionalProperties: false })

/** What the plugin can be registered with. */
export const OptionsSchema = Type.Object({
  schemes: Type.Record(Type.String(), SchemeSchema),
  security: Type.Unknown(),
  document: Type.Optional(Type.Object({ openapi: Type.String() })),
  realm: Type.Optional(Type.String({ minLength: 1 })),
  resource: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })])),
  verifyTimeout: Type.Optional(Type.Integer({ minimum: 1, maximum: 600_000 })),
  disclose: Type.Optional(Type.Union([Type.Literal('default'), Type.Literal('all')])),
  logLevel: Type.Optional(Type.Union([
    Type.Literal('fatal'), Type.Literal('error'), Type.Literal('warn'), Type.Literal('info'), Type.Literal('debug'), Type.Literal('trace'),
    Type.Literal('silent')
  ])),
  websocket: Type.Optional(WebSocketSchema),
  prefix: Type.Optional(Type.String()),
  logSerializers: Type.Optional(Type.Unknown())
}, { additionalProperties: false })
