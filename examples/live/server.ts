import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { buildApi } from './api.ts'
import { startAuthorizationServer, type AuthorizationServer } from './authorization-server.ts'
import { commands, printable, type Command } from './commands.ts'
import { freePort } from '../support/free-port.ts'

/** The running example. */
export interface Live {
  /** Where the chat and its page are. */
  readonly origin: string
  readonly authorizationServer: AuthorizationServer
  readonly operatorKey: string
  /** Requests to try; their tokens live for ten minutes. */
  commands (): Promise<Command[]>
  close (): Promise<void>
}

/** Where the example listens; 0 for any port that is free. */
export interface LiveOptions {
  readonly port?: number
  readonly issuerPort?: number
  /** Of the tokens that the page gets, in seconds. */
  readonly lifetime?: number
}

/** Starts the chat and, on a port of its own, the authorization server. */
export async function start ({ port = 0, issuerPort = 0, lifetime = 20 }: LiveOptions = {}): Promise<Live> {
  const ownPort = port === 0 ? await freePort() : port
  const origin = `http://127.0.0.1:${ownPort}`
  const operatorKey = randomBytes(18).toString('base64url')
  const authorizationServer = await startAuthorizationServer(issuerPort, origin, lifetime)
  try {
    const api = await buildApi({
      authorizationServer, resource: origin, origins: [origin, `http://localhost:${ownPort}`], operatorKey, warnBefore: Math.ceil(lifetime / 2)
    })
    await api.listen({ host: '127.0.0.1', port: ownPort })
    return {
      origin,
      authorizationServer,
      operatorKey,
      commands: () => commandsWith(origin, authorizationServer, operatorKey),
      close: async () => { await Promise.all([api.close(), authorizationServer.close()]) }
    }
  } catch (error) {
    await authorizationServer.close()
    throw error
  }
}

async function commandsWith (origin: string, { issuer, secrets, issue }: AuthorizationServer, operatorKey: string): Promise<Command[]> {
  const [reading, nothing, expired] = await Promise.all([issue('grace', 600), issue('eve', 600), issue('grace', -60)])
  return commands({ origin, issuer, secret: secrets.ada, reading, nothing, expired, operatorKey })
}

async function main (): Promise<void> {
  const live = await start({ port: readNumber('PORT', 3002), issuerPort: readNumber('ISSUER_PORT', 3003), lifetime: readNumber('LIFETIME', 20) })
  const { origin, operatorKey } = live
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { live.close() })
  console.log(`
Live

  Page          ${origin}/
  Documents     ${origin}/documentation/json (OpenAPI), ${origin}/documentation/asyncapi.json (AsyncAPI)
  Operator key  ${operatorKey} (for the button that ends connections)

To try, within ten minutes:
`)
  for (const command of await live.commands()) console.log(`${printable(command)}\n`)
  console.log(`listening on ${origin}`)
}

function readNumber (name: string, otherwise: number): number {
  const value = Number(process.env[name] ?? otherwise)
  if (!Number.isInteger(value) || value < 0 || value > 65535) throw new RangeError(`${name} is not a number from 0 to 65535`)
  return value
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
