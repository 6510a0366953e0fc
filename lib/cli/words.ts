import type { Requirement, Security } from '../requirement/parse.ts'
import type { Source } from '../requirement/inherit.ts'

const ANYONE = 'anyone'

/** Where a requirement was declared, for readers. */
export const SOURCES: Readonly<Record<Source, string>> = { route: 'route', scope: 'scope default', plugin: 'plugin default' }

/** Whether callers without credentials are let in: `[]`, or `{}` among the alternatives. */
export function admitsAnonymous (security: Security): boolean {
  return security.length === 0 || security.some((requirement) => Object.keys(requirement).length === 0)
}

/** Whether nothing is ever asked: `[]`, or nothing but `{}`. */
export function isPublic (security: Security): boolean {
  return security.every((requirement) => Object.keys(requirement).length === 0)
}

/**
 * Says a requirement in words: `oauth with pets:read and pets:write, or partner`; `a and b`; `anyone`; `anyone, or a`.
 * In combinations scopes stand in parentheses, so that they are not taken for schemes: `oauth (pets:write) and till`.
 */
export function inWords (security: Security): string {
  const alternatives = security.filter((requirement) => Object.keys(requirement).length > 0).map(alternativeInWords)
  return [...(admitsAnonymous(security) ? [ANYONE] : []), ...alternatives].join(', or ')
}

/** Says one alternative in words. */
export function alternativeInWords (requirement: Requirement): string {
  const schemes = Object.entries(requirement)
  if (schemes.length === 0) return ANYONE
  return schemes.map(([name, scopes]) => {
    if (scopes.length === 0) return name
    const all = scopes.join(' and ')
    return schemes.length === 1 ? `${name} with ${all}` : `${name} (${all})`
  }).join(' and ')
}
