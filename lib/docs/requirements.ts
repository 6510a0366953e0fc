import type { Security } from '../requirement/parse.ts'
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
  const written = security.map((requirement) =>
    Object.fromEntries(Object.entries(requirement).map(([name, values]) => [name, [...values]])))
  if (version > 0) return { security: written }
  const roles = written.map((requirement) => Object.fromEntries(
    Object.entries(requirement).filter(([name, values]) => values.length > 0 && !LISTS_SCOPES.has(schemes[name]?.definition.type ?? ''))
  ))
  if (roles.every((requirement) => Object.keys(requirement).length === 0)) return { security: written }
  return {
    security: written.map((requirement, i) =>
      Object.fromEntries(Object.entries(requirement).map(([name, values]) => [name, roles[i]?.[name] === undefined ? values : []]))),
    [ROLES]: roles
  }
}
