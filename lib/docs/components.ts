import { isDeepStrictEqual } from 'node:util'
import { isObject, type Json } from './openapi.ts'

/** A Reference Object. */
export interface Reference {
  readonly $ref: string
}

/** The Components Object while a document is finished. */
export interface Components {
  /** Adds a component unless an equal one is there; another one of the same name stays, and ours gets a number. */
  add (section: string, name: string, value: Json): Reference
  /** What a Reference Object within the document points to; anything else is returned as it is. */
  resolve (value: unknown): unknown
  toJson (): Json
}

/** Starts from what the document has, without changing it. */
export function collectComponents (declared: unknown): Components {
  const sections = new Map<string, Record<string, unknown>>()
  const existing: Json = isObject(declared) ? declared : {}
  const open = (name: string): Record<string, unknown> => {
    let section = sections.get(name)
    if (section === undefined) sections.set(name, section = isObject(existing[name]) ? { ...existing[name] } : {})
    return section
  }
  return {
    add (section, name, value) {
      const components = open(section)
      let free = name
      for (let i = 2; Object.hasOwn(components, free) && !isDeepStrictEqual(components[free], value); i++) free = `${name}-${i}`
      components[free] = value
      return { $ref: `#/components/${section}/${free}` }
    },
    resolve (value) {
      if (!isObject(value) || typeof value['$ref'] !== 'string') return value
      const [, section, name] = /^#\/components\/([^/]+)\/([^/]+)$/.exec(value['$ref']) ?? []
      return section !== undefined && name !== undefined && Object.hasOwn(open(section), name) ? open(section)[name] : value
    },
    toJson: () => ({ ...existing, ...Object.fromEntries(sections) })
  }
}
