import type { Json } from '../openapi.ts'
import { REASONS } from '../../errors.ts'
import { FIRST_MESSAGE, MESSAGE_TYPES, type FirstMessage } from '../../websocket/message-format.ts'
import { MESSAGE_FAULTS } from '../../websocket/messages.ts'
import type { WebSocketRoute } from '../../websocket/settings.ts'

/** A message that is the plugin's. */
export interface OwnMessage {
  readonly action: 'receive' | 'send'
  readonly type: string
  readonly summary: string
  /** `null` if its form is the application's. */
  readonly payload: Json | null
  /** Whether it may be sent by clients that are not authenticated yet. */
  readonly isOpen: boolean
}

/** What of the plugin's messages the connections of a route know. */
export interface Talk {
  /** How clients authenticate by the first message; `null` if they cannot. */
  readonly firstMessage: FirstMessage | null
  readonly renewal: WebSocketRoute['renewal']
  /** Whether clients are told before their credentials end. */
  readonly warns: boolean
  /** Whether messages are looked at before the handler gets them. */
  readonly judges: boolean
}

/** What the parts of the plugin say and take on the connections of a route. */
export function ownMessages ({ firstMessage, renewal, warns, judges }: Talk): OwnMessage[] {
  const format = firstMessage ?? renewal
  return [
    ...(format === null ? [] : [authenticate(format, firstMessage !== null, renewal !== null), ...accepted(format)]),
    ...(renewal !== null && warns ? [message('send', MESSAGE_TYPES.expiring, 'The credentials are about to end.', EXPIRING)] : []),
    ...(renewal === null ? [] : [message('send', MESSAGE_TYPES.refused, 'A renewal was refused; the connection stays as it is.', REFUSED)]),
    ...(judges ? [message('send', MESSAGE_TYPES.problem, 'A message was not let through; the connection stays.', PROBLEM)] : [])
  ]
}

function authenticate (format: FirstMessage, isFirst: boolean, renews: boolean): OwnMessage {
  const summary = [
    ...(isFirst ? ['Authenticates a client whose handshake brought no credentials.'] : []),
    ...(renews ? ['Renews the credentials of the connection.'] : [])
  ].join(' ')
  const payload = format.read === FIRST_MESSAGE.read ? AUTHENTICATE : null
  return { ...message('receive', MESSAGE_TYPES.authenticate, summary, payload), isOpen: isFirst }
}

function accepted ({ accepted }: FirstMessage): OwnMessage[] {
  if (accepted === null) return []
  const payload = accepted === FIRST_MESSAGE.accepted ? AUTHENTICATED : null
  return [message('send', MESSAGE_TYPES.authenticated, 'The credentials of a message were accepted.', payload)]
}

function message (action: OwnMessage['action'], type: string, summary: string, payload: Json | null): OwnMessage {
  return { action, type, summary, payload, isOpen: false }
}

function object (type: string, properties: Json, required: readonly string[]): Json {
  return { type: 'object', properties: { type: { type: 'string', const: type }, ...properties }, required: ['type', ...required] }
}

const EPOCH_SECONDS: Json = { type: 'integer', description: 'Epoch seconds.' }

/** Reasons that are told as others are not. */
const TOLD = Object.entries(REASONS).filter(([, { shownAs }]) => shownAs === undefined).map(([reason]) => reason)

const AUTHENTICATE = object(MESSAGE_TYPES.authenticate, { token: { type: 'string', minLength: 1 } }, ['token'])
const AUTHENTICATED = object(MESSAGE_TYPES.authenticated, { expires_at: EPOCH_SECONDS }, [])
const EXPIRING = object(MESSAGE_TYPES.expiring, { expires_at: EPOCH_SECONDS }, ['expires_at'])
const REFUSED = object(MESSAGE_TYPES.refused, { code: { type: 'string', enum: TOLD } }, ['code'])

/** Why a message is not let through: its requirement, or what is wrong with it itself. */
const CODES: readonly string[] = ['credentials_missing', 'scope_insufficient', ...Object.keys(MESSAGE_FAULTS)]

const PROBLEM = object(MESSAGE_TYPES.problem, {
  message: { type: 'string', description: 'The type of the message that the problem is about.' },
  id: { type: ['string', 'number'], description: 'Its `id`, if it has one.' },
  problem: {
    type: 'object',
    description: 'As in answers over HTTP (RFC 9457).',
    properties: {
      type: { type: 'string', const: 'about:blank' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      code: { type: 'string', enum: CODES },
      required_scopes: { type: 'array', items: { type: 'string' } }
    },
    required: ['type', 'title', 'status', 'detail', 'code']
  }
}, ['problem'])
