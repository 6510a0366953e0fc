import { Type } from '@sinclair/typebox'

const SchemeSchema = Type.Object({
  definition: Type.Object({ type: Type.String() }),
  scopes: Type.Union([Type.Null(), Type.Array(Type.String())]),
  location: Type.Object({ in: Type.String() }),
  ambient: Type.Boolean(),
  read: Type.Function([], Type.Unknown()),
  verify: Type.Function([], Type.Unknown())
})

const Limit = Type.Optional(Type.Integer({ minimum: 1 }))

const FirstMessageSchema = Type.Object({
  timeout: Type.Optional(Type.Integer({ minimum: 1, maximum: 600_000 })),
  maxBytes: Type.Optional(Type.Integer({ minimum: 64 })),
  read: Type.Optional(Type.Function([], Type.Unknown())),
  deliver: Type.Optional(Type.Boolean()),
  accepted: Type.Optional(Type.Union([Type.Null(), Type.Function([], Type.Unknown())]))
}, { additionalProperties: false })

const WebSocketSchema = Type.Object({
  refuse: Type.Optional(Type.Union([Type.Literal('http'), Type.Literal('close')])),
  firstMessage: Type.Optional(Type.Union([Type.Boolean(), FirstMessageSchema])),
  renewal: Type.Optional(Type.Boolean()),
  query: Type.Optional(Type.Boolean()),
  ticket: Type.Optional(Type.Boolean()),
  limits: Type.Optional(Type.Object({ total: Limit, perIdentity: Limit, pending: Limit }, { additionalProperties: false })),
  identify: Type.Optional(Type.Function([], Type.Unknown())),
  warnBefore: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
  asyncapi: Type.Optional(Type.String()),
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
