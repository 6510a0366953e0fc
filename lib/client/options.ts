import type { Backoff } from './backoff.ts'
import type { Carrier } from './carriers.ts'
import type { Ending } from './endings.ts'
import type { WebSocketConstructor } from './socket.ts'

/** How a credential is asked for. */
export interface CredentialRequest {
  /** Whether one out of a cache is not good enough: the last was refused, is about to end, or may be what a handshake failed for. */
  readonly fresh: boolean
  /** Aborted when the connection is closed for good, so that nothing goes on being fetched for it. */
  readonly signal: AbortSignal
}

/**
 * Gets a credential. `null` means that there is none, for example after a sign-out, and ends everything; a failure is taken for a
 * temporary one and tried again later. Never called again before it has answered.
 */
export type CredentialSource = (request: CredentialRequest) => string | null | Promise<string | null>

/** What `connect()` can be told. */
export interface CommonOptions {
  /** The subprotocols of the application. Default: none, or one that only stands beside a token. */
  readonly protocols?: string | readonly string[]
  /** How the credential gets to the server. Default: `ticket` if there is such a source, else `subprotocol`. */
  readonly carrier?: Carrier
  /** What stands before a token among the subprotocols. Default `base64url.bearer.authorization.k8s.io.`, as the server has it. */
  readonly prefix?: string
  /** The class to use. Default: the global one, which Node.js has from version 22 on. */
  readonly WebSocket?: WebSocketConstructor
  /** Milliseconds in which an attempt has to succeed once it has a credential, and a renewal has to be answered. Default 10 000. */
  readonly timeout?: number
  /** Milliseconds between attempts: `initial` (1000) at most before the second, up to `max` (30 000), and down to half of it by chance. */
  readonly backoff?: Partial<Backoff>
  /**
   * Renews by the client's own clock too. By default the client renews when the server says that the credentials are expiring, because
   * where a server does not take renewals the application would get the token as an ordinary message. `false` never renews, and leaves
   * such messages to the application.
   */
  readonly renewal?: RenewalOptions | false
  /** Decides otherwise than the table of close codes; `undefined` to leave it at that. For codes of one's own (4000 to 4999). */
  readonly reconnect?: (ending: Ending) => boolean | undefined
  /** How many messages `send()` keeps while there is no connection. Default 0. */
  readonly queue?: number
  /** Whether a token may be sent over `ws:` to another host, readable to anyone between (RFC 6750 §5.3). Default `false`. */
  readonly allowInsecure?: boolean
  /** Closes the connection for good when it is aborted. */
  readonly signal?: AbortSignal
  /** Gets what the server sends, save what it says about credentials; binary messages as an `ArrayBuffer`. */
  readonly onMessage?: (data: string | ArrayBuffer) => void
  /** Hears of every change; of `open` also after reconnecting, which is the place to subscribe again. */
  readonly onStateChange?: (change: StateChange) => void
  /** Hears what came of renewing the credentials of the open connection. */
  readonly onRenewal?: (outcome: RenewalOutcome) => void
}

/** What `connect()` can be told: a source of tokens, of tickets, or of both, and then tickets open and tokens renew. */
export type ConnectOptions = CommonOptions & (
  | { readonly token: CredentialSource, readonly ticket?: CredentialSource }
  | { readonly token?: CredentialSource, readonly ticket: CredentialSource }
)

/** When to renew. */
export interface RenewalOptions {
  /** Seconds before the end. */
  readonly before: number
  /**
   * When a token ends, in epoch seconds, as far as the application knows; only a hint. The client does not look into tokens itself: they
   * are opaque to clients (RFC 9068 §6). What the server says goes before it.
   */
  readonly expiresAt?: (token: string) => number | undefined
}

/** What came of a renewal. After a refusal the connection goes on until the old credentials end, and the client tries again. */
export type RenewalOutcome =
  | { readonly renewed: true, readonly expiresAt: number | undefined }
  /** A code of the server, `timeout`, `credentials_unavailable` or `credentials_missing`. */
  | { readonly renewed: false, readonly code: string }

/** Where a connection stands: `waiting` for the next attempt, `closed` for good. */
export type State = StateChange['state']

/** A change of state and what led to it. */
export type StateChange =
  | { readonly state: 'connecting' }
  | { readonly state: 'open', readonly protocol: string }
  /** `delay` in milliseconds; `failures` in a row. */
  | { readonly state: 'waiting', readonly ending: Ending, readonly delay: number, readonly failures: number }
  | { readonly state: 'closed', readonly ending: Ending }
