import type { Policy } from '../../policy.ts'
import { CLOSE_CODES, closeCodeOf } from '../../websocket/close-codes.ts'
import type { WebSocketRoute } from '../../websocket/settings.ts'
import type { Shown } from '../refusals.ts'
import type { AsyncApiEnding, AsyncApiRefusal } from './objects.ts'

const { goingAway, policyViolation, tooBig, internalError, unauthorized, forbidden, tryAgainLater, timeout } = CLOSE_CODES

/** How the refusals of a route look to clients; one for each code. */
export function writeRefusals (shown: readonly Shown[], byClose: boolean): AsyncApiRefusal[] {
  const refusals = new Map<string, AsyncApiRefusal>()
  for (const { answer: { status, reason } } of shown) {
    // To a foreign origin and to what is ambiguous the answer comes over HTTP, however others are refused.
    const close = byClose && status !== 400 && reason !== 'origin_not_allowed' ? { close: closeCodeOf(status) } : {}
    refusals.set(reason, { status, code: reason, ...close })
  }
  return [...refusals.values()].sort((a, b) => a.status - b.status)
}

/**
 * Why connections end that were let in, or that wait to be.
 *
 * @param perMessage whether clients may authenticate by the first message
 */
export function writeEndings (
  policy: Policy, { firstMessage, renewal }: WebSocketRoute, perMessage: boolean
): AsyncApiEnding[] {
  const asksScopes = policy.alternatives.some(({ requiredScopes }) => requiredScopes.length > 0)
  const rows: (readonly [code: number, description: string, isOn: boolean])[] = [
    [goingAway, 'The application ends.', true],
    [policyViolation, 'The application did not let the client in whom the first message had authenticated.', perMessage],
    [tooBig, 'More was sent than is taken before a client is authenticated.', perMessage],
    [tryAgainLater, 'There are too many connections, or the credentials of the first message cannot be verified at the moment.', perMessage],
    [unauthorized, 'The credentials ended (`token_expired`) or were revoked (`token_revoked`).', true],
    [unauthorized, 'The first message did not authenticate; the reason says why.', perMessage],
    [unauthorized, 'Renewals failed again and again (`credentials_invalid`).', renewal !== null],
    [forbidden, 'Renewed credentials do not suffice any more (`scope_insufficient`).', asksScopes],
    [forbidden, 'The credentials of the first message do not suffice; the reason says why.', perMessage],
    [internalError, 'The application failed after the first message had authenticated the client.', perMessage],
    [timeout, `No message authenticated the client within ${firstMessage?.timeout ?? 0} milliseconds.`, perMessage]
  ]
  const endings = new Map<number, string[]>()
  for (const [code, description, isOn] of rows) if (isOn) endings.set(code, [...endings.get(code) ?? [], description])
  return [...endings].sort(([a], [b]) => a - b).map(([code, descriptions]) => ({ code, description: descriptions.join(' ') }))
}

/** The same as CommonMark. */
export function describeRefusals (refusals: readonly AsyncApiRefusal[]): string {
  if (refusals.length === 0) return ''
  const byClose = refusals.some(({ close }) => close !== undefined)
  const lead = byClose
    ? 'A handshake that is refused is completed and closed at once with the code named here and the word as the reason, or else answered over HTTP:'
    : 'A handshake that is refused is answered over HTTP, as the GET request that it is:'
  const rows = refusals.map(({ status, code, close }) => `- ${close === undefined ? status : `${close} (HTTP ${status})`} \`${code}\``)
  return [lead, '', ...rows].join('\n')
}

/** The same as CommonMark. */
export function describeEndings (endings: readonly AsyncApiEnding[]): string {
  if (endings.length === 0) return ''
  return ['A connection is closed with:', '', ...endings.map(({ code, description }) => `- ${code}: ${description}`)].join('\n')
}
