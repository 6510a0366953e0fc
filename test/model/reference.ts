/**
 * The decision once more, written from the specification and without looking at lib/decision: DESIGN §2 "Semantics" and, where that is
 * silent, the evaluation model of STANDARDS §0. Slow and plain on purpose; it imports nothing.
 *
 * Neither text places 403 and 429 that a verifier answers, nor `weak` beside `{}`. Here a 403 stands with scopes that fall short (the
 * caller is known), a 429 beside "cannot tell" (nothing was judged), and with `{}` a refusal of any kind of an explicit credential is not
 * passed over in silence.
 */

/**
 * What became of one scheme in one request. `weak` is the 401 of RFC 9470; a 400 is `elsewhere` if the credential that came twice is of
 * another scheme in the same place.
 */
export type ModelOutcome =
  | { readonly kind: 'absent' }
  | { readonly kind: 'accepted', readonly scopes: readonly string[] }
  | { readonly kind: 'refused', readonly status: 400 | 401 | 403 | 429 | 503, readonly weak?: true, readonly elsewhere?: true }

export interface ModelScheme {
  readonly outcome: ModelOutcome
  /** Sent by browsers without being asked. */
  readonly ambient: boolean
  /** Whether HTTP has a challenge for it. */
  readonly challengeable: boolean
}

/** Scheme names and the scopes asked of each; an empty one lets anonymous callers in. */
export type ModelAlternative = ReadonlyMap<string, readonly string[]>

export type ModelVerdict =
  | { readonly allow: number | 'anonymous' }
  | {
    readonly status: 400 | 401 | 403 | 429 | 503
    /** Schemes that a challenge may name, in declared order. */
    readonly challenged: readonly string[]
    /** All scopes of the alternative that only lacked scopes. */
    readonly scopes: readonly string[]
  }

type Schemes = ReadonlyMap<string, ModelScheme>
type Class = 'invalid' | 'absent' | 'throttled' | 'undecided' | 'weak' | 'denied' | 'short' | 'ok'

/** A requirement object takes the first of these that applies to one of its schemes (STANDARDS §0). */
const WORST_FIRST: readonly Class[] = ['invalid', 'absent', 'throttled', 'undecided', 'weak', 'denied', 'short', 'ok']

export function model (alternatives: readonly ModelAlternative[], schemes: Schemes): ModelVerdict {
  const named = [...new Set(alternatives.flatMap((alternative) => [...alternative.keys()]))]

  // Ambiguous delivery ends the request before anything else is asked.
  const ambiguous = refusedWith(400, named, schemes)
  if (ambiguous.length > 0) return refuse(400, ambiguous.filter((name) => !isElsewhere(schemes.get(name)!.outcome)), schemes)

  const judged = alternatives.map((alternative, index) => ({ alternative, index, class: classOf(alternative, schemes) }))
    .filter(({ alternative }) => alternative.size > 0)
  const satisfied = judged.find((one) => one.class === 'ok')
  if (satisfied !== undefined) return { allow: satisfied.index }

  if (judged.length < alternatives.length || alternatives.length === 0) return optional(named, schemes)

  if (judged.some((one) => one.class === 'undecided')) return refuse(503, [], schemes)
  if (judged.some((one) => one.class === 'throttled')) return refuse(429, [], schemes)
  const closest = judged.find((one) => one.class === 'weak' || one.class === 'denied' || one.class === 'short')
  if (closest === undefined) return unauthenticated(named, schemes)
  const reached = [...closest.alternative]
    .filter(([name, required]) => classify(schemes.get(name)!, required) === closest.class).map(([name]) => name)
  if (closest.class === 'denied') return refuse(403, reached, schemes)
  if (closest.class === 'short') return refuse(403, reached, schemes, [...new Set([...closest.alternative.values()].flat())])
  return refuse(401, reached, schemes)
}

/** Nothing is satisfied and `{}` is declared. */
function optional (named: readonly string[], schemes: Schemes): ModelVerdict {
  if (refusedWith(503, named, schemes).length > 0) return refuse(503, [], schemes)
  const explicit = named.filter((name) => !schemes.get(name)!.ambient)
  if (refusedWith(429, explicit, schemes).length > 0) return refuse(429, [], schemes)
  const denied = refusedWith(403, explicit, schemes)
  if (denied.length > 0) return refuse(403, denied.slice(0, 1), schemes)
  return refusedWith(401, explicit, schemes).length > 0 ? unauthenticated(named, schemes) : { allow: 'anonymous' }
}

/** 401 for what is missing or failed; 403 if HTTP cannot ask for any of it. */
function unauthenticated (named: readonly string[], schemes: Schemes): ModelVerdict {
  const challenged = named.filter((name) => schemes.get(name)!.outcome.kind === 'absent' || refusedWith(401, [name], schemes).length > 0)
  return challenged.some((name) => schemes.get(name)!.challengeable) ? refuse(401, challenged, schemes) : refuse(403, [], schemes)
}

function refuse (
  status: 400 | 401 | 403 | 429 | 503, challenged: readonly string[], schemes: Schemes, scopes: readonly string[] = []
): ModelVerdict {
  return { status, challenged: challenged.filter((name) => schemes.get(name)!.challengeable), scopes }
}

function refusedWith (status: number, names: readonly string[], schemes: Schemes): string[] {
  return names.filter((name) => {
    const { outcome } = schemes.get(name)!
    return outcome.kind === 'refused' && outcome.status === status
  })
}

function classOf (alternative: ModelAlternative, schemes: Schemes): Class {
  const classes = [...alternative].map(([name, required]) => classify(schemes.get(name)!, required))
  return WORST_FIRST.find((candidate) => classes.includes(candidate)) ?? 'ok'
}

function classify ({ outcome, challengeable }: ModelScheme, required: readonly string[]): Class {
  if (outcome.kind === 'absent') return 'absent'
  if (outcome.kind === 'accepted') return required.every((scope) => outcome.scopes.includes(scope)) ? 'ok' : 'short'
  if (outcome.status === 503) return 'undecided'
  if (outcome.status === 429) return 'throttled'
  if (outcome.status === 403) return 'denied'
  // A stronger sign-in can only be asked for with a challenge.
  return outcome.weak === true && challengeable ? 'weak' : 'invalid'
}

function isElsewhere (outcome: ModelOutcome): boolean {
  return outcome.kind === 'refused' && outcome.elsewhere === true
}
