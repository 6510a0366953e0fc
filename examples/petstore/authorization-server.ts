import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newServiceClients, type ServiceClients } from './authorization/clients.ts'
import { createProvider } from './authorization/provider.ts'

/** A running authorization server. */
export interface AuthorizationServer {
  readonly issuer: string
  readonly clients: ServiceClients
  close (): Promise<void>
}

/**
 * Starts an OAuth 2.0 authorization server on loopback. It listens before it is configured, because the port is part of its name.
 *
 * @param port 0 for any that is free
 * @param resource identifies the API
 * @param origins where pages of the API are served from
 */
export async function startAuthorizationServer (port: number, resource: string, origins: readonly string[]): Promise<AuthorizationServer> {
  let handle: RequestListener = (_request, response) => { response.writeHead(503).end() }
  const server = createServer((request, response) => { handle(request, response) })
  const issuer = await listen(server, port)
  const clients = newServiceClients()
  const provider = await createProvider({ issuer, resource, origins, clients })
  handle = provider.callback()
  return { issuer, clients, close: () => close(server) }
}

async function listen (server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server's address
}

async function close (server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
