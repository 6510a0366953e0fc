import { isObject, type Json } from '../docs/openapi.ts'
import { operationsOf } from '../docs/operations-of.ts'
import { ROLES } from '../docs/requirements.ts'

/**
 * What the requirements of a document name for each scheme, in order. Since OpenAPI 3.1 they may name roles of schemes that are not
 * OAuth's, and nowhere stands which roles there are.
 */
export function collectRoles (document: Json): ReadonlyMap<string, readonly string[]> {
  const roles = new Map<string, string[]>()
  for (const fields of [document, ...operationsOf(document).map(({ operation }) => operation)]) {
    for (const requirement of [fields['security'], fields[ROLES]].flat()) {
      if (!isObject(requirement)) continue
      for (const [name, named] of Object.entries(requirement)) roles.set(name, [...roles.get(name) ?? [], ...strings(named)])
    }
  }
  return new Map([...roles].map(([name, named]) => [name, [...new Set(named)]]))
}

function strings (value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
