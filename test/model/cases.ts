import { type Decision, ANONYMOUS, isDenial } from '../../lib/decision/decide.ts'
import { REASONS } from '../../lib/errors.ts'
import { compile, type Compiled } from '../../lib/policy.ts'
import { parseSecurity } from '../../lib/requirement/parse.ts'
import { refuse, Refusal, type Outcome, type Scheme } from '../../lib/scheme.ts'
import type { ModelAlternative, ModelOutcome, ModelScheme, ModelVerdict } from './reference.ts'

/** What is fixed about a scheme of a case. */
export interface Traits {
  readonly ambient: boolean
  readonly challengeable: boolean
}

/** One outcome in the words of the model and of the implementation. */
export interface Twin {
  readonly name: string
  readonly model: ModelOutcome
  readonly real: Outcome
}

/** A requirement as the model and the implementation see it. */
export interface Declared {
  readonly alternatives: readonly ModelAlternative[]
  readonly policy: Compiled
  /** Position in `alternatives` by position among those that are not `{}`. */
  readonly origin: readonly number[]
}

export const TRAITS: readonly Traits[] = [
  { ambient: false, challengeable: true }, { ambient: true, challengeable: true },
  { ambient: true, challengeable: false }, { ambient: false, challengeable: false }
]

const refused = (status: 400 | 401 | 403 | 429 | 503, reason: Parameters<typeof refuse>[0]): Twin =>
  ({ name: reason, model: { kind: 'refused', status, ...(reason === 'authentication_too_weak' ? { weak: true } : {}) }, real: refuse(reason) })

/** One outcome of each class. */
export const REFUSED: readonly Twin[] = [
  refused(400, 'credentials_ambiguous'), refused(401, 'credentials_invalid'), refused(401, 'authentication_too_weak'),
  refused(403, 'access_denied'), refused(429, 'too_many_attempts'), refused(503, 'verifier_unavailable')
]
/** Two `Authorization` lines, none of them for this scheme: the same reason, and not the scheme's own fault. */
export const ELSEWHERE: Twin = {
  name: 'ambiguous elsewhere',
  model: { kind: 'refused', status: 400, elsewhere: true },
  real: new Refusal('credentials_ambiguous')
}
export const ABSENT: Twin = { name: 'absent', model: { kind: 'absent' }, real: undefined }

export function accepted (scopes: readonly string[]): Twin {
  return { name: `accepted(${scopes.join(' ')})`, model: { kind: 'accepted', scopes }, real: { scopes } }
}

export function subsets<T> (items: readonly T[]): T[][] {
  return items.reduce<T[][]>((all, item) => [...all, ...all.map((some) => [...some, item])], [[]])
}

/** Every way to pick one of each. */
export function * product<T> (...choices: readonly (readonly T[])[]): Generator<T[]> {
  const [first, ...rest] = choices
  if (first === undefined) return yield []
  for (const one of first) for (const others of product(...rest)) yield [one, ...others]
}

/** A scheme that is only looked at. */
export function schemeOf ({ ambient, challengeable }: Traits, name: string): Scheme {
  return {
    definition: { type: 'test' },
    scopes: null,
    location: { in: 'header', name },
    ambient,
    challenge: challengeable ? { scheme: 'X', params: { name }, oauth: false, registered: false } : null,
    read: () => undefined,
    verify: () => null
  }
}

export function declare (alternatives: readonly ModelAlternative[], schemes: Readonly<Record<string, Scheme>>): Declared {
  const security = parseSecurity(alternatives.map((alternative) => Object.fromEntries(alternative)), 'the test')
  const origin = alternatives.flatMap((alternative, index) => alternative.size === 0 ? [] : [index])
  return { alternatives, policy: compile(security, schemes, 'the test'), origin }
}

/** Every alternative that can be made of some names and scopes, `{}` first. */
export function everyAlternative (names: readonly string[], scopes: readonly string[]): ModelAlternative[] {
  const asked: (string[] | null)[] = [null, ...subsets(scopes)]
  return [...product<string[] | null>(...names.map(() => asked))].map((choice) =>
    new Map(choice.flatMap((required, i) => required === null ? [] : [[names[i]!, required] as const])))
}

export function modelSchemes (names: readonly string[], traits: readonly Traits[], outcomes: readonly Twin[]): Map<string, ModelScheme> {
  return new Map(names.map((name, i) => [name, { outcome: outcomes[i]!.model, ...traits[i]! }]))
}

/** The implementation's decision in the words of the model. */
export function toVerdict (policy: Exclude<Compiled, 'public'>, origin: readonly number[], decision: Decision): ModelVerdict {
  if (decision === ANONYMOUS) return { allow: ANONYMOUS }
  if (!isDenial(decision)) return { allow: origin[policy.alternatives.indexOf(decision)] ?? -1 }
  const challenged = decision.failing.filter((slot) => policy.slots[slot]?.scheme.challenge != null).map((slot) => policy.slots[slot]?.name ?? '?')
  return { status: REASONS[decision.reason].status, challenged, scopes: decision.short?.requiredScopes ?? [] }
}

/** Compares without allocating: this runs millions of times. */
export function agree (a: ModelVerdict, b: ModelVerdict): boolean {
  if ('allow' in a || 'allow' in b) return 'allow' in a && 'allow' in b && a.allow === b.allow
  return a.status === b.status && sameList(a.challenged, b.challenged) && sameList(a.scopes, b.scopes)
}

function sameList (a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i])
}

/** A small generator with a seed, so that a failure can be had again (mulberry32). */
export function seeded (seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
