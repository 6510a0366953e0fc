import { ANONYMOUS, decide, isDenial } from '../decision/decide.ts'
import { verifyCredential, type Gathering } from '../decision/gather.ts'
import type { Reason } from '../errors.ts'
import { Refusal, refuse, type Outcome } from '../scheme.ts'
import { isToken68 } from '../syntax.ts'
import { closingFor } from './close-codes.ts'
import type { Revocations } from './revocations.ts'
import { bearingsOf, type Bearing, type Session } from './session.ts'
import type { Sessions } from './sessions.ts'

/** What came of new credentials for an open connection. */
export type Renewed =
  | { readonly renewed: true }
  /** The connection goes on until the old credentials end, unless scopes were lost: then it is closed with 3003. */
  | { readonly renewed: false, readonly reason: Reason }

/** What renewals need beside the connection. */
export interface Renewing {
  readonly sessions: Sessions
  readonly revocations: Revocations
  /** Makes what a verifier is asked with. */
  gathering (session: Session): Gathering
  /** Lets the handler see the new credentials. */
  authenticate (session: Session): void
}

/**
 * Replaces one of the credentials of an open connection: those of the same identity only, and only if they still satisfy the route.
 *
 * @param slot which of the schemes the credential is for
 */
export async function renew (session: Session, slot: number, credential: unknown, renewing: Renewing): Promise<Renewed> {
  const watching = renewing.revocations.watch()
  try {
    const outcome = await verify(session, slot, credential, renewing)
    if (session.closing !== null) return refused('session_expired')
    if (outcome instanceof Refusal) return refused(outcome.reason)
    const outcomes = session.admission.outcomes.map((known, i) => i === slot ? outcome : known)
    const claimed = bearingsOf(session.route.policy, { alternative: session.admission.alternative, outcomes })
    if (!isSame(session, claimed, renewing.sessions)) return refused('access_denied')
    if (watching.isRevoked(claimed)) return refused('token_revoked')
    return judge(session, outcomes, renewing)
  } finally {
    watching.stop()
  }
}

async function verify (session: Session, slot: number, credential: unknown, { gathering }: Renewing): Promise<Refusal | object> {
  const isToken = session.route.policy.slots[slot]?.scheme.challenge?.oauth === true
  if (isToken && !isToken68(credential)) return refuse('credentials_malformed')
  return await verifyCredential(gathering(session), slot, credential) ?? refuse('credentials_invalid')
}

function judge (session: Session, outcomes: readonly Outcome[], { sessions, authenticate }: Renewing): Renewed {
  const { route: { policy }, admission: { alternative } } = session
  const decision = decide(policy, outcomes)
  if (decision === ANONYMOUS || isDenial(decision)) {
    sessions.end(session, closingFor('scope_insufficient', alternative === ANONYMOUS ? [] : alternative.requiredScopes))
    return refused('scope_insufficient')
  }
  sessions.renew(session, { alternative: decision, outcomes })
  authenticate(session)
  return { renewed: true }
}

/** Whoever cannot be told apart is not the same. */
function isSame ({ route, admission }: Session, claimed: readonly Bearing[], sessions: Sessions): boolean {
  const identity = sessions.identityOf(bearingsOf(route.policy, admission))
  return identity !== null && sessions.identityOf(claimed) === identity
}

/** The slot that a renewal is for unless it says so: the token of the satisfied alternative, else its first credential; -1 if anonymous. */
export function renewableSlot ({ route: { policy }, admission: { alternative } }: Session, scheme?: string): number {
  if (alternative === ANONYMOUS) return -1
  const slots = scheme === undefined ? alternative.slots : alternative.slots.filter((slot) => policy.slots[slot]?.name === scheme)
  return slots.find((slot) => policy.slots[slot]?.scheme.challenge?.oauth === true) ?? slots[0] ?? -1
}

function refused (reason: Reason): Renewed {
  return { renewed: false, reason }
}
