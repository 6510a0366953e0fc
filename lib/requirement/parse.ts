import { BOOT_ERRORS } from '../errors.ts'
import { isScopeToken } from '../syntax.ts'

/** An OpenAPI Security Requirement Object: every scheme named must be satisfied; `{}` lets anonymous callers in. */
export type Requirement = Readonly<Record<string, readonly string[]>>
/** A whole `security` array: one requirement must be satisfied; `[]` is public. */
export type Security = readonly Requirement[]

/**
 * Checks what a route, a scope or the plugin declares and returns a frozen copy, so that later changes of the original have no effect.
 *
 * @throws FST_SECURITY_REQUIREMENT_INVALID
 */
export function parseSecurity (value: unknown, place: string): Security {
  if (!Array.isArray(value)) throw invalid(place, `it is ${describe(value)}`)
  return Object.freeze(value.map((requirement: unknown, index) => parseRequirement(requirement, index, place)))
}

function parseRequirement (value: unknown, index: number, place: string): Requirement {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(place, `alternative ${index + 1} is ${describe(value)}`)
  }
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, scopes]: [string, unknown]) => {
    if (!Array.isArray(scopes) || !scopes.every(isScopeToken)) {
      throw invalid(place, `the scopes of "${name}" are not an array of scope names (RFC 6749 §3.3)`)
    }
    return [name, Object.freeze([...new Set<string>(scopes)])]
  })))
}

function describe (value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${String(value)}`
}

function invalid (place: string, problem: string): Error {
  return new BOOT_ERRORS.FST_SECURITY_REQUIREMENT_INVALID(place, problem)
}
