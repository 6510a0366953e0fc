import { isObject, type Json } from './openapi.ts'
import { METHODS } from './operations-of.ts'

/** The field by which an operation says, while the document is made, which route it is. */
export const MARK = 'x-fastify-openapi-security-route'

/** Whether a document was made of routes; one that someone wrote has no marks. */
export function isMarked ({ paths }: Json): boolean {
  for (const path in isObject(paths) ? paths : {}) {
    const item: unknown = (paths as Json)[path] // looked at above
    for (const field in isObject(item) ? item : {}) {
      const operation: unknown = (item as Json)[field] // looked at above
      if (METHODS.has(field) && isObject(operation) && MARK in operation) return true
    }
  }
  return false
}
