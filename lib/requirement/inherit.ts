import { BOOT_ERRORS } from '../errors.ts'
import type { Security } from './parse.ts'

/** Where a route's effective requirement was written. */
export type Source = 'route' | 'scope' | 'plugin'

/** The default requirement of one encapsulated scope. */
export interface Scope {
  readonly parent: Scope | null
  security: Security | null
  source: 'scope' | 'plugin'
  /** The first route that took its requirement from here or from above. */
  takenBy: string | null
}

/** The requirement in force for a route, and where it was written. */
export interface Effective {
  readonly security: Security
  readonly source: Source
}

/** Opens a scope that says nothing yet. */
export function openScope (parent: Scope | null): Scope {
  return { parent, security: null, source: 'scope', takenBy: null }
}

/**
 * Sets what the routes of a scope get when they say nothing.
 *
 * @throws FST_SECURITY_DEFAULT_TOO_LATE if a route has inherited through this scope already
 */
export function setDefault (scope: Scope, security: Security): void {
  if (scope.takenBy !== null) throw new BOOT_ERRORS.FST_SECURITY_DEFAULT_TOO_LATE(scope.takenBy)
  scope.security = security
  scope.source = 'scope'
}

/** Finds the nearest default. The outermost scope always has one. */
export function inherit (scope: Scope, place: string): Effective {
  scope.takenBy ??= place
  if (scope.security !== null) return { security: scope.security, source: scope.source }
  if (scope.parent === null) throw new Error('the outermost scope has no default requirement')
  return inherit(scope.parent, place)
}
