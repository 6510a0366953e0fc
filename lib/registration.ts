import type { FastifyInstance, FastifyRequest } from 'fastify'
import { BOOT_ERRORS } from './errors.ts'
import type { Settings } from './options.ts'
import type { Routes } from './routes.ts'
import type { AppSecurity } from './security.ts'

/** Requests that are judged, but whose handlers are not to run. */
export interface Rehearsal {
  /** Whether a request ends as soon as its guard lets it in; `null` unless something is being rehearsed. */
  isOne: ((request: FastifyRequest) => boolean) | null
  /** Whether the answer to a handshake is looked at, so that it is refused over HTTP and at once; `null` unless something is tried. */
  isWatched: ((request: FastifyRequest) => boolean) | null
}

/** What one registration of the plugin knows, for tools that look at an application from outside. */
export interface Registration {
  readonly settings: Settings
  readonly routes: Routes
  readonly rehearsal: Rehearsal
}

/** Registered for all copies of the package, because a tool may have been loaded from another one. */
const REGISTRATION = Symbol.for('fastify-openapi-security.registration')

/** Lets `app.security` be asked for the registration it belongs to. */
export function register (security: AppSecurity, registration: Registration): AppSecurity {
  return Object.freeze({ ...security, [REGISTRATION]: registration })
}

/**
 * What the plugin knows of an application.
 *
 * @throws FST_SECURITY_NOT_REGISTERED if it is not registered there
 */
export function registrationOf (app: FastifyInstance): Registration {
  const security: unknown = Reflect.get(app, 'security')
  const registration: unknown = typeof security === 'object' && security !== null ? Reflect.get(security, REGISTRATION) : undefined
  if (registration === undefined) throw new BOOT_ERRORS.FST_SECURITY_NOT_REGISTERED()
  return registration as Registration // register() put it there
}
