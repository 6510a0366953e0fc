import { REASONS, type Reason } from '../errors.ts'

/** Close codes of the IANA registry (RFC 6455 §7.4, §11.7) that say why a connection of ours ends. */
export const CLOSE_CODES = Object.freeze({
  goingAway: 1001,
  policyViolation: 1008,
  tooBig: 1009,
  internalError: 1011,
  tryAgainLater: 1013,
  unauthorized: 3000,
  forbidden: 3003,
  timeout: 3008
})

const BY_STATUS: Readonly<Record<number, number>> = {
  400: CLOSE_CODES.policyViolation,
  401: CLOSE_CODES.unauthorized,
  403: CLOSE_CODES.forbidden,
  429: CLOSE_CODES.tryAgainLater,
  503: CLOSE_CODES.tryAgainLater
}

/** The close frame that stands for an HTTP status, such as 3000 for 401. */
export function closeCodeOf (status: number): number {
  return BY_STATUS[status] ?? CLOSE_CODES.policyViolation
}

/** Bytes that a close frame has for its reason (RFC 6455 §5.5.1). */
const MAX_REASON = 123

/** Why a connection ends, as its close frame says it. */
export interface Closing {
  readonly code: number
  /** The refusal reason, and after it the scopes that are missing if they all fit; visible ASCII. */
  readonly reason: string
}

/** Writes a refusal as a close frame. */
export function closingFor (reason: Reason, requiredScopes: readonly string[] = [], code = closeCodeOf(REASONS[reason].status)): Closing {
  const long = [reason, ...requiredScopes].join(' ')
  return { code, reason: long.length <= MAX_REASON ? long : reason }
}
