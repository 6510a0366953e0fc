/** How a client authenticates by the first message of an open connection, or renews its credentials by a later one. */
export interface FirstMessageOptions {
  /** Milliseconds that a client has; then the connection is closed with 3008. Default 5000. */
  readonly timeout?: number
  /** Bytes that are taken before a client is authenticated; more close the connection with 1009. Default 65536. */
  readonly maxBytes?: number
  /**
   * Finds the credential in a text message: `undefined` in one that is about something else, `null` in one that should hold a credential
   * and does not. Default: `{ "type": "authenticate", "token": "…" }`. Must not throw.
   */
  readonly read?: (message: string) => string | null | undefined
  /** Whether the handler gets the message too, as protocols with a greeting of their own need it. Default `false`. */
  readonly deliver?: boolean
  /**
   * Writes what a client is told that was accepted; `null` to say nothing. Default: `{ "type": "authenticated", "expires_at": … }`.
   *
   * @param expiresAt epoch seconds, if the credentials end
   */
  readonly accepted?: ((expiresAt: number | undefined) => string) | null
}

/** The same, completed. */
export type FirstMessage = Readonly<Required<FirstMessageOptions>>

/** What the parts of the plugin say on sockets, by `type`. */
export const MESSAGE_TYPES = Object.freeze({
  authenticate: 'authenticate',
  authenticated: 'authenticated',
  expiring: 'expiring',
  refused: 'refused',
  problem: 'problem'
})

export const FIRST_MESSAGE: FirstMessage = Object.freeze({
  timeout: 5000, maxBytes: 65_536, read: readAuthenticate, deliver: false, accepted: writeAuthenticated
})

/** Reads `{ "type": "authenticate", "token": "…" }`. */
export function readAuthenticate (message: string): string | null | undefined {
  // Most messages are not about this, and are not to be parsed twice.
  if (!message.includes(MESSAGE_TYPES.authenticate)) return undefined
  const parsed = parseObject(message)
  if (parsed?.['type'] !== MESSAGE_TYPES.authenticate) return undefined
  return typeof parsed['token'] === 'string' && parsed['token'] !== '' ? parsed['token'] : null
}

function writeAuthenticated (expiresAt: number | undefined): string {
  return JSON.stringify({ type: MESSAGE_TYPES.authenticated, expires_at: expiresAt })
}

/** Reads a JSON object; `null` for any other text. */
export function parseObject (text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : null // looked at
  } catch {
    return null
  }
}
