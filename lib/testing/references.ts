import { isObject, type Json } from '../docs/openapi.ts'
import { lookUp } from './operations.ts'

/** A reference that points to nothing. */
export interface DanglingReference {
  readonly reference: string
  /** Where it stands, member by member. */
  readonly at: readonly string[]
}

/** What holds data, not parts of the document. */
const DATA: ReadonlySet<string> = new Set(['example', 'default', 'enum', 'const', 'value'])
/** What holds parts of the document by names of the author's choice. */
const NAMES: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'paths', 'responses', 'headers'])

/** Finds every reference within a document that points to nothing. Those to other documents cannot be looked up. */
export function danglingReferences (document: Json): DanglingReference[] {
  const found: DanglingReference[] = []
  const visit = (value: unknown, at: readonly string[], named: boolean): void => {
    if (Array.isArray(value)) {
      value.forEach((one, i) => { visit(one, [...at, String(i)], false) })
    } else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) {
        if (key === '$ref' && !named && typeof member === 'string') {
          if (isPointer(member) && lookUp(document, member) === undefined) found.push({ reference: member, at })
        } else if (named || !DATA.has(key)) visit(member, [...at, key], !named && NAMES.has(key))
      }
    }
  }
  visit(document, [], false)
  return found
}

/** Other fragments name an anchor. */
function isPointer (reference: string): boolean {
  return reference === '#' || reference.startsWith('#/')
}
