/** What `app.security.asyncapi()` can be told. */
export interface AsyncApiOptions {
  /** Default: that of the OpenAPI document of `@fastify/swagger`, or `WebSocket API`. */
  readonly title?: string
  /** Version of the API. Default: that of the OpenAPI document of `@fastify/swagger`, or `0.0.0`. */
  readonly version?: string
  /** CommonMark. */
  readonly description?: string
  /**
   * Where clients connect, for example `wss://api.example/v1`; `https:` and `http:` stand for `wss:` and `ws:`. A path is taken off the
   * addresses below it. Default: the absolute `servers` of the OpenAPI document, or the hosts of the option `resource`.
   */
  readonly servers?: readonly string[]
  /** Where the OpenAPI document is served, for example `https://api.example/openapi.json`: channels then link to their operations there. */
  readonly openapi?: string
}

/** A Reference Object. */
export interface AsyncApiReference {
  $ref: string
}

/** OpenAPI Security Requirement Objects, which say what AsyncAPI has no form for. */
export type AsyncApiRequirements = Record<string, string[]>[]

/** A Server Object. */
export interface AsyncApiServer {
  host: string
  protocol: string
  pathname?: string
  description?: string
  variables?: Record<string, object>
}

/** An External Documentation Object. */
export interface AsyncApiExternalDocs {
  url: string
  description?: string
}

/** A refusal of a handshake, of which AsyncAPI knows nothing. */
export interface AsyncApiRefusal {
  /** Status of the HTTP answer. */
  status: number
  /** The `code` of the problem. */
  code: string
  /** The close code that comes instead of the answer, where handshakes are refused by closing. */
  close?: number
}

/** The end of a connection. */
export interface AsyncApiEnding {
  code: number
  description: string
}

/** A Channel Object: one WebSocket route. */
export interface AsyncApiChannel {
  address: string
  summary?: string
  description: string
  servers?: AsyncApiReference[]
  parameters?: Record<string, object>
  tags?: { name: string }[]
  messages: Record<string, AsyncApiReference>
  bindings: { ws: { method: 'GET', query?: object, headers?: object, bindingVersion: '0.1.0' } }
  externalDocs?: AsyncApiExternalDocs
  /** What a handshake asks, exactly; `[]` is public. */
  'x-security': AsyncApiRequirements
  'x-refusals'?: AsyncApiRefusal[]
  'x-close-codes'?: AsyncApiEnding[]
}

/** An Operation Object, from the point of view of the application. */
export interface AsyncApiOperation {
  action: 'send' | 'receive'
  channel: AsyncApiReference
  summary?: string
  description?: string
  messages: AsyncApiReference[]
  /** One of these must be satisfied. */
  security?: AsyncApiReference[]
  /** What is asked, exactly, where `security` cannot say it. */
  'x-security'?: AsyncApiRequirements
}

/** A Message Object. */
export interface AsyncApiMessage {
  name: string
  summary?: string
  description?: string
  /** JSON Schema, draft 7. */
  payload?: object
}

/** A Security Scheme Object. */
export interface AsyncApiSecurityScheme {
  type: string
  description?: string
  [field: string]: unknown
}

/** An AsyncAPI document, as `app.security.asyncapi()` makes it. */
export interface AsyncApiDocument {
  asyncapi: '3.0.0'
  info: { title: string, version: string, description?: string }
  servers?: Record<string, AsyncApiServer>
  defaultContentType: 'application/json'
  channels: Record<string, AsyncApiChannel>
  operations: Record<string, AsyncApiOperation>
  components: {
    messages: Record<string, AsyncApiMessage>
    securitySchemes: Record<string, AsyncApiSecurityScheme>
  }
}
