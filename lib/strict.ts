/**
 * Types only: with `import 'fastify-openapi-security/strict'` anywhere in a program, a route schema that names a scheme or scope which
 * the program does not have is an error where it is written. Without it the route still does not boot.
 *
 * @module
 */
import type { KeysIn, Registered, SchemeName, Security, UnknownSecurityScheme } from './augment.ts'

type UnknownName<Schema> = Registered extends false ? never
  : Schema extends { readonly security: readonly (infer Requirement)[] }
    ? string extends keyof Requirement ? never : Exclude<KeysIn<Requirement>, SchemeName>
    : never

/** Fits no array when there are unknown names. An interface, because its members are not looked into before FastifySchema is complete. */
interface KnownNamesOnly<Schema> {
  readonly length: [UnknownName<Schema>] extends [never] ? number : UnknownSecurityScheme<UnknownName<Schema>>
}

declare module 'fastify' {
  interface FastifySchema {
    // The type of `security` is @fastify/swagger's. An index signature that its name matches holds in addition, and is no conflict with it.
    readonly [key: `security${Uppercase<string>}`]: (Security & KnownNamesOnly<this>) | undefined
  }
}
