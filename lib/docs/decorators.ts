import type { FastifyInstance } from 'fastify'

/** What @fastify/swagger decorates an instance with: makes a document, or its YAML form. */
export type Swagger = (this: unknown, options?: { readonly yaml?: boolean }) => unknown

/** Where @fastify/swagger puts its function unless told otherwise. */
const DECORATOR = 'swagger'

/**
 * Finds the functions of every @fastify/swagger on one instance. Its option `decorator` may give one any name, and nothing public tells
 * which, so that functions of other names are known by their source: they keep the document and its YAML form.
 */
export function swaggersOf (instance: FastifyInstance): [name: string, swagger: Swagger][] {
  if (!instance.hasPlugin('@fastify/swagger')) return []
  return Object.getOwnPropertyNames(instance).flatMap((name): [string, Swagger][] => {
    const value: unknown = Object.getOwnPropertyDescriptor(instance, name)?.value
    return typeof value === 'function' && (name === DECORATOR || isSwagger(value)) ? [[name, value as Swagger]] : [] // by what was looked at
  })
}

function isSwagger (candidate: { readonly length: number }): boolean {
  if (candidate.length !== 1) return false
  const source = Function.prototype.toString.call(candidate)
  return /\.yaml\b/.test(source) && /\bcache\./.test(source)
}
