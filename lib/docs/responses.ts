import { STATUS_CODES } from 'node:http'
import { ProblemSchema } from '../../schemas/problem.ts'
import type { Answer } from '../challenge/answers.ts'
import { CHALLENGE_FIELD, DPOP_NONCE, NO_STORE, RETRY_AFTER } from '../challenge/fields.ts'
import { PROBLEM_TYPE } from '../challenge/problem.ts'
import { REASONS } from '../errors.ts'
import { parseChallenges } from '../syntax.ts'
import type { Components, Reference } from './components.ts'
import { copy, FIELD_TEXT, isObject, type Json } from './openapi.ts'
import type { Shown } from './refusals.ts'

/** Texts of the statuses that stand for more reasons than their examples show. */
const DESCRIPTIONS: Readonly<Record<number, string>> = {
  401: `Credentials are missing or not valid; ${CHALLENGE_FIELD} tells which are accepted.`
}

/** The schema of every refusal, in keywords that all versions of OpenAPI have. */
export function problemSchema (): Json {
  return constToEnum(copy<Json>(ProblemSchema))
}

/** Groups refusals by their status, in ascending order. */
export function byStatus (refusals: readonly Shown[]): Shown[][] {
  const groups = new Map<number, Shown[]>()
  for (const refusal of refusals) groups.set(refusal.answer.status, [...groups.get(refusal.answer.status) ?? [], refusal])
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group)
}

/**
 * Writes the Response Object of refusals that share a status; its examples are what the guard sends.
 *
 * @param problem where the schema of the body is; `null` if there is no body, or the application writes it
 */
export function writeResponse (refusals: readonly Shown[], problem: Reference | null, components: Components): Json {
  const answers = refusals.map(({ answer }) => answer)
  const status = answers[0]?.status ?? 0
  const description = DESCRIPTIONS[status] ?? [...new Set(answers.map(({ reason }) => REASONS[reason].detail))].join(' ')
  const headers = {
    'Cache-Control': components.add('headers', 'NoStore', NOT_KEPT),
    ...challengeHeader(refusals, status),
    ...(answers.some(({ reason }) => reason === 'nonce_required') ? { [DPOP_NONCE]: components.add('headers', 'DPoPNonce', NONCE) } : {}),
    ...(status === 503 ? { 'Retry-After': components.add('headers', 'RetryAfter', LATER) } : {})
  }
  const content = problem === null ? {} : { content: { [PROBLEM_TYPE]: { schema: problem, examples: bodies(refusals, components) } } }
  return { description, headers, ...content }
}

/**
 * Names a response after what it says, so that applications with the same schemes have the same names, whatever their routes:
 * `Unauthorized.Bearer_pets-read.ApiKey_X-API-Key`.
 */
export function nameResponse (refusals: readonly Shown[], problem: Reference | null): string {
  const phrase = STATUS_CODES[refusals[0]?.answer.status ?? 0] ?? ''
  const parts = new Set([phrase.replaceAll(' ', ''), ...refusals.flatMap(({ answer }) => nameParts(answer)), ...(problem === null ? ['bare'] : [])])
  return [...parts].map((part) => part.replace(/[^a-zA-Z0-9_-]/g, '-')).join('.')
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

const NOT_KEPT: Json = { description: 'Refusals are not to be kept.', required: true, schema: { type: 'string', enum: [NO_STORE] } }
/** RFC 9449 §8.1: NQCHAR without spaces. Other refusals of the same status come without. */
const NONCE: Json = {
  description: 'The nonce that the next proof must contain, if one is asked for (RFC 9449 §8).',
  schema: { type: 'string', pattern: '^[!#-\\[\\]-~]+$', maxLength: 1024 }
}
const LATER: Json = {
  description: 'Seconds after which to try again.',
  required: true,
  schema: { type: 'integer', format: 'int32', minimum: 0, maximum: Number(RETRY_AFTER) },
  example: Number(RETRY_AFTER)
}

function challengeHeader (refusals: readonly Shown[], status: number): Json {
  const texts = new Map<string, string>()
  for (const { key, answer: { challenges } } of refusals) {
    const text = challenges.join(', ')
    if (text !== '' && !texts.has(text)) texts.set(text, key)
  }
  if (texts.size === 0) return {}
  const [only] = texts.keys()
  return {
    [CHALLENGE_FIELD]: {
      description: 'How to authenticate (RFC 9110 §11.6.1).',
      ...(status === 401 ? { required: true } : {}),
      schema: FIELD_TEXT,
      ...(texts.size === 1 ? { example: only } : { examples: Object.fromEntries([...texts].map(([value, key]) => [key, { value }])) })
    }
  }
}

/** Bodies by the key of the first refusal that has them; those that name no scopes are the same everywhere. */
function bodies (refusals: readonly Shown[], components: Components): Json {
  const texts = new Map<string, Shown>()
  for (const refusal of refusals) if (!texts.has(refusal.answer.body)) texts.set(refusal.answer.body, refusal)
  return Object.fromEntries([...texts].map(([body, { key, answer }]) => {
    const example = { value: JSON.parse(body) as unknown }
    return [key, answer.requiredScopes.length > 0 ? example : components.add('examples', answer.reason, example)]
  }))
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
