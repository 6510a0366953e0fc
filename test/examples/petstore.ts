import { request, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Command } from '../../examples/petstore/commands.ts'

interface ServiceClient {
  readonly id: string
  readonly secret: string
}

/** What the tests use of the running example. */
export interface Petstore {
  readonly origin: string
  readonly authorizationServer: {
    readonly issuer: string
    readonly clients: Readonly<Record<'reader' | 'writer' | 'hasty', ServiceClient>>
    close (): Promise<void>
  }
  readonly secrets: { readonly partnerKey: string, readonly tillKey: string, readonly managerPassword: string }
  commands (): Promise<Command[]>
  close (): Promise<void>
}

/** Starts the example. The address is computed because declarations of schemes merge across a program, and the tests have their own. */
export async function startPetstore (): Promise<Petstore> {
  const { start }: { start (): Promise<Petstore> } = await import(new URL('../../examples/petstore/server.ts', import.meta.url).href)
  return await start()
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** One value per line. */
  readonly challenges: readonly string[]
  readonly body: string
}

/** Sends header fields exactly as given: repeated, and those of an upgrade too, which fetch does not allow. */
export async function send ({ method, url, headers, body }: Pick<Command, 'method' | 'url' | 'headers' | 'body'>): Promise<Answer> {
  const { host } = new URL(url)
  const length = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))]
  return await new Promise((resolve, reject) => {
    const sent = request(url, { method, agent: false, headers: ['Host', host, ...length, ...headers.flat()] })
    sent.once('error', reject)
    sent.once('upgrade', (_response, socket) => {
      socket.destroy()
      reject(new Error('was upgraded'))
    })
    sent.once('response', (response) => {
      const { statusCode: status = 0, headers, headersDistinct } = response
      text(response).then((body) => { resolve({ status, headers, challenges: headersDistinct['www-authenticate'] ?? [], body }) }, reject)
    })
    sent.end(body)
  })
}

/** GET with a token, or without. */
export function get (url: string, token?: string): Promise<Answer> {
  return send({ method: 'GET', url, headers: token === undefined ? [] : [['Authorization', `Bearer ${token}`]] })
}

/** The `code` of a problem. */
export function codeOf ({ headers, body }: Answer): unknown {
  if (headers['content-type'] !== 'application/problem+json') return undefined
  return (JSON.parse(body) as { code: unknown }).code
}
