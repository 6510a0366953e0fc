import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { ContextConfigDefault, FastifyInstance, RouteGenericInterface } from 'fastify'
import type { Scheme } from './scheme.ts'
import type { AppSecurity } from './security.ts'

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
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- merged by the program
export interface FastifySecuritySchemes {}

/** Optional: `{ security: readonly [{ readonly oauth: readonly [] }] }`, what a route that says nothing gets. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- merged by the program
export interface FastifySecurityDefaults {}

export type SchemeName = keyof FastifySecuritySchemes & string
/** Whether the program has named its schemes. */
export type Registered = [SchemeName] extends [never] ? false : true
export type ScopeOf<Name extends SchemeName> = FastifySecuritySchemes[Name] extends { scopes: infer Scopes } ? Extract<Scopes, string> : string
export type CredentialsOf<Name extends SchemeName> = FastifySecuritySchemes[Name] extends { credentials: infer Credentials } ? Credentials : unknown

/** An OpenAPI Security Requirement Object: its schemes must all be satisfied; `{}` lets anonymous callers in. */
export type SecurityRequirement = Registered extends true
  ? { readonly [Name in SchemeName]?: readonly ScopeOf<Name>[] }
  : { readonly [name: string]: readonly string[] }
/** A whole `security` array: one requirement must be satisfied; `[]` is public. */
export type Security = readonly SecurityRequirement[]

type Simplify<T> = { [Key in keyof T]: T[Key] } & {}
/** Keys really there: TypeScript adds `?: undefined` twins when it unites object literals. */
export type KeysIn<T> = T extends unknown ? { [Key in keyof T]-?: [Exclude<T[Key], undefined>] extends [never] ? never : Key }[keyof T] : never

/** What `request.auth` is when a declaration names a scheme that the program does not have. */
export interface UnknownSecurityScheme<Name> { readonly 'not declared in FastifySecuritySchemes': Name }

type AuthOfRequirement<Requirement> = Requirement extends unknown
  ? [KeysIn<Requirement>] extends [never] ? null
      : [Exclude<KeysIn<Requirement>, SchemeName>] extends [never]
          ? Simplify<
            { readonly [Name in KeysIn<Requirement> & SchemeName]: CredentialsOf<Name> } &
            { readonly [Name in Exclude<SchemeName, KeysIn<Requirement>>]?: undefined }
          >
          : UnknownSecurityScheme<Exclude<KeysIn<Requirement>, SchemeName>>
  : never

/** What code that gets a plain FastifyRequest sees: the upper bound of every {@link AuthOf}. */
export type AnyAuth = Registered extends true
  ? Simplify<{ readonly [Name in SchemeName]?: CredentialsOf<Name> | undefined }> | null
  : Readonly<Record<string, unknown>> | null

type AuthOfSecurity<Declared> =
  Declared extends readonly [] ? null
    : Declared extends readonly (infer Requirement)[]
      ? string extends keyof Requirement ? AnyAuth : AuthOfRequirement<Requirement>
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

type Socket = FastifyInstance extends { readonly websocketServer: { readonly clients: ReadonlySet<infer Client> } } ? Client : never
type Installed = FastifyInstance extends { readonly websocketServer: unknown } ? true : never

declare module 'fastify' {
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
  // @fastify/websocket's shorthand has no const type parameter; without this overload scopes widen to string.
  interface RouteShorthandMethod<RawServer, RawRequest, RawReply, TypeProvider, Logger> {
    <RouteGeneric extends RouteGenericInterface = RouteGenericInterface, ContextConfig = ContextConfigDefault,
      const SchemaCompiler extends FastifySchema = FastifySchema>(
      path: string,
      opts: RouteShorthandOptions<RawServer, RawRequest, RawReply, RouteGeneric, ContextConfig, SchemaCompiler, TypeProvider, Logger> & { websocket: Installed },
      handler?: (
        this: FastifyInstance<Server, IncomingMessage, ServerResponse>,
        socket: Socket,
        request: FastifyRequest<RouteGeneric, RawServer, RawRequest, SchemaCompiler, TypeProvider, ContextConfig, Logger>
      ) => unknown
    ): FastifyInstance<RawServer, RawRequest, RawReply, Logger, TypeProvider>
  }
}
