/** What the processes of the WebSocket measurements say to each other. */

/** Orders to a server. */
export type ServerOrder =
  | { readonly do: 'memory' }
  | { readonly do: 'cpu' }
  | { readonly do: 'revoke', readonly deaf: number }
  | { readonly do: 'close' }

/** Bytes, after collecting garbage. */
export interface Memory {
  readonly heap: number
  readonly rss: number
  readonly sockets: number
}

/** Milliseconds, but for the counts. */
export interface Revoked {
  readonly count: number
  /** Of the call itself. */
  readonly call: number
  /** Until all were gone that answer, and until all were. */
  readonly polite: number
  readonly all: number
  /** The longest pause of the event loop meanwhile, and in the second before. */
  readonly pause: number
  readonly before: number
  /** Messages that reached a handler before the call, and after it. */
  readonly heard: number
  readonly after: number
}

/** Milliseconds. */
export interface Closed {
  readonly sockets: number
  readonly took: number
  readonly pause: number
}

/** Orders to the clients. */
export type ClientOrder =
  /** Opens connections and keeps them; `{n}` in a token becomes the number of the connection. */
  | { readonly do: 'open', readonly port: number, readonly count: number, readonly tokens: readonly string[] }
  /** Opens and drops connections. */
  | { readonly do: 'rush', readonly port: number, readonly count: number, readonly tokens: readonly string[] }
  /** Lets every connection say something every so many milliseconds, and that many of them not hear any more. */
  | { readonly do: 'chatter', readonly every: number, readonly deaf: number }
  /** Waits until all connections have ended, and tells when and how. */
  | { readonly do: 'endings' }
  | { readonly do: 'drop' }

/** How connections ended, by their number. */
export interface Endings {
  readonly codes: readonly number[]
  /** Epoch milliseconds of the close frame. */
  readonly times: readonly number[]
}
