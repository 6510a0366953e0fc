import { once } from 'node:events'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { apiKey, bearer, oauth2, refuse, type WebSocketOptions } from 'fastify-openapi-security'
import { WebSocket, type ClientOptions } from 'ws'
import { portOf } from '../../support/drivers.ts'

/** Tokens say what becomes of them: `ada pets:read pets:write ~3` is Ada's, holds two scopes and ends in three seconds. */
export function tokenOf (subject: string, scopes: readonly string[] = ['read'], seconds?: number): string {
  return [subject, ...scopes, ...(seconds === undefined ? [] : [`~${seconds}`])].join('/')
}

export interface Verified { subject: string, scopes: string[], expiresAt?: number }

const ended = new Map<string, number>()

/** Answers for tokens of {@link tokenOf}; `late/…` takes 100 ms, `gone` is expired, `down` cannot be judged, `nobody` is invalid. */
export function verify (token: string): Verified | ReturnType<typeof refuse> | null | Promise<Verified> {
  const [subject = '', ...rest] = token.split('/')
  if (subject === 'nobody') return null
  if (subject === 'gone') return refuse('token_expired')
  if (subject === 'off') return refuse('account_disabled')
  if (subject === 'down') throw new Error('no answer')
  if (subject === 'late') return new Promise((resolve) => { setTimeout(() => { resolve(verify(rest.join('/')) as Verified) }, 100) })
  const scopes = rest.filter((part) => !part.startsWith('~'))
  const lifetime = rest.find((part) => part.startsWith('~'))
  if (lifetime === undefined) return { subject, scopes }
  // The same token ends at the same time, however often it is verified.
  const end = ended.get(token) ?? Date.now() / 1000 + Number(lifetime.slice(1))
  ended.set(token, end)
  return { subject, scopes, expiresAt: end }
}

export const schemes = {
  oauth: oauth2({ flows: { clientCredentials: { tokenUrl: 'https://id.example/token', scopes: { read: '', write: '' } } }, verify }),
  partner: apiKey({ in: 'header', name: 'X-Key', verify: (key) => key === 'secret-key' ? { subject: 'partner' } : null }),
  device: bearer({ realm: 'devices', websocket: ['message'], verify: (token) => token.startsWith('device') ? { subject: token } : null })
}

export interface Started {
  readonly app: FastifyInstance
  /** What handlers saw, in order. */
  readonly seen: unknown[]
}

/** An application with the schemes of this file; routes are still to be added. */
export async function start (
  options: WebSocketOptions, add: (app: FastifyInstance, seen: unknown[]) => unknown, port = 0
): Promise<Started> {
  const app = Fastify()
  const seen: unknown[] = []
  await app.register(websocket)
  await app.register(fastifySecurity, { schemes, security: [{ oauth: ['read'] }], logLevel: 'silent', verifyTimeout: 2000, websocket: options })
  await add(app, seen)
  await app.listen({ host: '127.0.0.1', port })
  return { app, seen }
}

/** A client and everything that came to it. */
export interface Client {
  readonly socket: WebSocket
  readonly messages: string[]
  /** Resolves with `code reason`, or `HTTP <status>` where no connection came about. */
  readonly ended: Promise<string>
  readonly opened: Promise<unknown>
  /** The next message that has not been taken yet. */
  next (): Promise<string>
}

export function connect (
  app: FastifyInstance, path: string, { protocols = [], ...options }: ClientOptions & { protocols?: string[] } = {}
): Client {
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(app)}${path}`, protocols, options)
  const messages: string[] = []
  let taken = 0
  let wake = (): void => {}
  socket.on('message', (data: Buffer) => {
    messages.push(data.toString())
    wake()
  })
  const ended = new Promise<string>((resolve) => {
    socket.on('error', () => {})
    socket.on('unexpected-response', (_request, response) => {
      resolve(`HTTP ${response.statusCode}`)
      socket.terminate()
    })
    socket.on('close', (code, reason) => { resolve(`${code} ${reason.toString()}`.trim()) })
  })
  const next = async (): Promise<string> => {
    while (messages.length <= taken) {
      await new Promise<void>((resolve, reject) => {
        wake = resolve
        ended.then((how) => { reject(new Error(`ended with ${how}`)) }, reject)
      })
    }
    return messages[taken++] ?? ''
  }
  return { socket, messages, ended, opened: once(socket, 'open').catch(() => {}), next }
}

export function bearerOf (token: string): ClientOptions {
  return { headers: { authorization: `Bearer ${token}` } }
}

/** A token among the subprotocols, as browsers send it. */
export function offered (token: string): { protocols: string[] } {
  return { protocols: ['app.v1', `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`] }
}
