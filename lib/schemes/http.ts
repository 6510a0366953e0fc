import { BOOT_ERRORS, REASONS, type Reason } from '../errors.ts'
import { refuse, type Carrier, type ChallengeTemplate, type Scheme, type SchemeDefinition, type Verify } from '../scheme.ts'
import { readAuthorization } from '../credentials/authorization.ts'
import { isFieldText, isToken } from '../syntax.ts'

const MALFORMED = refuse('credentials_malformed')

/** What every scheme lets its author say besides how to verify. */
export interface Described {
  /** CommonMark, shown to readers of the document. */
  readonly description?: string
  /** The protection space, if not the plugin's (RFC 9110 §11.5). Visible ASCII. */
  readonly realm?: string
  /**
   * What the verifier refuses for, beside what it says itself ({@link jwt} and {@link secrets} do) or, if it says nothing,
   * `credentials_invalid` and `verifier_unavailable`. The documents show them; the log points out what is missing here.
   */
  readonly refusals?: readonly Reason[]
}

/** What schemes whose credential is one text let their author say about WebSocket handshakes. */
export interface Carried {
  /**
   * Where WebSocket clients may put the credential. Default: `header`, for tokens `subprotocol` too, and what the plugin's option
   * `websocket` switches on for all (`query` and `message` for tokens, `ticket` for every scheme).
   */
  readonly websocket?: readonly Carrier[]
}

const CARRIERS: ReadonlySet<unknown> = new Set<Carrier>(['header', 'subprotocol', 'query', 'ticket', 'message'])

/**
 * Reads the option `websocket` of a scheme.
 *
 * @param known what the scheme can read
 * @throws FST_SECURITY_SCHEME_INVALID
 */
export function readCarriers (
  name: string, { websocket }: Carried, known: ReadonlySet<unknown> = CARRIERS
): ReadonlySet<Carrier> | undefined {
  if (websocket === undefined) return undefined
  const isKnown = Array.isArray(websocket) && websocket.every((carrier) => known.has(carrier))
  if (!isKnown) throw invalid(name, `\`websocket\` is not an array of ${[...known].join(', ')}`)
  return new Set(websocket)
}

/** Credentials as verifiers resolve to them. Without it a promise of `true` would pass as credentials, being an object. */
export type NotPromise = object & { readonly then?: undefined }

/** Options of {@link http}. */
export interface HttpOptions<Credential, Credentials extends object, Role extends string> extends Described {
  /** The scheme word of the Authorization field, for example `Hawk`; matched without regard to case (RFC 9110 §11.1). */
  readonly scheme: string
  /** Turns what follows the scheme word into a credential; `null` when it is malformed. */
  readonly parse: (text: string) => Credential | null
  readonly verify: Verify<NoInfer<Credential>, Credentials>
  /** Roles a requirement may name. */
  readonly roles?: readonly Role[]
  /** Challenge parameters after the realm; visible ASCII. */
  readonly params?: Readonly<Record<string, string>>
  /** Whether the scheme word is in the IANA registry; unregistered ones are challenged last. Default `false`. */
  readonly registered?: boolean
}

/**
 * An HTTP authentication scheme of one's own in the Authorization field (RFC 9110 §11). `basic` and `bearer` are made like this.
 *
 * @throws FST_SECURITY_SCHEME_INVALID, FST_SECURITY_TEXT_INVALID
 * @example
 * ```ts
 * import { http } from 'fastify-openapi-security'
 *
 * const devices = new Map([['thermostat-7', { site: 'north' }]])
 * const device = http({
 *   scheme: 'Device',
 *   parse: (text) => /^[a-z]+-\d+$/.test(text) ? text : null,
 *   verify: (id) => devices.get(id) ?? null
 * })
 * ```
 */
export function http<Credential, Credentials extends NotPromise, const Role extends string = never> (
  options: HttpOptions<Credential, Credentials, Role>
): Scheme<Credentials, NoInfer<Role>> {
  const { scheme, parse, verify } = options
  if (typeof scheme !== 'string' || !isToken(scheme)) throw invalid(String(scheme), '`scheme` is not a token (RFC 9110 §11.1)')
  if (typeof parse !== 'function') throw invalid(scheme, '`parse` is not a function')
  if (typeof verify !== 'function') throw invalid(scheme, '`verify` is not a function')
  const word = scheme.toLowerCase()
  return {
    definition: describe({ type: 'http', scheme: word }, options),
    scopes: options.roles ?? [],
    location: { in: 'authorization', scheme: word },
    ambient: false,
    challenge: challengeTemplate(scheme, options.params ?? {}, options.registered ?? false),
    realm: options.realm,
    refusals: collectRefusals(scheme, options, ['credentials_malformed']),
    read (source) {
      const text = readAuthorization(source, word)
      return typeof text === 'string' ? parse(text) ?? MALFORMED : text
    },
    verify
  }
}

/** Completes an OpenAPI Security Scheme Object with what its author says in words. */
export function describe (definition: SchemeDefinition, { description }: Described): SchemeDefinition {
  return description === undefined ? definition : { ...definition, description }
}

const UNKNOWN: readonly Reason[] = ['credentials_invalid', 'verifier_unavailable']

/**
 * What reading and verifying a credential may be refused for.
 *
 * @throws FST_SECURITY_SCHEME_INVALID
 */
export function collectRefusals (
  name: string, { refusals = [], verify }: Described & { readonly verify: object }, reading: readonly Reason[]
): readonly Reason[] {
  const { refusals: known = UNKNOWN } = verify as { readonly refusals?: readonly Reason[] } // jwt() and secrets() say so
  const unknown = refusals.find((reason) => !Object.hasOwn(REASONS, reason))
  if (unknown !== undefined) throw invalid(name, `\`refusals\`: "${String(unknown)}" is not a refusal reason`)
  return Object.freeze([...new Set([...reading, ...known, ...refusals])])
}

function challengeTemplate (scheme: string, params: Readonly<Record<string, string>>, registered: boolean): ChallengeTemplate {
  const names = new Set(['realm'])
  for (const [name, value] of Object.entries(params)) {
    if (!isToken(name) || names.has(name.toLowerCase())) throw invalid(scheme, `challenge parameter "${name}" cannot be set`)
    names.add(name.toLowerCase())
    if (!isFieldText(value)) throw new BOOT_ERRORS.FST_SECURITY_TEXT_INVALID(`Challenge parameter "${name}" of scheme ${scheme}`)
  }
  return { scheme, params, oauth: false, registered }
}

function invalid (scheme: string, problem: string): Error {
  return new BOOT_ERRORS.FST_SECURITY_SCHEME_INVALID(scheme, problem)
}
