/**
 * Loaded into every test process (`.taprc`): whatever refusal the plugin sends, by inject, socket or handshake, passes through the oracles,
 * in tests that look at something else as well.
 */
import { ServerResponse, type OutgoingHttpHeaders } from 'node:http'
import { judge } from './oracles.ts'

const { end, writeHead } = ServerResponse.prototype
const given = new WeakMap<ServerResponse, OutgoingHttpHeaders>()
const faults: string[] = []

ServerResponse.prototype.writeHead = function (this: ServerResponse, ...args: unknown[]) {
  const headers = args.at(-1)
  if (isHeaders(headers)) given.set(this, headers)
  return Reflect.apply(writeHead, this, args) as ServerResponse
} as typeof writeHead

ServerResponse.prototype.end = function (this: ServerResponse, ...args: unknown[]) {
  const headers = { ...this.getHeaders(), ...given.get(this) }
  if (headers['content-type'] === 'application/problem+json' && this.req.method !== 'HEAD') inspect(this.statusCode, headers, bodyOf(this, args[0]))
  return Reflect.apply(end, this, args) as ServerResponse
} as typeof end

function isHeaders (value: unknown): value is OutgoingHttpHeaders {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What inject collects stands on the response; a socket gets it all at the end. */
function bodyOf (
  response: ServerResponse & { readonly _lightMyRequest?: { readonly payloadChunks: readonly Buffer[] } }, last: unknown
): string {
  if (response._lightMyRequest !== undefined) return Buffer.concat(response._lightMyRequest.payloadChunks).toString()
  return typeof last === 'string' || Buffer.isBuffer(last) ? last.toString() : ''
}

function inspect (statusCode: number, headers: OutgoingHttpHeaders, body: string): void {
  const texts = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value : String(value)] as const)
  try {
    judge({ statusCode, headers: Object.fromEntries(texts), body })
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error))
  }
}

process.on('exit', () => {
  if (faults.length === 0) return
  process.exitCode = 1
  console.error(`${faults.length} responses broke an oracle of test/support/oracles.ts, the first: ${faults[0]}`)
})
