import Fastify, { type FastifyRequest } from 'fastify'
import { isObject, type Json } from '../docs/openapi.ts'

/** Says what is wrong with a body; `null` if nothing. */
export type CheckBody = (schema: unknown, body: unknown) => string | null

/**
 * Makes a check of bodies against schemas of a document. The validator is Fastify's, of an instance of its own: the application's may
 * read another schema language, and convert what it validates.
 */
export async function bodyChecker (document: Json): Promise<CheckBody> {
  let request: FastifyRequest | undefined
  const bare = Fastify({ ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, strict: false } } })
  bare.get('/', async (one) => { request = one })
  await bare.inject('/')
  const { components } = document
  const schemas = isObject(components) ? components['schemas'] : undefined
  const prepared = new Map<unknown, object>()
  return (schema, body) => {
    if (!isObject(schema)) return null
    const whole = prepared.get(schema) ?? { ...schema, components: { schemas } } // where references start
    prepared.set(schema, whole)
    try {
      const validate = request?.compileValidationSchema(whole)
      if (validate === undefined || validate(body)) return null
      const [error] = validate.errors ?? []
      return `${error?.instancePath === '' ? 'the body' : error?.instancePath} ${error?.message}`
    } catch (error) {
      return `the schema cannot be read: ${error instanceof Error ? error.message : String(error)}`
    }
  }
}
