import { REASONS, type Reason } from '../errors.ts'
import type { Denial } from '../decision/decide.ts'
import type { Policy, Slot } from '../policy.ts'
import { Refusal, type ChallengeTemplate, type Outcome } from '../scheme.ts'

/** A challenge before it is written: the parameters in wire order. */
export interface ChallengeParts {
  readonly scheme: string
  readonly params: readonly (readonly [name: string, value: string])[]
}

/** What challenges say beside the policy. */
export interface Wording {
  /** The protection space of schemes that name none. */
  readonly realm: string
  /** What callers may be told of a reason. */
  readonly shown: (reason: Reason) => Reason
  /** Where OAuth clients find the metadata of the resource (RFC 9728 §5.1), or `null`. */
  readonly metadataUrl: string | null
}

interface Draft {
  readonly template: ChallengeTemplate
  readonly realm: string
  readonly scope: string
  reason: Reason | null
}

/**
 * Which challenges a denial carries: one per distinct scheme, realm and location among what is missing or failed; Bearer first,
 * schemes that no registry knows last, otherwise in declared order (RFC 9110 §11.3). Outside 401 only schemes that define an
 * error for it speak (RFC 6750 §3.1).
 */
export function challengesOf (policy: Policy, denial: Denial, outcomes: readonly Outcome[], wording: Wording): ChallengeParts[] {
  const drafts = new Map<string, Draft>()
  const unauthorized = REASONS[denial.reason].status === 401
  for (const position of denial.failing) {
    const slot = policy.slots[position]
    const template = slot?.scheme.challenge ?? null
    if (slot === undefined || template === null || !(unauthorized || template.oauth)) continue
    const key = keyOf(slot, wording)
    const draft = drafts.get(key)
    const reason = reasonFor(denial, outcomes[position])
    if (draft === undefined) {
      drafts.set(key, { template, realm: slot.scheme.realm ?? wording.realm, scope: scopeOf(policy, denial, key, wording), reason })
    } else if (saysMore(reason, draft.reason)) draft.reason = reason
  }
  return [...drafts.values()].sort((a, b) => rank(a.template) - rank(b.template)).map((draft) => write(draft, wording))
}

/** What makes two challenges the same; the location is among the parameters. */
function keyOf ({ scheme }: Slot, { realm }: Wording): string {
  return JSON.stringify([scheme.challenge?.scheme.toLowerCase(), scheme.realm ?? realm, scheme.challenge?.params])
}

function reasonFor (denial: Denial, outcome: Outcome): Reason | null {
  if (denial.short !== null) return denial.reason
  return outcome instanceof Refusal ? outcome.reason : null
}

function saysMore (reason: Reason | null, known: Reason | null): boolean {
  return reason !== null && (known === null || (isUnspecific(known) && !isUnspecific(reason)))
}

/** A reason that is kept from callers must not change what else they are told. */
function isUnspecific (reason: Reason): boolean {
  return (REASONS[reason].shownAs ?? reason) === 'credentials_invalid'
}

/** The scopes of the alternative that fell short, else of the first declared alternative that asks for this challenge. */
function scopeOf (policy: Policy, denial: Denial, key: string, wording: Wording): string {
  if (denial.short === null && REASONS[denial.reason].status !== 401) return ''
  for (const alternative of denial.short === null ? policy.alternatives : [denial.short]) {
    const index = alternative.slots.findIndex((position) => keyOf(policy.slots[position] as Slot, wording) === key) // compiled together
    if (index !== -1) return alternative.scopes[index]?.join(' ') ?? ''
  }
  return ''
}

function rank ({ scheme, registered, last }: ChallengeTemplate): number {
  if (!registered) return last === true ? 3 : 2
  return scheme === 'Bearer' ? 0 : 1
}

function write ({ template, realm, reason, scope }: Draft, wording: Wording): ChallengeParts {
  const params: (readonly [string, string])[] = [['realm', realm], ...Object.entries(template.params)]
  if (!template.oauth) return { scheme: template.scheme, params }
  const shown = reason === null ? null : REASONS[wording.shown(reason)]
  if (shown !== null && shown.error !== null) params.push(['error', shown.error])
  if (scope !== '') params.push(['scope', scope])
  if (shown !== null && shown.error !== null) params.push(['error_description', shown.detail])
  if (wording.metadataUrl !== null) params.push(['resource_metadata', wording.metadataUrl])
  return { scheme: template.scheme, params }
}
