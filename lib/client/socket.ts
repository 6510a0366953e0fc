/** What can be sent. */
export type Data = string | ArrayBuffer | ArrayBufferView

/** What the client uses of a WebSocket; those of browsers, Node.js, `ws` and `undici` are such. */
export interface WebSocketLike {
  readonly readyState: number
  readonly protocol: string
  binaryType: string
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  /** What it takes differs. */
  send (data: never): void
  close (code?: number, reason?: string): void
}

/** A class of WebSockets: that of browsers and Node.js 22, of `ws`, or of `undici`. */
export type WebSocketConstructor = new (url: string, ...rest: never[]) => WebSocketLike

/** One that was opened. */
export interface Socket extends WebSocketLike {
  send (data: Data): void
}

/** What a connection is opened with. */
export interface Handshake {
  readonly url: string
  readonly protocols: readonly string[]
  /** Browsers cannot set any. */
  readonly headers?: Readonly<Record<string, string>>
}

/** `readyState` of an open connection. */
export const OPEN = 1

/**
 * Opens a WebSocket.
 *
 * @throws Error if it cannot be opened like this. The original error is left out, since it may hold the URL or the subprotocols
 */
export function openSocket (WebSocket: WebSocketConstructor, { url, protocols, headers }: Handshake): Socket {
  const Class = WebSocket as new (url: string, ...rest: unknown[]) => Socket // the classes differ in what follows the URL
  try {
    if (headers === undefined) return new Class(url, protocols)
    // `ws` takes header fields third, Node.js and undici in place of the subprotocols, where a browser throws.
    return 'terminate' in WebSocket.prototype ? new Class(url, protocols, { headers }) : new Class(url, { protocols, headers })
  } catch {
    throw new Error(headers === undefined
      ? 'connect(): this WebSocket cannot be opened; see the console for what forbids it'
      : 'connect(): this WebSocket cannot be opened with header fields; use another carrier')
  }
}
