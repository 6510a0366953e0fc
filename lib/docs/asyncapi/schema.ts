import { copy, isObject, type Json } from '../openapi.ts'

/** Finds a schema that was added to the application under an `$id`. */
export type FindSchema = (id: string) => unknown

/** What a validator of another make compiles is no JSON Schema, and says so (Standard Schema). */
const STANDARD = '~standard'

/**
 * Copies the JSON Schema of an object with what it refers to put in place, so that it can stand in another document; `null` for what is
 * not one. What leads in a circle or nowhere may be anything.
 */
export function standalone (schema: unknown, find: FindSchema): Json | null {
  if (!isObject(schema) || STANDARD in schema) return null
  const resolved = resolve(copy(schema), find, [])
  return isObject(resolved) && (resolved['type'] === 'object' || isObject(resolved['properties'])) ? resolved : null
}

function resolve (value: unknown, find: FindSchema, trail: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one) => resolve(one, find, trail))
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([key, one]) => !(typeof one === 'string' && (key === '$ref' || key === '$id')))
  const written = Object.fromEntries(kept.map(([key, one]) => [key, resolve(one, find, trail)]))
  const { $ref: reference } = value
  if (typeof reference !== 'string') return written
  const [id = '', pointer = ''] = reference.split('#')
  const found = id === '' || trail.includes(reference) ? undefined : stepInto(find(id), pointer)
  return isObject(found) ? { ...resolve(copy(found), find, [...trail, reference]) as Json, ...written } : written // an object stays one
}

function stepInto (schema: unknown, pointer: string): unknown {
  return pointer.split('/').filter((step) => step !== '').reduce<unknown>((found, step) =>
    isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined, schema)
}

/** The members of an object schema; none if it has no list of them. */
export function propertiesOf (schema: Json | null): Json {
  return isObject(schema?.['properties']) ? schema['properties'] : {}
}

/** The same without some of its members. */
export function withoutProperties (schema: Json, isLeftOut: (name: string) => boolean): Json {
  const { required, ...rest } = schema
  const kept = Array.isArray(required) ? required.filter((name) => !isLeftOut(String(name))) : []
  return {
    ...rest,
    type: 'object',
    properties: Object.fromEntries(Object.entries(propertiesOf(schema)).filter(([name]) => !isLeftOut(name))),
    ...(kept.length === 0 ? {} : { required: kept })
  }
}
