import type { FastifyRequest } from 'fastify'
import { REASONS, type Reason } from './errors.ts'

/** What the plugin reads of a request to find credentials; a FastifyRequest is one. */
export interface CredentialSource {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly query: unknown
  readonly raw: {
    /** Absent on simulated upgrade requests. */
    readonly rawHeaders?: readonly string[] | undefined
    readonly socket?: unknown
  }
  readonly ip?: string
}

/** Where a WebSocket client, which in a browser cannot set header fields, may put a credential; `header` is the scheme's own place. */
export type Carrier = 'header' | 'subprotocol' | 'query' | 'ticket' | 'message'

/** What a WebSocket handshake brings outside the header fields. */
export interface Handshake {
  /** The carriers that are on for schemes which name none. */
  readonly carriers?: ReadonlySet<Carrier> | undefined
  /** The token offered as a subprotocol. */
  readonly subprotocol?: string | Refusal | undefined
  /** The token that the first message brought. */
  readonly message?: string | undefined
  /** `false` if cookies do not count: browsers attach them to any site's handshake, so an origin must stand beside (RFC 6455 §10.2). */
  readonly cookies?: boolean
}

/** By which copies of the package know each other's refusals. */
const REASON = Symbol.for('fastify-openapi-security.refusal')

/** A negative outcome: one frozen value per reason, made by {@link refuse}. */
export class Refusal {
  readonly reason: Reason
  readonly status: 400 | 401 | 403 | 429 | 503

  constructor (reason: Reason) {
    this.reason = reason
    this.status = REASONS[reason].status
    Object.freeze(this)
  }

  get [REASON] (): Reason {
    return this.reason
  }
}

const REFUSALS = Object.fromEntries(
  (Object.keys(REASONS) as Reason[]).map((reason) => [reason, new Refusal(reason)])
) as Record<Reason, Refusal>

/**
 * How a verifier says why it refuses.
 *
 * @param reason one of the closed list of reasons, see `docs/errors.md`
 * @throws TypeError if the reason is not on the list
 * @example
 * ```ts
 * import { bearer, refuse } from 'fastify-openapi-security'
 *
 * const sessions = new Map<string, { user: string, endedAt?: number }>()
 * const session = bearer({
 *   verify: (token) => {
 *     const found = sessions.get(token)
 *     if (found === undefined) return null
 *     return found.endedAt === undefined ? found : refuse('session_expired')
 *   }
 * })
 * ```
 */
export function refuse (reason: Reason): Refusal {
  const refusal = Object.hasOwn(REFUSALS, reason) ? REFUSALS[reason] : undefined
  if (refusal === undefined) throw new TypeError(`refuse(): "${String(reason)}" is not a refusal reason`)
  return refusal
}

/**
 * Recognises a refusal, also one that another copy of the package made: taken for credentials it would let callers in.
 *
 * @returns `undefined` for anything else
 */
export function asRefusal (value: unknown): Refusal | undefined {
  if (value instanceof Refusal) return value
  if (typeof value !== 'object' || value === null) return undefined
  const { [REASON]: reason } = value as { readonly [REASON]?: unknown } // whatever it is
  if (typeof reason !== 'string') return undefined
  return Object.hasOwn(REFUSALS, reason) ? REFUSALS[reason as Reason] : REFUSALS.credentials_invalid
}

/** What became of one scheme in one request: absent, refused (for a reason), or accepted with credentials. */
export type Outcome = undefined | Refusal | object

/** What the plugin reads of a credentials object. Everything else is the application's. */
export interface Held {
  /** Scopes or roles held. A string is read as a space-separated list (RFC 6749 §3.3). */
  readonly scopes?: Iterable<string> | undefined
  /** When the credentials end, as a Date or in epoch seconds. */
  readonly expiresAt?: Date | number | undefined
}

/** What a verifier may answer: credentials, or a refusal. Throwing means "I cannot tell" and becomes 503. */
export type Verdict<Credentials extends object> = Credentials | Refusal | null | undefined | false

/**
 * Judges one credential. Answering without a promise keeps the request synchronous; throwing or rejecting means
 * "I cannot tell" and becomes 503.
 */
export type Verify<Credential, Credentials extends object> =
  (credential: Credential, request: FastifyRequest) => Verdict<Credentials> | PromiseLike<Verdict<Credentials>>

/** Where a credential lies. Two schemes of one route may share only the Authorization field. */
export type Location =
  | { readonly in: 'authorization', readonly scheme: string }
  | { readonly in: 'header' | 'query' | 'cookie', readonly name: string }
  | { readonly in: 'certificate' }

/** How a scheme asks for credentials (RFC 9110 §11.3). Realm and, for OAuth, error and scope are added per route. */
export interface ChallengeTemplate {
  /** The scheme word as written on the wire, for example `Bearer`. */
  readonly scheme: string
  /** Parameters after the realm, in wire order. */
  readonly params: Readonly<Record<string, string>>
  /** Whether `error`, `scope` and `error_description` of RFC 6750 §3 are defined for the scheme. */
  readonly oauth: boolean
  /** Schemes that are not in the IANA registry stand last (RFC 9110 §11.3). */
  readonly registered: boolean
  /** Stands after all others, registered or not. */
  readonly last?: boolean
}

/** An OpenAPI Security Scheme Object, with every field of the newest version. */
export interface SchemeDefinition {
  readonly type: string
  readonly description?: string
  readonly [field: string]: unknown
}

/**
 * A way in which callers prove who they are. A scheme is a value: reading, verifying, asking and describing are its members,
 * and nothing elsewhere asks which scheme it is.
 */
export interface Scheme<Credentials extends object = object, Scope extends string = string> {
  /** The OpenAPI Security Scheme Object. */
  readonly definition: SchemeDefinition
  /** Scopes or roles a requirement may name; `null` when only the authorization server knows them. */
  readonly scopes: readonly Scope[] | null
  readonly location: Location
  /** A query parameter that may hold the credential; its value is kept out of the request log. */
  readonly queryName?: string | undefined
  /** Where WebSocket clients may put the credential, if the plugin's options are not to say. */
  readonly carriers?: ReadonlySet<Carrier> | undefined
  /** The authorization server whose tokens are accepted, for the resource metadata (RFC 9728 §2). */
  readonly issuer?: string | undefined
  /** Sent by browsers without being asked: an invalid one counts as absent where anonymous callers are let in. */
  readonly ambient: boolean
  /** `null` when no challenge could be answered in HTTP; callers then get 403. */
  readonly challenge: ChallengeTemplate | null
  /** The 403 reason of a scheme without a challenge when nothing was presented. */
  readonly missing?: Reason
  /** The protection space, if not the plugin's (RFC 9110 §11.5). */
  readonly realm?: string | undefined
  /** Reasons for which `read` and `verify` refuse, for the documents; see {@link refusalsOf} for the default. */
  readonly refusals?: readonly Reason[]
  /** Finds the credential: `undefined` when nothing is addressed to this scheme. Must not throw. */
  read (source: CredentialSource, handshake?: Handshake): unknown
  /** Judges the credential that `read` found. */
  verify (credential: never, request: never): unknown
  /** Checks what only the server can tell, once the application is ready; throws to stop it. */
  check? (server: unknown, name: string): void
  /** Phantom: the type of `request.auth.<name>`. */
  readonly '~credentials'?: Credentials
}

const USUAL: readonly Reason[] = Object.freeze<Reason[]>(['credentials_malformed', 'credentials_invalid', 'verifier_unavailable'])

/** The reasons for which a scheme says it refuses. One that says nothing may be unable to tell. */
export function refusalsOf ({ refusals }: Pick<Scheme, 'refusals'>): readonly Reason[] {
  return refusals ?? USUAL
}

/** Whether a handshake may bring the credential of a scheme in this way. */
export function isCarried (carriers: ReadonlySet<Carrier> | undefined, handshake: Handshake, carrier: Carrier): boolean {
  return (carriers ?? handshake.carriers)?.has(carrier) === true
}

/** Schemes by the names that requirements use. */
export type Schemes = Readonly<Record<string, Scheme<object, string>>>
