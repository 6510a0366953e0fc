import { ANONYMOUS, decide, isDenial } from '../decision/decide.ts'
import type { Reason } from '../errors.ts'
import type { Alternative, Policy, Slot } from '../policy.ts'
import { Refusal, refuse, refusalsOf, type Outcome, type Scheme, type Schemes } from '../scheme.ts'
import { garble, judge, mint, nameCarrier, NOTHING, sourceOf, type Sending } from './mint.ts'

/** A request to try a route with. */
export interface Probe {
  /** What is presented, in words. */
  readonly name: string
  readonly sending: Sending
  readonly verdicts: ReadonlyMap<string, object | Refusal>
  /** Schemes whose credential is among what is sent, readable or not. */
  readonly presented: readonly string[]
  /** The reason for which it must be refused; `null` if it must be let in. */
  readonly refused: Reason | null
  /** For WebSocket handshakes: comes from a page of an origin that is not allowed. */
  readonly foreign: boolean
}

const ANYONE: Probe = {
  name: 'no credentials', sending: NOTHING, verdicts: new Map(), presented: [], refused: null, foreign: false
}

/** What to try a public route with. */
export const PUBLIC_PROBES: readonly Probe[] = [ANYONE]

/**
 * What to try a protected route with: nothing first; something malformed; what the route does not accept; for each scheme what it refuses;
 * for each alternative too few scopes, and exactly enough.
 *
 * @param schemes all schemes of the application
 */
export function probesOf (policy: Policy, schemes: Schemes): Probe[] {
  return [
    probe(policy, schemes, ANYONE.name, NOTHING),
    ...policy.slots.flatMap((slot) => malformed(policy, schemes, slot)),
    ...unaccepted(policy, schemes),
    ...policy.slots.flatMap((slot, position) => refused(policy, schemes, slot, position)),
    ...policy.alternatives.flatMap((alternative) => short(policy, schemes, alternative)),
    ...policy.alternatives.map((alternative) =>
      presenting(policy, schemes, `exactly enough: ${wordsFor(policy, alternative)}`, holding(policy, alternative)))
  ]
}

/** What to try a WebSocket route with beside that, if it has a list of origins. */
export function foreignProbe (policy: Policy, schemes: Schemes): Probe[] {
  return policy.alternatives.slice(0, 1).map((alternative) => ({
    ...presenting(policy, schemes, 'exactly enough, from a foreign origin', holding(policy, alternative)), refused: 'origin_not_allowed', foreign: true
  }))
}

function probe (policy: Policy, schemes: Schemes, name: string, sending: Sending, meant: Probe['verdicts'] = new Map()): Probe {
  const verdicts = judge(schemes, meant)
  const decision = decide(policy, policy.slots.map((slot) => outcomeOf(slot, sending, verdicts, meant)))
  const refused = decision !== ANONYMOUS && isDenial(decision) ? decision.reason : null
  return { name, sending, verdicts, presented: [...meant.keys()], refused, foreign: false }
}

function presenting (policy: Policy, schemes: Schemes, name: string, meant: Probe['verdicts']): Probe {
  return probe(policy, schemes, name, mint([...meant.keys()].flatMap((one) => schemes[one] ?? [])), meant)
}

function outcomeOf ({ name, scheme }: Slot, sending: Sending, verdicts: Probe['verdicts'], meant: Probe['verdicts']): Outcome {
  if (meant.has(name)) return meant.get(name)
  const found = readBeforehand(scheme, sending)
  return found === undefined || found instanceof Refusal ? found : verdicts.get(name) ?? refuse('credentials_invalid')
}

/** A scheme that fails to read cannot tell. */
function readBeforehand (scheme: Scheme, sending: Sending): unknown {
  try {
    return scheme.read(sourceOf(sending))
  } catch {
    return refuse('verifier_unavailable')
  }
}

/** Only where the scheme itself sees that it is malformed. */
function malformed (policy: Policy, schemes: Schemes, { name, scheme }: Slot): Probe[] {
  const sending = garble(scheme)
  if (sending === null) return []
  const found = readBeforehand(scheme, sending)
  return found instanceof Refusal ? [probe(policy, schemes, `malformed ${name}`, sending)] : []
}

/** A well-formed credential behind a word, and one in a place, where the route does not look. */
function unaccepted (policy: Policy, schemes: Schemes): Probe[] {
  const words = new Set(policy.slots.flatMap(({ scheme: { location } }) => location.in === 'authorization' ? [location.scheme] : []))
  const word = words.has('*') ? undefined : ['Bearer', 'Basic', 'Digest', 'Negotiate'].find((one) => !words.has(one.toLowerCase()))
  const read = new Set(policy.slots.flatMap(({ scheme: { location, queryName } }) => [
    nameCarrier(location), ...(queryName === undefined ? [] : [nameCarrier({ in: 'query', name: queryName })])
  ]))
  const elsewhere = Object.entries(schemes).find(([, { location }]) => 'name' in location && !read.has(nameCarrier(location)))
  const credential = mint([{ location: { in: 'authorization', scheme: word ?? '' }, challenge: null }])
  return [
    ...(word === undefined ? [] : [probe(policy, schemes, `a ${word} credential, which is not accepted`, credential)]),
    ...(elsewhere === undefined ? [] : [probe(policy, schemes, `${elsewhere[0]}, which is not accepted`, mint([elsewhere[1]]))])
  ]
}

/** Each reason for which a scheme says it refuses, beside whatever else its alternative asks for; what is not valid also alone. */
function refused (policy: Policy, schemes: Schemes, { name, scheme }: Slot, position: number): Probe[] {
  const alternative = policy.alternatives.find(({ slots }) => slots.includes(position))
  const companions = alternative === undefined ? new Map<string, object>() : holding(policy, alternative)
  companions.delete(name)
  const reasons = refusalsOf(scheme).filter((reason) => reason !== 'credentials_malformed')
  const together = reasons.map((reason) => presenting(policy, schemes, `${name} refused for ${reason}`, new Map([...companions, [name, refuse(reason)]])))
  if (companions.size === 0 || !reasons.includes('credentials_invalid')) return together
  return [...together, presenting(policy, schemes, `${name} refused for credentials_invalid, alone`, new Map([[name, refuse('credentials_invalid')]]))]
}

/** Every credential holds one scope less than is asked of it. */
function short (policy: Policy, schemes: Schemes, alternative: Alternative): Probe[] {
  if (alternative.requiredScopes.length === 0) return []
  return [presenting(policy, schemes, `too few scopes: ${wordsFor(policy, alternative)}`, holding(policy, alternative, 1))]
}

/** Credentials with exactly what an alternative asks for, or with some scopes less. */
function holding ({ slots }: Policy, alternative: Alternative, less = 0): Map<string, object> {
  return new Map(alternative.slots.map((slot, i) => {
    const scopes = alternative.scopes[i] ?? []
    return [slots[slot]?.name ?? '', Object.freeze({ subject: 'audit', scopes: scopes.slice(0, scopes.length - less) })]
  }))
}

function wordsFor ({ slots }: Policy, alternative: Alternative): string {
  return alternative.slots.map((slot, i) => [slots[slot]?.name, ...alternative.scopes[i] ?? []].join(' ')).join(' and ')
}
