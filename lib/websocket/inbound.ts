import type { Reason } from '../errors.ts'
import { REASONS } from '../errors.ts'
import { closingFor } from './close-codes.ts'
import { MESSAGE_TYPES, type FirstMessage } from './message-format.ts'
import type { TakeMessage } from './messages.ts'
import { renew, renewableSlot, type Renewing } from './renewal.ts'
import { bearingsOf, endOf, type GuardedRoute, type Session } from './session.ts'
import type { WebSocketRoute } from './settings.ts'
import type { Socket } from './socket.ts'

/** Renewals that may fail in a row; an open connection is no place to try out tokens. */
const MAX_FAILURES = 5
/** Instead of a number of failures. */
const UNDER_WAY = -1

/** Makes what looks at the messages of a route before its handler gets them; `null` if nothing has to. */
export function inbound (route: WebSocketRoute, take: TakeMessage | null, renewing: Renewing): GuardedRoute['take'] {
  const { renewal } = route
  if (renewal === null && take === null) return null
  return (session, data, isBinary) => {
    const text = isBinary === true ? null : String(data)
    const credential = renewal === null || text === null ? undefined : read(renewal, text)
    if (renewal === null || credential === undefined) return take !== null && take(session, text)
    answerRenewal(session, credential, renewal, renewing).catch((error: unknown) => {
      session.request.log.error({ err: error }, 'a renewal failed')
    })
    return !renewal.deliver
  }
}

/** Lets the messages of a connection be looked at. */
export function listen (session: Session, socket: Socket): void {
  const { take } = session.route
  if (take === null) return
  const { emit } = Object.getPrototypeOf(socket) as Socket // its class has it
  socket.emit = function (event, ...values) {
    if (event === 'message' && take(session, values[0], values[1])) return true
    return Reflect.apply(emit, this, [event, ...values])
  }
}

/** What a client is told that was accepted; `null` for nothing. */
export function acceptanceOf ({ route, admission }: Session, format: FirstMessage): string | null {
  if (format.accepted === null) return null
  const end = endOf(bearingsOf(route.policy, admission))
  return format.accepted(end === Infinity ? undefined : Math.floor(end / 1000))
}

async function answerRenewal (session: Session, credential: string | null, format: FirstMessage, renewing: Renewing): Promise<void> {
  const { socket, failures } = session
  if (socket === null) return
  if (failures === UNDER_WAY) return tell(socket, 'too_many_attempts')
  session.failures = UNDER_WAY
  const reason = await attempt(session, credential, renewing)
  session.failures = reason === null ? 0 : failures + 1
  if (session.closing !== null) return
  if (session.failures >= MAX_FAILURES) return renewing.sessions.end(session, closingFor('credentials_invalid'))
  if (reason !== null) return tell(socket, REASONS[reason].shownAs ?? reason)
  const acceptance = acceptanceOf(session, format)
  if (acceptance !== null) socket.send(acceptance)
}

async function attempt (session: Session, credential: string | null, renewing: Renewing): Promise<Reason | null> {
  const slot = renewableSlot(session)
  if (credential === null) return 'credentials_malformed'
  if (slot === -1) return 'access_denied'
  const result = await renew(session, slot, credential, renewing)
  return result.renewed ? null : result.reason
}

function tell (socket: Socket, code: Reason): void {
  socket.send(JSON.stringify({ type: MESSAGE_TYPES.refused, code }))
}

function read (format: FirstMessage, text: string): string | null | undefined {
  try {
    return format.read(text)
  } catch {
    return null
  }
}
