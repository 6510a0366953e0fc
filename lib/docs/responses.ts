import { STATUS_CODES } from 'node:http'
import { ProblemSchema } from '../../schemas/problem.ts'
import type { Answer } from '../challenge/answers.ts'
import { PROBLEM_TYPE } from '../challenge/problem.ts'
import { REASONS } from '../errors.ts'
import { parseChallenges } from '../syntax.ts'
import type { Reference } from './components.ts'
import { copy, isObject, type Json } from './openapi.ts'

const CHALLENGE_FIELD = 'WWW-Authenticate'

/** Texts of the statuses that stand for more reasons than their examples show. */
const DESCRIPTIONS: Readonly<Record<number, string>> = {
  401: `Credentials are missing or not valid; ${CHALLENGE_FIELD} tells which are accepted.`
}

/** The schema of every refusal, in keywords that all versions of OpenAPI have. */
export function problemSchema (): Json {
  return constToEnum(copy<Json>(ProblemSchema))
}

/** Groups refusals by their status, in ascending order. */
export function byStatus (refusals: readonly Answer[]): Answer[][] {
  const groups = new Map<number, Answer[]>()
  for (const refusal of refusals) groups.set(refusal.status, [...groups.get(refusal.status) ?? [], refusal])
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group)
}

/**
 * Writes the Response Object of refusals that share a status; its examples are what the guard sends.
 *
 * @param problem where the schema of the body is; `null` if there is no body, or the application writes it
 */
export function writeResponse (refusals: readonly Answer[], problem: Reference | null): Json {
  const [first] = refusals
  const status = first?.status ?? 0
  const headers = { ...challengeHeader(refusals, status), ...(status === 503 ? retryAfter() : {}) }
  const description = DESCRIPTIONS[status] ?? refusals.map(({ reason }) => REASONS[reason].detail).join(' ')
  return {
    description,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(problem === null ? {} : { content: { [PROBLEM_TYPE]: { schema: problem, ...examples(refusals) } } })
  }
}

/**
 * Names a response after what it says, so that applications with the same schemes have the same names, whatever their routes:
 * `Unauthorized.Bearer_pets-read.ApiKey_X-API-Key`.
 */
export function nameResponse (refusals: readonly Answer[], problem: Reference | null): string {
  const phrase = STATUS_CODES[refusals[0]?.status ?? 0] ?? ''
  const parts = [phrase.replaceAll(' ', ''), ...refusals.flatMap(nameParts), ...(problem === null ? ['bare'] : [])]
  return parts.map((part) => part.replace(/[^a-zA-Z0-9_-]/g, '-')).join('.')
}

/**
 * Completes a response that the application declares: its words, header fields and bodies stay, and what the guard sends is added.
 */
export function mergeResponse (declared: Json, ours: Json): Json {
  const { description, headers, content } = declared
  const merged = {
    ...declared,
    description: typeof description === 'string' && description !== NO_DESCRIPTION ? description : ours['description'],
    headers: addMissing(headers, ours['headers'], (name) => name.toLowerCase()),
    content: addMissing(content, ours['content'], (type) => type)
  }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined))
}

/** What @fastify/swagger writes where the application says nothing. */
export const NO_DESCRIPTION = 'Default Response'

function challengeHeader (refusals: readonly Answer[], status: number): Json {
  const challenges = refusals.find((refusal) => refusal.challenges.length > 0)?.challenges
  if (challenges === undefined) return {}
  return {
    [CHALLENGE_FIELD]: {
      description: 'How to authenticate (RFC 9110 §11.6.1).',
      ...(status === 401 ? { required: true } : {}),
      schema: { type: 'string' },
      example: challenges.join(', ')
    }
  }
}

function retryAfter (): Json {
  return { 'Retry-After': { description: 'Seconds after which to try again.', required: true, schema: { type: 'integer' } } }
}

function examples (refusals: readonly Answer[]): Json {
  const values = refusals.map(({ reason, body }) => [reason, JSON.parse(body) as unknown] as const)
  if (values.length === 1) return { example: values[0]?.[1] }
  return { examples: Object.fromEntries(values.map(([reason, value]) => [reason, { value }])) }
}

function nameParts ({ status, challenges, requiredScopes, reason }: Answer): string[] {
  const parts = (parseChallenges(challenges) ?? []).map(({ scheme, params: { scope, name } }) =>
    [scheme, ...(scope?.split(' ') ?? []), name ?? []].flat().join('_'))
  if (parts.length > 0) return parts
  if (requiredScopes.length > 0) return [requiredScopes.join('_')]
  return status === 403 ? [reason] : []
}

function addMissing (declared: unknown, ours: unknown, key: (name: string) => string): unknown {
  if (!isObject(ours)) return declared
  const theirs = isObject(declared) ? declared : {}
  const known = new Set(Object.keys(theirs).map(key))
  return { ...theirs, ...Object.fromEntries(Object.entries(ours).filter(([name]) => !known.has(key(name)))) }
}

/** `const` is not in OpenAPI 3.0, and tools for 3.1 often do not show it. */
function constToEnum (schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).map(([keyword, value]) => {
    if (keyword === 'const') return ['enum', [value]]
    return [keyword, isObject(value) ? constToEnum(value) : value]
  }))
}
