import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../challenge/answers.ts'
import { decide, isDenial, type Decision, type Denial } from '../decision/decide.ts'
import type { Reason } from '../errors.ts'
import type { Policy } from '../policy.ts'
import type { Protection } from '../routes.ts'
import { refusalsOf as reasonsOf, refuse, type Outcome, type Scheme } from '../scheme.ts'

/** What a route refuses for beside its policy. */
export interface Surroundings {
  /** Whether a policy on WebSocket origins applies. */
  readonly origins: boolean
  /** Whether a token may be offered as a WebSocket subprotocol. */
  readonly subprotocol: boolean
  /** Whether there may be too many connections. */
  readonly limited?: boolean
  /** Query parameters of handshakes in which credentials may come, and whether handshakes are refused by closing. */
  readonly query?: readonly string[]
  readonly byClose?: boolean
}

/** Of requests that open no connection. */
export const NO_HANDSHAKE: Surroundings = Object.freeze({ origins: false, subprotocol: false })

/** A refusal that a route can come to, as the guard sends it. */
export interface Shown {
  /** Begins with the reason; what follows tells apart refusals of the same reason that read differently. */
  readonly key: string
  readonly answer: Answer
}

const AMBIGUOUS = refuse('credentials_ambiguous')
/** Accepted, but holding nothing. */
const HELD = Object.freeze({})

/**
 * The refusals that a route can come to: found by asking the same decision what it makes of typical requests, for each reason that the
 * schemes say they refuse for. How several schemes fail together is not among them, in all its combinations.
 */
export function refusalsOf ({ policy, answers }: Protection, { origins, subprotocol, limited = false }: Surroundings): Shown[] {
  const shown: Shown[] = []
  const add = (decision: Decision, outcomes: readonly Outcome[], names: readonly string[]): void => {
    if (decision === 'anonymous' || !isDenial(decision)) return
    const answer = answers.of(decision, outcomes)
    if (!shown.some((other) => isDeepStrictEqual(other.answer, answer))) shown.push({ key: keyFor(shown, answer.reason, names), answer })
  }
  const ask = (outcomes: readonly Outcome[], ...names: readonly string[]): void => { add(decide(policy, outcomes), outcomes, names) }
  const state = (reason: Denial['reason']): void => { add({ reason, failing: [], short: null }, [], []) }

  ask(policy.slots.map(() => undefined))
  policy.slots.forEach(({ name, scheme }, slot) => {
    const others = companions(policy, slot)
    if (others !== null) ask(others, name)
    for (const reason of reasonsOf(scheme)) {
      if (reason === 'verifier_unavailable') continue
      const failed = failure(policy, slot, reason)
      if (others === null || refuse(reason).status === 401) ask(failed, name)
      if (others !== null) ask(failed.map((outcome, i) => outcome ?? others[i]), name)
    }
  })
  for (const outcomes of ambiguous(policy)) ask(outcomes, ...namesOf(policy, (i) => outcomes[i] !== undefined))
  if (subprotocol) ask(policy.slots.map(({ scheme }) => scheme.challenge?.oauth === true ? refuse('subprotocol_missing') : undefined))
  for (const { slots, requiredScopes } of policy.alternatives) {
    if (requiredScopes.length === 0) continue
    const isMeant = (slot: number) => slots.includes(slot)
    ask(policy.slots.map((_, i) => isMeant(i) ? HELD : undefined), ...namesOf(policy, isMeant))
  }
  ask(withoutCertificates(policy))
  if (origins) state('origin_not_allowed')
  if (limited) state('too_many_attempts')
  if (policy.slots.some(({ scheme }) => reasonsOf(scheme).includes('verifier_unavailable'))) state('verifier_unavailable')
  return shown
}

function keyFor (shown: readonly Shown[], reason: string, names: readonly string[]): string {
  const isFree = (key: string) => shown.every((other) => other.key !== key)
  if (isFree(reason)) return reason
  const named = [reason, ...names].join('.')
  let key = named
  for (let i = 2; !isFree(key); i++) key = `${named}.${i}`
  return key
}

/** One scheme refuses for a reason. What it read is to others of the same word a credential too, and none of theirs. */
function failure ({ slots }: Policy, slot: number, reason: Reason): Outcome[] {
  const other = reason === 'credentials_malformed' ? reason : 'credentials_invalid'
  return slots.map(({ scheme }, i) => i === slot ? refuse(reason) : readsWith(scheme, slots[slot]?.scheme) ? refuse(other) : undefined)
}

function readsWith ({ location }: Scheme, scheme: Scheme | undefined): boolean {
  const { location: other } = scheme ?? {}
  return location.in === 'authorization' && other?.in === 'authorization' && location.scheme === other.scheme
}

/** Everything else that an alternative asks for beside this scheme, good; `null` if it stands alone. */
function companions ({ slots, alternatives }: Policy, slot: number): Outcome[] | null {
  const alternative = alternatives.find((one) => one.slots.length > 1 && one.slots.includes(slot))
  if (alternative === undefined) return null
  const all = Object.freeze({ scopes: alternative.requiredScopes })
  return slots.map((_, i) => i !== slot && alternative.slots.includes(i) ? all : undefined)
}

/** The Authorization field twice concerns all that read it; anything else that is there twice concerns one scheme. */
function ambiguous ({ slots }: Policy): Outcome[][] {
  const inField = slots.map(({ scheme }) => scheme.location.in === 'authorization')
  const groups = slots.flatMap(({ scheme }, slot) => {
    if (scheme.location.in === 'certificate' || (inField[slot] === true && slot !== inField.indexOf(true))) return []
    return [inField[slot] === true ? inField : slots.map((_, i) => i === slot)]
  })
  return groups.map((group) => group.map((isOne) => isOne ? AMBIGUOUS : undefined))
}

/** Everything that can be sent in HTTP is there and good, so nothing is left to challenge for. */
function withoutCertificates ({ slots, alternatives }: Policy): Outcome[] {
  const all = Object.freeze({ scopes: alternatives.flatMap(({ requiredScopes }) => requiredScopes) })
  return slots.map(({ scheme }) => scheme.challenge === null ? undefined : all)
}

function namesOf ({ slots }: Policy, isMeant: (slot: number) => boolean): string[] {
  return slots.filter((_, i) => isMeant(i)).map(({ name }) => name)
}
