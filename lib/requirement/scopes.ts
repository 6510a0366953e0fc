/** Scopes read once from iterables that may not be read twice. */
const read = new WeakMap<object, ReadonlySet<string>>()

/**
 * Whether everything required is held: exact names, case-sensitive, in any order (RFC 6749 §3.3).
 * Held scopes that are not iterable grant nothing.
 */
export function covers (held: unknown, required: readonly string[]): boolean {
  if (required.length === 0) return true
  const list: readonly unknown[] | null = Array.isArray(held) ? held : null
  const set = list === null ? toSet(held) : null
  for (const scope of required) {
    if (list === null ? set === null || !set.has(scope) : !list.includes(scope)) return false
  }
  return true
}

function toSet (held: unknown): ReadonlySet<unknown> | null {
  if (held instanceof Set) return held
  if (typeof held === 'string') return new Set(held.split(' '))
  if (!isIterable(held)) return null
  let set = read.get(held)
  if (set === undefined) read.set(held, set = new Set(held))
  return set
}

/** Whether a verifier's `scopes` member can be read as scopes at all. Reading may throw what the iterable throws. */
export function areScopes (held: unknown): boolean {
  return held === undefined || typeof held === 'string' || Array.isArray(held) || toSet(held) !== null
}

function isIterable (value: unknown): value is Iterable<string> & object {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}
