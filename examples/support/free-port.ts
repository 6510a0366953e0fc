import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/** For an application that must know its own origin before it listens, because tokens, redirects or its document name it. */
export async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server's address
  server.close()
  await once(server, 'close')
  return port
}
