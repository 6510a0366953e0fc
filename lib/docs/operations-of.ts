import { BOOT_ERRORS } from '../errors.ts'
import { isObject, type Json } from './openapi.ts'

/** Fixed fields of a Path Item Object that hold an operation. */
export const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'])

/** An operation where it stands. */
export interface PlacedOperation {
  /** Upper case. */
  readonly method: string
  readonly path: string
  readonly operation: Json
  /** The Server Objects that hold for it. */
  readonly servers: unknown
}

/**
 * Every operation below `paths`, also those of methods that have no field of their own (OpenAPI 3.2).
 *
 * @throws FST_SECURITY_DOCUMENT_UNSUPPORTED if a path is a reference to elsewhere, whose operations cannot be known
 */
export function operationsOf (document: Json): PlacedOperation[] {
  return entries(document['paths']).flatMap(([path, item]) => {
    const found = resolveItem(item, document, path)
    const fields = [...entries(found).filter(([field]) => METHODS.has(field.toLowerCase())), ...entries(found['additionalOperations'])]
    return fields.flatMap(([field, operation]) => isObject(operation)
      ? [{ method: field.toUpperCase(), path, operation, servers: operation['servers'] ?? found['servers'] ?? document['servers'] }]
      : [])
  })
}

/** Beside a reference other fields may stand; which of two counts is undefined, so both are looked at and the item's own win. */
function resolveItem (item: unknown, document: Json, path: string): Json {
  if (!isObject(item)) return {}
  const { $ref, ...own } = item
  if ($ref === undefined) return item
  const steps = typeof $ref === 'string' && $ref.startsWith('#/') ? $ref.slice(2).split('/').map(unescapeStep) : []
  let found: unknown = steps.length === 0 ? undefined : document
  for (const step of steps) found = isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined
  if (!isObject(found) || found['$ref'] !== undefined) {
    throw new BOOT_ERRORS.FST_SECURITY_DOCUMENT_UNSUPPORTED(`OpenAPI whose path ${path} is the reference ${String($ref)}, which does not lead to a path item`)
  }
  return { ...found, ...own }
}

/** RFC 6901 §4, and §6 for fragments of a URI. What is badly encoded leads nowhere. */
function unescapeStep (step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return step
  }
}

function entries (value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : []
}
