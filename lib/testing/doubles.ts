import type { FastifyRequest } from 'fastify'
import type { Slot } from '../policy.ts'
import type { Registration, Rehearsal } from '../registration.ts'
import { Refusal, type CredentialSource, type Handshake, type Scheme } from '../scheme.ts'
import { planOf, type Plan } from './plans.ts'

/** Where a scheme or a rehearsal is replaced, and by how many calls that are under way. */
interface Replaced<T> {
  readonly original: T
  readonly standIn: T
  uses: number
}

interface Place { scheme: Scheme }

const slots = new WeakMap<Slot, Replaced<Scheme>>()
const rehearsals = new WeakMap<Rehearsal, Replaced<Readonly<Rehearsal>>>()

/**
 * Lets requests that have a plan be judged by it while `run` runs; all others are judged as ever. Calls may overlap: the schemes are the
 * application's own again when the last of them ends, however it ends.
 */
export async function withDoubles<T> ({ routes, rehearsal }: Registration, run: () => Promise<T>): Promise<T> {
  const used = new Set(routes.known.flatMap(({ protection }) => protection === 'public' ? [] : protection.policy.slots))
  for (const slot of used) standIn(slot)
  standInForRehearsal(rehearsal)
  try {
    return await run()
  } finally {
    for (const slot of used) restore(slot)
    restoreRehearsal(rehearsal)
  }
}

function standIn (slot: Slot): void {
  const replaced = slots.get(slot)
  if (replaced !== undefined) {
    replaced.uses++
    return
  }
  const made = { original: slot.scheme, standIn: double(slot.name, slot.scheme), uses: 1 }
  slots.set(slot, made)
  const place: Place = slot // readonly to everyone else
  place.scheme = made.standIn
}

function restore (slot: Slot): void {
  const replaced = slots.get(slot)
  if (replaced === undefined || --replaced.uses > 0) return
  slots.delete(slot)
  const place: Place = slot
  place.scheme = replaced.original
}

/** Everything is the original's, but `read` and `verify` where there is a plan. */
function double (name: string, original: Scheme): Scheme {
  const { verify } = original as { verify (credential: unknown, request: FastifyRequest): unknown } // as `gather` calls it
  const own: Pick<Scheme, 'read' | 'verify'> = {
    read (source: CredentialSource, handshake?: Handshake) {
      const plan = planOf(source.raw)
      return plan === undefined ? original.read(source, handshake) : readPlanned(name, original, plan, source, handshake)
    },
    verify: (credential: unknown, request: FastifyRequest) =>
      planOf(request.raw)?.verdicts.get(name) ?? verify.call(original, credential, request)
  }
  // A scheme may be of a class with private members, or frozen, so it is neither a prototype nor a proxy's target.
  const get = (members: object, key: PropertyKey): unknown => Reflect.get(Object.hasOwn(members, key) ? members : original, key)
  return new Proxy(own, { get }) as Scheme // all its members are there
}

/** What is sent is read as ever; only a credential that cannot be made from outside is taken as read. */
function readPlanned (name: string, original: Scheme, plan: Plan, source: CredentialSource, handshake?: Handshake): unknown {
  plan.reached ??= urlOf(source)
  if (!plan.presented.has(name)) return original.read(source, handshake)
  let found: unknown
  try {
    found = original.read(source, handshake)
  } catch {
    return STANDS_FOR_A_CREDENTIAL
  }
  const isUnread = found instanceof Refusal && found.reason === 'credentials_malformed'
  return isUnread || (found === undefined && original.location.in === 'certificate') ? STANDS_FOR_A_CREDENTIAL : found
}

/** Reaches no verifier of the application's: where a scheme is presented by plan, so is what verifying comes to. */
const STANDS_FOR_A_CREDENTIAL = Object.freeze({})

function urlOf (source: CredentialSource): string {
  return (source as FastifyRequest).routeOptions?.url ?? '' // guards give the request
}

function standInForRehearsal (rehearsal: Rehearsal): void {
  const replaced = rehearsals.get(rehearsal)
  if (replaced !== undefined) {
    replaced.uses++
    return
  }
  const original = { ...rehearsal }
  const standIn = {
    isOne (request: FastifyRequest): boolean {
      const plan = planOf(request.raw)
      if (plan === undefined) return original.isOne?.(request) ?? false
      plan.reached ??= request.routeOptions.url ?? ''
      plan.admitted = true
      return plan.rehearsed
    },
    isWatched: (request: FastifyRequest): boolean => planOf(request.raw) !== undefined || (original.isWatched?.(request) ?? false)
  }
  rehearsals.set(rehearsal, { original, standIn, uses: 1 })
  Object.assign(rehearsal, standIn)
}

function restoreRehearsal (rehearsal: Rehearsal): void {
  const replaced = rehearsals.get(rehearsal)
  if (replaced === undefined || --replaced.uses > 0) return
  rehearsals.delete(rehearsal)
  Object.assign(rehearsal, replaced.original)
}
