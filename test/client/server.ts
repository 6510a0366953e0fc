import type { FastifyInstance } from 'fastify'
import { WebSocket as Undici } from 'undici'
import { WebSocket as Ws } from 'ws'
import type { WebSocketOptions } from 'fastify-openapi-security'
import type { ConnectOptions, RenewalOutcome, StateChange } from '../../lib/client/options.ts'
import type { Connection } from '../../lib/client/connection.ts'
import type { WebSocketConstructor } from '../../lib/client/socket.ts'
import { start } from '../behaviour/connections/app.ts'
import { openConnections, portOf } from '../support/drivers.ts'
import { connectQuickly } from './sockets.ts'

/** The classes that a client can be given where there is no global one. */
export const CLASSES: readonly (readonly [name: string, WebSocket: WebSocketConstructor])[] = [['ws', Ws], ['undici', Undici]]

/** An application that echoes at `/live` with who says it, and gives out tickets for that. */
export async function serve (options: WebSocketOptions = {}, port = 0): Promise<FastifyInstance> {
  const { app } = await start({ refuse: 'close', ticket: true, query: true, ...options }, (app) => {
    app.get('/live', { websocket: true }, (socket, request) => {
      socket.on('message', (data: Buffer) => { socket.send(`${data.toString()} from ${subjectOf(request)}`) })
    })
    app.post('/tickets', async (request) => app.security.ticket(request, { for: '/live', ttl: 10 }))
  }, port)
  return app
}

function subjectOf ({ auth }: { readonly auth: unknown }): string {
  return (auth as { oauth: { subject: string } }).oauth.subject // the scheme of both routes
}

/** Fetches a ticket as a page would. */
export async function ticketOf (app: FastifyInstance, token: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${portOf(app)}/tickets`, {
    method: 'POST', headers: { authorization: `Bearer ${token}`, connection: 'close' }
  })
  if (!response.ok) throw new Error(`the application answered ${response.status}`)
  return await response.text()
}

/** Milliseconds after which something is taken not to come any more; far more than it takes. */
const PATIENCE = 15_000

/** A connection of the client, and everything that came of it. */
export interface Followed {
  readonly live: Connection
  /** Changes of state as `open chat.v1`, `waiting 3000 token_expired` or `closed 3003 scope_insufficient`, and what came of renewals. */
  readonly log: readonly string[]
  readonly messages: readonly string[]
  /** What `fresh` was, each time a token was asked for. */
  readonly asked: readonly boolean[]
  /** Resolves when the log or the messages have this entry, so many times in all. If they do not get it, the connection is closed. */
  until (entry: string, times?: number): Promise<void>
}

/** Connects with tokens in the order given, the last of which stays. */
export function follow (app: FastifyInstance, tokens: readonly string[], options: Partial<ConnectOptions>, path = '/live'): Followed {
  const log: string[] = []
  const messages: string[] = []
  const asked: boolean[] = []
  const waiting = new Set<() => void>()
  const note = (list: string[], entry: string): void => {
    list.push(entry)
    for (const check of waiting) check()
  }
  const live = connectQuickly(`ws://127.0.0.1:${portOf(app)}${path}`, {
    token: ({ fresh }) => tokens[Math.min(asked.push(fresh), tokens.length) - 1] ?? null,
    ...options,
    onMessage: (data) => { note(messages, String(data)) },
    onStateChange: (change) => { note(log, written(change)) },
    onRenewal: (outcome) => { note(log, writtenRenewal(outcome)) }
  } as ConnectOptions) // has a token
  const until = (entry: string, times = 1): Promise<void> => new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting.delete(check)
      live.close()
      reject(new Error(`"${entry}" did not come; what came: ${JSON.stringify([...log, ...messages])}`))
    }, PATIENCE)
    const check = (): void => {
      if ([...log, ...messages].filter((one) => one === entry).length < times) return
      waiting.delete(check)
      clearTimeout(timer)
      resolve()
    }
    waiting.add(check)
    check()
  })
  return { live, log, messages, asked, until }
}

function written (change: StateChange): string {
  if (change.state === 'open') return `open ${change.protocol}`.trim()
  if (change.state === 'connecting') return change.state
  const { code, reason, scopes } = change.ending
  return [change.state, code ?? 'none', reason, ...scopes].join(' ').trim()
}

function writtenRenewal (outcome: RenewalOutcome): string {
  return outcome.renewed ? 'renewed' : `not renewed: ${outcome.code}`
}

/** Resolves when a server holds no connection any more. */
export async function emptied (app: FastifyInstance): Promise<void> {
  for (let waited = 0; await openConnections(app) > 0; waited += 20) {
    if (waited > PATIENCE) throw new Error(`${await openConnections(app)} connections are left`)
    await new Promise((resolve) => { setTimeout(resolve, 20) })
  }
}
