import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** Who may have tokens, and for what. Secrets are new at each start. */
export const SCOPES_OF = { ada: 'chat:read chat:write', grace: 'chat:read', eve: '' } as const
export type Client = keyof typeof SCOPES_OF

/** A running authorization server. */
export interface AuthorizationServer {
  readonly issuer: string
  readonly secrets: Readonly<Record<Client, string>>
  /** Issues a token without being asked over HTTP, for commands to try. */
  issue (client: Client, seconds: number): Promise<string>
  close (): Promise<void>
}

const ALGORITHM = 'ES256'

/**
 * The smallest authorization server that real tokens come from: the client credentials grant (RFC 6749 §4.4) and a key set. Its tokens are
 * those of RFC 9068, signed with a key of this start. The pet store has a whole one, with sign-in and PKCE.
 *
 * @param port 0 for any that is free
 * @param resource identifies the API
 * @param lifetime of tokens, in seconds
 */
export async function startAuthorizationServer (port: number, resource: string, lifetime: number): Promise<AuthorizationServer> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM)
  const kid = randomUUID()
  const keys = JSON.stringify({ keys: [{ ...await exportJWK(publicKey), kid, alg: ALGORITHM, use: 'sig' }] })
  const secret = (): string => randomBytes(18).toString('base64url')
  const secrets = { ada: secret(), grace: secret(), eve: secret() }
  const server = createServer((request, response) => {
    answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body)
    }, () => { response.writeHead(500).end() })
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server's address

  async function issue (client: Client, seconds: number): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const scope = SCOPES_OF[client]
    return await new SignJWT({ client_id: client, ...(scope === '' ? {} : { scope }) })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid })
      .setIssuer(issuer).setAudience(resource).setSubject(client).setJti(randomUUID())
      .setIssuedAt(Math.min(now, now + seconds)).setExpirationTime(now + seconds)
      .sign(privateKey)
  }

  async function answer (request: IncomingMessage): Promise<[status: number, body: string]> {
    if (request.method === 'GET' && request.url === '/keys') return [200, keys]
    if (request.method !== 'POST' || request.url !== '/token') return [404, '{}']
    const client = authenticated(request.headers.authorization, secrets)
    if (client === null) return [401, '{"error":"invalid_client"}']
    if (new URLSearchParams(await text(request)).get('grant_type') !== 'client_credentials') return [400, '{"error":"unsupported_grant_type"}']
    return [200, JSON.stringify({
      access_token: await issue(client, lifetime), token_type: 'Bearer', expires_in: lifetime, scope: SCOPES_OF[client]
    })]
  }

  return {
    issuer,
    secrets,
    issue,
    async close () {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}

/** Client authentication by HTTP Basic (RFC 6749 §2.3.1). */
function authenticated (authorization: string | undefined, secrets: Readonly<Record<Client, string>>): Client | null {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(authorization ?? '') ?? []
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':')
  const known = Object.entries(secrets).find(([client]) => client === id)
  if (known === undefined) return null
  const [given, expected] = [Buffer.from(secret), Buffer.from(known[1])]
  return given.length === expected.length && timingSafeEqual(given, expected) ? id as Client : null // found above
}
