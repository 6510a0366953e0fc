import { type Challenge } from '../../lib/syntax.ts'

/**
 * What a second reader of `#challenge` finds, to judge lib/syntax.ts by. That reader is the ABNF of RFC 9110 (§5.6, §11.2, §11.3) rule
 * for rule and follows every derivation instead of looking ahead, so that it also shows whether the grammar is ambiguous. For short texts.
 * It knows nothing of repeated parameters, which prose forbids and not the grammar.
 */
export interface Derived { scheme: string, token68?: string, params: [name: string, value: string][] }

interface Derivation<T> { readonly value: T, readonly end: number }
type Rule<T> = (text: string, at: number) => Derivation<T>[]

const one = (allowed: string): Rule<string> => (text, at) =>
  at < text.length && allowed.includes(text.charAt(at)) ? [{ value: text.charAt(at), end: at + 1 }] : []

const either = <T>(...rules: Rule<T>[]): Rule<T> => (text, at) => rules.flatMap((rule) => rule(text, at))

const both = <A, B, C>(first: Rule<A>, second: Rule<B>, join: (a: A, b: B) => C): Rule<C> => (text, at) =>
  first(text, at).flatMap((a) => second(text, a.end).map((b) => ({ value: join(a.value, b.value), end: b.end })))

const many = <T>(rule: Rule<T>): Rule<T[]> => (text, at) =>
  [{ value: [], end: at }, ...some(rule)(text, at)]

const some = <T>(rule: Rule<T>): Rule<T[]> => (text, at) =>
  both(rule, many(rule), (head, tail) => [head, ...tail])(text, at)

const concat = (rule: Rule<string[]>): Rule<string> => (text, at) =>
  rule(text, at).map(({ value, end }) => ({ value: value.join(''), end }))

const left = <A, B>(a: Rule<A>, b: Rule<B>): Rule<A> => both(a, b, (value) => value)
const right = <A, B>(a: Rule<A>, b: Rule<B>): Rule<B> => both(a, b, (_, value) => value)

const range = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, index) => String.fromCharCode(first + index)).join('')

const ALPHA = range(0x41, 0x5A) + range(0x61, 0x7A)
const DIGIT = range(0x30, 0x39)
const VCHAR = range(0x21, 0x7E)
const OBS_TEXT = range(0x80, 0xFF)

const token = concat(some(one("!#$%&'*+-.^_`|~" + DIGIT + ALPHA)))
const OWS = many(one(' \t'))
const BWS = OWS
const quotedPair = right(one('\\'), one('\t ' + VCHAR + OBS_TEXT))
const qdtext = one('\t ' + '!' + range(0x23, 0x5B) + range(0x5D, 0x7E) + OBS_TEXT)
const quotedString = left(right(one('"'), concat(many(either(qdtext, quotedPair)))), one('"'))
const token68 = both(concat(some(one(ALPHA + DIGIT + '-._~+/'))), concat(many(one('='))), (text, padding) => text + padding)

const authParam = both(
  left(token, both(BWS, one('='), () => null)), right(BWS, either(token, quotedString)),
  (name, value): [string, string] => [name.toLowerCase(), value])

/** `1#element` for senders (§5.6.1.1). */
const list = <T>(element: Rule<T>): Rule<T[]> =>
  both(element, many(right(both(OWS, both(one(','), OWS, () => null), () => null), element)), (head, tail) => [head, ...tail])

// Spaces with an empty parameter list behind them can only stand before a comma, where OWS covers them.
const challenge = either<Derived>(
  (text, at) => token(text, at).map(({ value, end }) => ({ value: { scheme: value, params: [] }, end })),
  both(left(token, some(one(' '))), token68, (scheme, text) => ({ scheme, token68: text, params: [] })),
  both(left(token, some(one(' '))), list(authParam), (scheme, params) => ({ scheme, params })))

/** Every different reading of a field value; the value itself has no whitespace at its ends (§5.5). */
export function derive (field: string): Derived[][] {
  if (/^[ \t]|[ \t]$/.test(field)) return []
  const readings = list(challenge)(field, 0).filter(({ end }) => end === field.length).map(({ value }) => value)
  return [...new Map(readings.map((reading) => [JSON.stringify(reading), reading])).values()]
}

/** RFC 9110 §11.2: a name occurs once in a challenge. */
export function hasRepeatedName (challenges: readonly Derived[]): boolean {
  return challenges.some(({ params }) => new Set(params.map(([name]) => name)).size < params.length)
}

/** What the parser of lib/syntax.ts found, in the same shape. */
export function plain (challenges: readonly Challenge[] | null): Derived[] | null {
  return challenges === null ? null : challenges.map(({ params, ...rest }) => ({ ...rest, params: Object.entries(params) }))
}
