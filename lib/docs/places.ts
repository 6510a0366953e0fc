import type { Policy } from '../policy.ts'

/** What no operation takes beside its credentials: OpenAPI ignores it, and AsyncAPI has a scheme for it. */
const AUTHORIZATION: ReadonlySet<string> = new Set([placeOf('header', 'authorization')])
/** Of each policy, since thousands of routes may share one. */
const known = new WeakMap<Policy, ReadonlySet<string>>()

/** Where the credentials of a route lie, which a document says by their schemes; `null` for a public route. */
export function placesOf (policy: Policy | null): ReadonlySet<string> {
  if (policy === null) return AUTHORIZATION
  let places = known.get(policy)
  if (places === undefined) {
    known.set(policy, places = new Set([...AUTHORIZATION, ...policy.slots.flatMap(({ scheme: { location, queryName } }) => [
      ...('name' in location ? [placeOf(location.in, location.name)] : []),
      ...(queryName === undefined ? [] : [placeOf('query', queryName)])
    ])]))
  }
  return places
}

/** Names of header fields are compared without regard to case, all others by the letter. */
export function placeOf (place: unknown, name: unknown): string {
  return `${String(place)} ${place === 'header' ? String(name).toLowerCase() : String(name)}`
}
