import type { Reason, Security } from 'fastify-openapi-security'
import type { Presented } from '../../support/drivers.ts'

/** What a request is answered with, and what the handler finds in `request.auth` if it runs. */
export type Answer =
  | { readonly status: 200, readonly auth: unknown }
  | {
    readonly status: 400 | 401 | 403 | 429 | 503,
    readonly code: Reason,
    readonly challenges: readonly string[],
    readonly requiredScopes: readonly string[]
  }

/** One decision. */
export type Row = readonly [
  shows: string,
  /** `undefined` is absent: the plugin's default, `[{ oauth: [] }]`. */
  security: Security | undefined,
  presented: Presented,
  answer: Answer,
  /** Names of the verifiers that run, in order. */
  verified: string
]

/** The handler runs and finds this in `request.auth`. */
export function allow (auth: unknown): Answer {
  return { status: 200, auth }
}

export const ANONYMOUS = allow(null)

/** `{ oauth: ['read'] }`: accepted by `oauth`, holding `read`; `{ key: [] }`: accepted without a word on scopes. */
export function by (held: Readonly<Record<string, readonly string[]>>): Answer {
  return allow(Object.fromEntries(Object.entries(held).map(([scheme, scopes]) => [scheme,
    scopes.length === 0 ? { by: scheme } : { by: scheme, scopes }])))
}

export function refused (status: 400 | 401 | 403 | 429 | 503, code: Reason, ...challenges: string[]): Answer {
  return { status, code, challenges, requiredScopes: [] }
}

/** 403 because scopes fell short. */
export function short (requiredScopes: readonly string[], ...challenges: string[]): Answer {
  return { status: 403, code: 'scope_insufficient', challenges, requiredScopes }
}

export const UNDECIDED = refused(503, 'verifier_unavailable')

// Challenges, letter for letter (STANDARDS G, B, BA).
export const BEARER = 'Bearer realm="api"'
export const BEARER_READ = 'Bearer realm="api", scope="read"'
export const BEARER_INVALID = 'Bearer realm="api", error="invalid_token", error_description="The credentials presented are not valid."'
export const BEARER_READ_INVALID = 'Bearer realm="api", error="invalid_token", scope="read", error_description="The credentials presented are not valid."'
export const BEARER_MALFORMED = 'Bearer realm="api", error="invalid_token", error_description="The credentials presented are malformed."'
export const BEARER_EXPIRED = 'Bearer realm="api", error="invalid_token", error_description="The token expired."'
export const BEARER_READ_SHORT =
  'Bearer realm="api", error="insufficient_scope", scope="read", error_description="The credentials presented do not grant the required scopes."'
export const BEARER_AMBIGUOUS = 'Bearer realm="api", error="invalid_request", error_description="Credentials were presented more than once."'
export const BASIC = 'Basic realm="api", charset="UTF-8"'
export const HAWK = 'Hawk realm="api", algorithm="sha256"'
export const DEVICE = 'Device realm="api"'
export const KEY = 'ApiKey realm="api", in="header", name="X-API-Key"'
export const ROLE = 'ApiKey realm="api", in="header", name="X-Role-Key"'
export const QKEY = 'ApiKey realm="api", in="query", name="key"'
export const SID = 'ApiKey realm="api", in="cookie", name="sid"'

/** `Authorization: Bearer …` */
export function token (word: string): string {
  return `Authorization: Bearer canary-${word}`
}

export function key (word: string): string {
  return `X-API-Key: canary-${word}`
}

export function role (word: string): string {
  return `X-Role-Key: canary-${word}`
}

export function cookie (word: string): string {
  return `Cookie: sid=canary-${word}`
}
