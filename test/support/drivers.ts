import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { Connection, requestHead, UPGRADE, type WireResponse } from './wire.ts'

/** What a client presents: field lines as `Name: value`, and query pairs as `?name=value`. */
export type Presented = readonly string[]

export interface Answered {
  readonly statusCode: number
  /** Values by lower-cased name, one per line. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** For a WebSocket that was let in: its first message. */
  readonly body: string
}

/** A way to put a request to a server. */
export interface Driver {
  readonly name: string
  readonly websocket: boolean
  /** Why it cannot express what is presented, if so. */
  cannot (presented: Presented): string | null
  ask (app: FastifyInstance, path: string, presented: Presented): Promise<Answered>
}

/** The origin that {@link HANDSHAKE} claims unless another is presented. */
export const ORIGIN = 'https://app.example'

function split (presented: Presented): { lines: string[], query: string } {
  const query = presented.filter((item) => item.startsWith('?')).map((item) => item.slice(1)).join('&')
  return { lines: presented.filter((item) => !item.startsWith('?')), query: query === '' ? '' : `?${query}` }
}

function pairs (lines: readonly string[]): [name: string, value: string][] {
  return lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
}

/** Every credential presented that is long enough to be searched for: the fixtures' begin with `canary`. */
export function secretsOf (presented: Presented): string[] {
  const decoded = presented.flatMap((item) => {
    const base64 = /^authorization: *basic +([A-Za-z0-9+/]{8,}=*)$/i.exec(item)?.[1]
    return base64 === undefined ? [] : [base64, Buffer.from(base64, 'base64').toString()]
  })
  const canaries = [...presented, ...decoded].flatMap((text) => text.match(/canary[\w~.-]*/g) ?? [])
  return [...new Set([...canaries, ...decoded.filter((text) => text.includes('canary'))])].filter((secret) => secret.length >= 8)
}

export const INJECT: Driver = {
  name: 'inject',
  websocket: false,
  cannot (presented) {
    const names = pairs(split(presented).lines).map(([name]) => name)
    const differentlyWritten = names.length > 0 && new Set(names).size > new Set(names.map((name) => name.toLowerCase())).size
    return differentlyWritten ? 'inject cannot write one field name in two letter cases' : null
  },
  async ask (app, path, presented) {
    const { lines, query } = split(presented)
    const headers = new Map<string, string[]>()
    for (const [name, value] of pairs(lines)) headers.set(name, [...headers.get(name) ?? [], value])
    // An array stands for several lines; the types of light-my-request know only one.
    const fields = Object.fromEntries([...headers].map(([name, values]) => [name,
      values.length === 1 ? values[0] : values])) as Record<string, string>
    const { statusCode, headers: answered, body } = await app.inject({ method: 'GET', url: path + query, headers: fields })
    return {
      statusCode,
      headers: Object.fromEntries(Object.entries(answered).map(([name, value]) => [name,
        [value ?? []].flat().map(String)])),
      body
    }
  }
}

export const SOCKET: Driver = {
  name: 'socket',
  websocket: false,
  cannot: () => null,
  async ask (app, path, presented) {
    const { lines, query } = split(presented)
    return await request(app, 'GET', path + query, [...lines, 'Connection: close'])
  }
}

export const HANDSHAKE: Driver = {
  name: 'handshake',
  websocket: true,
  cannot: () => null,
  async ask (app, path, presented) {
    const { lines, query } = split(presented)
    const origin = pairs(lines).some(([name]) => name.toLowerCase() === 'origin') ? [] : [`Origin: ${ORIGIN}`]
    return await handshake(app, path + query, [...lines, ...origin])
  }
}

/** The drivers that every decision must come out the same with. */
export const DRIVERS: readonly Driver[] = [INJECT, SOCKET, HANDSHAKE]

/** Sends one request over a connection of its own. */
export async function request (app: FastifyInstance, method: string, target: string, lines: readonly string[]): Promise<WireResponse> {
  const connection = await Connection.open(portOf(app))
  try {
    return await connection.send(requestHead(method, target, lines)).response(method)
  } finally {
    connection.socket.destroy()
  }
}

/** Asks for an upgrade; when it is granted, the body is the first message. A refusal must end the connection. */
export async function handshake (app: FastifyInstance, target: string, lines: readonly string[]): Promise<WireResponse> {
  const connection = await Connection.open(portOf(app))
  try {
    const response = await connection.send(requestHead('GET', target, [...UPGRADE, ...lines])).response()
    if (response.statusCode === 101) return { ...response, body: (await connection.frame()).payload.toString() }
    await connection.closed
    return response
  } finally {
    connection.socket.destroy()
  }
}

/** The port of a listening application. */
export function portOf (app: FastifyInstance): number {
  return (app.server.address() as AddressInfo).port // it listens on TCP
}

/** How many connections a server holds. */
export async function openConnections (app: FastifyInstance): Promise<number> {
  return await new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => {
      if (error) reject(error)
      else resolve(count)
    })
  })
}
