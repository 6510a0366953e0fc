import { fileURLToPath } from 'node:url'
import { buildApi } from './api.ts'
import { BROWSER_CLIENT } from './authorization/clients.ts'
import { startAuthorizationServer, type AuthorizationServer } from './authorization-server.ts'
import { commands, printable, type Command } from './commands.ts'
import { newSecrets, type DemoSecrets } from './schemes.ts'
import { obtainTokens } from './tokens.ts'
import { freePort } from '../support/free-port.ts'

/** The running example. */
export interface Petstore {
  /** Where the API and its pages are. */
  readonly origin: string
  readonly authorizationServer: AuthorizationServer
  readonly secrets: DemoSecrets
  /** Requests to try; their tokens are obtained when this is called. */
  commands (): Promise<Command[]>
  close (): Promise<void>
}

/**
 * Starts the API and, on a port of its own, the authorization server.
 *
 * @param ports 0 for any that is free
 */
export async function start ({ port = 0, issuerPort = 0 }: { port?: number, issuerPort?: number } = {}): Promise<Petstore> {
  const ownPort = port === 0 ? await freePort() : port
  const origin = `http://127.0.0.1:${ownPort}`
  const origins = [origin, `http://localhost:${ownPort}`]
  const secrets = newSecrets()
  const authorizationServer = await startAuthorizationServer(issuerPort, origin, origins)
  try {
    const api = await buildApi({ issuer: authorizationServer.issuer, resource: origin, origins, clientId: BROWSER_CLIENT, secrets })
    await api.listen({ host: '127.0.0.1', port: ownPort })
    return {
      origin,
      authorizationServer,
      secrets,
      commands: async () => commands({ origin, ...secrets, ...await obtainTokens(authorizationServer) }),
      close: async () => { await Promise.all([api.close(), authorizationServer.close()]) }
    }
  } catch (error) {
    await authorizationServer.close()
    throw error
  }
}

async function main (): Promise<void> {
  const petstore = await start({ port: readPort('PORT', 3000), issuerPort: readPort('ISSUER_PORT', 3001) })
  const { origin, authorizationServer: { issuer } } = petstore
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { petstore.close() })
  console.log(`
Petstore

  Documentation         ${origin}/documentation (Authorize, then sign in as Ada or Grace)
  Page with a WebSocket ${origin}/
  Authorization server  ${issuer}/.well-known/openid-configuration

To try, within ten minutes:
`)
  for (const command of await petstore.commands()) console.log(`${printable(command)}\n`)
  console.log(`listening on ${origin}`)
}

function readPort (name: string, otherwise: number): number {
  const port = Number(process.env[name] ?? otherwise)
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new RangeError(`${name} is not a port number`)
  return port
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
