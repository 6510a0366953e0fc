import type { Scheme } from './scheme.ts'

/**
 * Keeps the exact types of a set of schemes, so that a program can name them once; see {@link FastifySecuritySchemes}.
 *
 * @example
 * ```ts
 * import { bearer, defineSchemes } from 'fastify-openapi-security'
 *
 * const users = new Map([['token', { name: 'Ada' }]])
 * const schemes = defineSchemes({ user: bearer({ verify: (token) => users.get(token) ?? null }) })
 * ```
 */
export function defineSchemes<const T extends Readonly<Record<string, Scheme<object, string>>>> (schemes: T): T {
  return schemes
}
