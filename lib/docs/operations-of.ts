import { isObject, type Json } from './openapi.ts'

/** Fixed fields of a Path Item Object that hold an operation. */
export const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'])

/** An operation where it stands. */
export interface PlacedOperation {
  /** Upper case. */
  readonly method: string
  readonly path: string
  readonly operation: Json
}

/** Every operation below `paths`, also those of methods that have no field of their own (OpenAPI 3.2). */
export function operationsOf (document: Json): PlacedOperation[] {
  return entries(document['paths']).flatMap(([path, item]) =>
    [...entries(item).filter(([field]) => METHODS.has(field)), ...entries(isObject(item) ? item['additionalOperations'] : undefined)]
      .flatMap(([field, operation]) => isObject(operation) ? [{ method: field.toUpperCase(), path, operation }] : []))
}

function entries (value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : []
}
