import type { Presented } from './credentials.ts'
import type { Operation, Requirement } from './description.ts'

/** What a caller is to get. */
export type Expected = { readonly status: 200 | 401 } | { readonly status: 403, readonly scopes: readonly string[] }

/** The semantics of Security Requirements, as OpenAPI has them, for credentials that are all valid. */
export function expectationOf ({ security }: Operation, presented: Presented): Expected {
  const holds = (requirement: Requirement): boolean => Object.entries(requirement).every(([name, scopes]) =>
    name in presented && scopes.every((scope) => presented[name]?.includes(scope)))
  if (security.length === 0 || security.some(holds)) return { status: 200 }
  const short = security.find((requirement) => Object.keys(requirement).every((name) => name in presented))
  return short === undefined ? { status: 401 } : { status: 403, scopes: [...new Set(Object.values(short).flat())] }
}

/** What is presented to an operation: nothing; for each alternative exactly enough; and each time one scope fewer. */
export function casesOf ({ security }: Operation): Presented[] {
  return [{}, ...security.filter((requirement) => Object.keys(requirement).length > 0).flatMap((requirement) => [
    requirement,
    ...Object.entries(requirement).flatMap(([name, scopes]) =>
      scopes.map((scope) => ({ ...requirement, [name]: scopes.filter((other) => other !== scope) })))
  ])]
}
