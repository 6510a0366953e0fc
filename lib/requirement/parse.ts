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
  return Object.freeze(Array.from(value, (requirement: unknown, index) => parseRequirement(requirement, index, place)))
}

function parseRequirement (value: unknown, index: number, place: string): Requirement {
  if (!isPlainObject(value)) throw invalid(place, `alternative ${index + 1} is ${describe(value)}`)
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, scopes]: [string, unknown]) => {
    if (!Array.isArray(scopes) || !Array.from(scopes).every(isScopeToken)) {
      throw invalid(place, `the scopes of "${name}" are not an array of scope names (RFC 6749 §3.3)`)
    }
    return [name, Object.freeze([...new Set<string>(scopes)])]
  })))
}

/** An object with names of its own only: what it inherits would be lost, and `{}` lets everyone in. */
function isPlainObject (value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function describe (value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'not a plain object' : `the ${typeof value} ${String(value)}`
}

function invalid (place: string, problem: string): Error {
  return new BOOT_ERRORS.FST_SECURITY_REQUIREMENT_INVALID(place, problem)
}
