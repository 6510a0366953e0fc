import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type {
  ContextConfigDefault, FastifyBaseLogger, FastifyInstance, FastifyRequest, FastifySchema, FastifyTypeProvider,
  RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerBase, RouteGenericInterface, RouteOptions, RouteShorthandOptions
} from 'fastify'
import type { Scheme } from './scheme.ts'
import type { AppSecurity } from './security.ts'
import type { MessageDeclaration, SentMessage } from './message.ts'
import type { WebSocketRouteOptions as GuardedRouteOptions } from './websocket/settings.ts'

/**
 * The schemes of a program, named once by declaration merging.
 *
 * @example
 * ```ts
 * import { apiKey, defineSchemes, type SchemesFrom } from 'fastify-openapi-security'
 *
 * const schemes = defineSchemes({ partner: apiKey({ in: 'header', name: 'X-API-Key', verify: (key) => ({ key }) }) })
 * declare module 'fastify-openapi-security' { interface FastifySecuritySchemes extends SchemesFrom<typeof schemes> {} }
 * ```
 */
export interface FastifySecuritySchemes {}

/** Optional: `{ security: readonly [{ readonly oauth: readonly [] }] }`, what a route that says nothing gets. */
export interface FastifySecurityDefaults {}

export type SchemeName = keyof FastifySecuritySchemes & string
/** Whether the program has named its schemes. */
export type Registered = [SchemeName] extends [never] ? false : true
export type ScopeOf<Name extends SchemeName> =
  FastifySecuritySchemes[Name] extends { scopes: infer Scopes } ? Extract<Scopes, string> : string
export type CredentialsOf<Name extends SchemeName> =
  FastifySecuritySchemes[Name] extends { credentials: infer Credentials } ? Credentials : unknown

/** An OpenAPI Security Requirement Object: its schemes must all be satisfied; `{}` lets anonymous callers in. */
export type SecurityRequirement = Registered extends true
  ? { readonly [Name in SchemeName]?: readonly ScopeOf<Name>[] }
  : { readonly [name: string]: readonly string[] }
/** A whole `security` array: one requirement must be satisfied; `[]` is public. */
export type Security = readonly SecurityRequirement[]

type Simplify<T> = { [Key in keyof T]: T[Key] } & {}
/** Keys that may be there. TypeScript adds `?: undefined` twins when it unites object literals; they do not count. */
export type KeysIn<T> = T extends unknown
  ? { [Key in keyof T]-?: [Exclude<T[Key], undefined>] extends [never] ? never : Key }[keyof T]
  : never
type CertainKeysIn<T> = { [Key in keyof T]-?: undefined extends T[Key] ? never : Key }[keyof T]

/** What `request.auth` is when a declaration names a scheme that the program does not have. */
export interface UnknownSecurityScheme<Name> { readonly 'not declared in FastifySecuritySchemes': Name }

/** What code that gets a plain FastifyRequest sees: the upper bound of every {@link AuthOf}. */
export type AnyAuth = Registered extends true
  ? Simplify<{ readonly [Name in SchemeName]?: CredentialsOf<Name> | undefined }> | null
  : Readonly<Record<string, unknown>> | null

/** Credentials that a revocation is asked about. */
export type Revocable = Registered extends true
  ? { [Name in SchemeName]: { readonly scheme: Name, readonly credentials: CredentialsOf<Name> } }[SchemeName]
  : { readonly scheme: string, readonly credentials: Readonly<Record<string, unknown>> }

type Satisfied<Certain extends SchemeName, Possible extends SchemeName> = Simplify<
  { readonly [Name in Certain]: CredentialsOf<Name> } &
  { readonly [Name in Exclude<Possible, Certain>]?: CredentialsOf<Name> | undefined } &
  { readonly [Name in Exclude<SchemeName, Possible>]?: undefined }
>

type AuthOfRequirement<Requirement> = Requirement extends unknown
  ? string extends keyof Requirement ? AnyAuth
    : [Exclude<KeysIn<Requirement>, SchemeName>] extends [never]
        ? [KeysIn<Requirement>] extends [never] ? null
            : Satisfied<CertainKeysIn<Requirement> & SchemeName, KeysIn<Requirement> & SchemeName> |
              ([CertainKeysIn<Requirement>] extends [never] ? null : never)
        : UnknownSecurityScheme<Exclude<KeysIn<Requirement>, SchemeName>>
  : never

type AuthOfSecurity<Declared> = Declared extends readonly (infer Requirement)[]
  ? [Requirement] extends [never] ? null : AuthOfRequirement<Requirement> // `[]` has no requirement
  : AnyAuth

/** The type of `request.auth` for a route schema. */
export type AuthOf<Schema> =
  Registered extends false ? AnyAuth
    : Schema extends { readonly security: infer Declared } ? AuthOfSecurity<Declared>
      // On the right of `extends` TypeScript 5.9 would compute FastifyRequest as invariant in the schema.
      : [keyof Schema & 'security'] extends [never]
          ? FastifySecurityDefaults extends { security: infer Default } ? AuthOfSecurity<Default> : AnyAuth
          : AnyAuth

/** For `interface FastifySecuritySchemes extends SchemesFrom<typeof schemes> {}`. */
export type SchemesFrom<T> = {
  [Name in keyof T]: T[Name] extends Scheme<infer Credentials, infer Scope> ? { scopes: Scope, credentials: Credentials } : never
}

/** What the option `schemes` takes: exactly the schemes that the program names, or any if it names none. */
export type SchemesOption = Registered extends true
  ? { readonly [Name in SchemeName]: Scheme<CredentialsOf<Name> & object, ScopeOf<Name>> }
  : Readonly<Record<string, Scheme<object, string>>>

// @fastify/websocket is an optional peer: what it adds to RouteOptions is read, so that nothing is imported which may be absent.
type Socket = RouteOptions extends { wsHandler?: infer Handler }
  ? NonNullable<Handler> extends (socket: infer Peer, ...rest: never[]) => unknown ? Peer : never
  : never
/** `true` where the types of @fastify/websocket are loaded. */
type IsWebSocket = [Socket] extends [never] ? never : true
type WebSocketRouteOptions<
  RawServer extends RawServerBase, RawRequest extends RawRequestDefaultExpression<RawServer>,
  RawReply extends RawReplyDefaultExpression<RawServer>, RouteGeneric extends RouteGenericInterface,
  ContextConfig, SchemaCompiler extends FastifySchema, TypeProvider extends FastifyTypeProvider, Logger extends FastifyBaseLogger
> = RouteShorthandOptions<RawServer, RawRequest, RawReply, RouteGeneric, ContextConfig, SchemaCompiler, TypeProvider, Logger> & {
  websocket: IsWebSocket
}
type WebSocketRouteHandler<
  RawServer extends RawServerBase, RawRequest extends RawRequestDefaultExpression<RawServer>, RouteGeneric extends RouteGenericInterface,
  ContextConfig, SchemaCompiler extends FastifySchema, TypeProvider extends FastifyTypeProvider, Logger extends FastifyBaseLogger
> = (
  this: FastifyInstance<Server, IncomingMessage, ServerResponse>,
  socket: Socket,
  request: FastifyRequest<RouteGeneric, RawServer, RawRequest, SchemaCompiler, TypeProvider, ContextConfig, Logger>
) => void | Promise<unknown>

/** The `config.websocket` of a route. */
export interface WebSocketRouteConfig extends GuardedRouteOptions {
  /** What clients may send, by `type`; anything else is answered with a problem. Default: anything. */
  readonly messages?: Readonly<Record<string, MessageDeclaration>>
  /** What the application sends, by `type`, for the AsyncAPI document. */
  readonly sends?: Readonly<Record<string, SentMessage>>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How the connections of a WebSocket route are guarded. */
    websocket?: WebSocketRouteConfig
  }
  interface FastifyInstance {
    readonly security: AppSecurity
  }
  interface FastifySchema {
    /** OpenAPI Security Requirements. The type is @fastify/swagger's to the letter, because merged declarations must be identical. */
    security?: ReadonlyArray<{ [securityLabel: string]: readonly string[] }>
  }
  // FastifyRequest is generic over the schema as written (a const type parameter), so handlers need no helper.
  interface FastifyRequest<
    RouteGeneric, RawServer, RawRequest, SchemaCompiler, TypeProvider, ContextConfig, Logger, RequestType
  > {
    /** The credentials of the satisfied requirement by scheme; `null` for anonymous callers and public routes. */
    readonly auth: AuthOf<SchemaCompiler>
  }
  // @fastify/websocket's shorthand has no const type parameter, so scopes widen to string, and does not know the form with two arguments.
  // The last parameter is never given: one of a literal type puts an overload before all others, whichever package is loaded first.
  interface RouteShorthandMethod<RawServer, RawRequest, RawReply, TypeProvider, Logger> {
    <RouteGeneric extends RouteGenericInterface = RouteGenericInterface, ContextConfig = ContextConfigDefault,
      const SchemaCompiler extends FastifySchema = FastifySchema>(
      path: string,
      opts: WebSocketRouteOptions<RawServer, RawRequest, RawReply, RouteGeneric, ContextConfig, SchemaCompiler, TypeProvider, Logger>,
      handler: WebSocketRouteHandler<RawServer, RawRequest, RouteGeneric, ContextConfig, SchemaCompiler, TypeProvider, Logger>,
      overload?: 'websocket'
    ): FastifyInstance<RawServer, RawRequest, RawReply, Logger, TypeProvider>
    <RouteGeneric extends RouteGenericInterface = RouteGenericInterface, ContextConfig = ContextConfigDefault,
      const SchemaCompiler extends FastifySchema = FastifySchema>(
      path: string,
      opts: WebSocketRouteOptions<RawServer, RawRequest, RawReply, RouteGeneric, ContextConfig, SchemaCompiler, TypeProvider, Logger> & {
        handler: WebSocketRouteHandler<RawServer, RawRequest, RouteGeneric, ContextConfig, NoInfer<SchemaCompiler>, TypeProvider, Logger>
      },
      overload?: 'websocket'
    ): FastifyInstance<RawServer, RawRequest, RawReply, Logger, TypeProvider>
  }
}
