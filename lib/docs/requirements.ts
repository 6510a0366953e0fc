import type { Requirement, Security } from '../requirement/parse.ts'
import type { Schemes } from '../scheme.ts'
import type { Version } from './openapi.ts'

/** What a Security Requirement may list for, in every version of OpenAPI. */
const LISTS_SCOPES: ReadonlySet<string> = new Set(['oauth2', 'openIdConnect'])

/** Beside `security`, requirement for requirement: the roles that OpenAPI 3.0 has no place for. */
export const ROLES = 'x-required-roles'

/** The fields of an operation, or of the whole document, that say what is asked. */
export interface SecurityFields {
  readonly security: Record<string, string[]>[]
  readonly [ROLES]?: Record<string, string[]>[]
}

/** Writes Security Requirement Objects; before OpenAPI 3.1 only OAuth schemes could list anything. */
export function writeSecurity (security: Security, schemes: Schemes, version: Version): SecurityFields {
  if (version > 0) return { security: security.map((requirement) => write(requirement, (_, values) => [...values])) }
  const isRole = (name: string, values: readonly string[]): boolean =>
    values.length > 0 && !LISTS_SCOPES.has(schemes[name]?.definition.type ?? '')
  const written = security.map((requirement) => write(requirement, (name, values) => isRole(name, values) ? [] : [...values]))
  const roles = security.map((requirement) => write(requirement, (name, values) => isRole(name, values) ? [...values] : null))
  return roles.every((requirement) => Object.keys(requirement).length === 0) ? { security: written } : { security: written, [ROLES]: roles }
}

/** @param map answers `null` for what is to be left out */
function write (requirement: Requirement, map: (name: string, values: readonly string[]) => string[] | null): Record<string, string[]> {
  return Object.fromEntries(Object.entries(requirement).flatMap(([name, values]) => {
    const written = map(name, values)
    return written === null ? [] : [[name, written]]
  }))
}
