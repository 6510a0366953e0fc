import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import type { CredentialsOf, Registered, SchemeName } from '../augment.ts'
import { registrationOf } from '../registration.ts'
import type { Held, Scheme, Schemes } from '../scheme.ts'
import { address } from './address.ts'
import { withDoubles } from './doubles.ts'
import { judge } from './mint.ts'
import { plan, withPlan } from './plans.ts'
import { instanceOf, ready, type Application } from './ready.ts'

/** What a verifier would have answered, as much of it as a test needs. */
export type PrincipalCredentials<Credentials> = Credentials extends unknown ? Partial<Omit<Credentials, keyof Held>> & Held : never

/** Who calls: credentials by the names of schemes. */
export type Principal = Registered extends true
  ? { readonly [Name in SchemeName]?: PrincipalCredentials<CredentialsOf<Name>> }
  : Readonly<Record<string, Readonly<Record<string, unknown>> & Held>>

/** Sends requests as a principal. */
export interface PrincipalClient {
  /** Like `app.inject()`, with the credentials of the principal; header fields, cookies and query parameters that are given are kept. */
  inject (options: InjectOptions | string): Promise<LightMyRequestResponse>
}

/**
 * Calls an application as someone who holds exactly these credentials, without tokens, keys or passwords: something is sent where each
 * scheme looks for it, and accepted for these requests only. Handlers find the given objects in `request.auth`. `{}` is anonymous.
 *
 * @throws TypeError if a scheme is unknown, or two of them share the Authorization field; by `inject` if the plugin is not loaded yet
 * @throws FST_SECURITY_NOT_REGISTERED by `inject`
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import Fastify from 'fastify'
 * import { asPrincipal } from 'fastify-openapi-security/testing'
 *
 * const app = Fastify() // the application
 * const ada = asPrincipal(app, { oauth: { subject: 'ada', scopes: ['pets:read'] } })
 * const { statusCode } = await ada.inject('/pets')
 * assert.equal(statusCode, 200)
 * ```
 */
export function asPrincipal (app: Application, principal: Principal): PrincipalClient {
  const given = new Map<string, unknown>(Object.entries(principal).filter(([, credentials]) => credentials !== undefined))
  if (app.hasDecorator('security')) check(given, registrationOf(instanceOf(app)).settings.schemes)
  return {
    async inject (options) {
      const instance = await ready(app)
      const registration = registrationOf(instance)
      const { schemes } = registration.settings
      const credentials = check(given, schemes)
      const addressed = typeof options === 'string' ? { url: options } : options
      const used = new Map([...credentials.keys()].map((name) => [name, schemes[name] as Scheme])) // checked
      const { sent, request } = address(addressed, used)
      const accepted = new Map([...credentials].filter(([name]) => sent.has(name)))
      const going = plan(judge(schemes, accepted), accepted.keys())
      return await withDoubles(registration, async () => await withPlan(going, () => instance.inject(request)))
    }
  }
}

function check (given: ReadonlyMap<string, unknown>, schemes: Schemes): ReadonlyMap<string, object> {
  const checked = new Map<string, object>()
  for (const [name, credentials] of given) {
    if (!Object.hasOwn(schemes, name)) {
      throw new TypeError(`asPrincipal(): "${name}" is not among the schemes of the application: ${Object.keys(schemes).join(', ')}`)
    }
    if (typeof credentials !== 'object' || credentials === null) throw new TypeError(`asPrincipal(): the credentials of "${name}" are not an object`)
    checked.set(name, credentials)
  }
  const inField = [...given.keys()].filter((name) => schemes[name]?.location.in === 'authorization')
  if (inField.length > 1) throw new TypeError(`asPrincipal(): ${inField.join(' and ')} share the Authorization field; a request holds one of them`)
  return checked
}
