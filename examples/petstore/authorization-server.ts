import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { type Client, type Context } from 'oidc-provider'
import { SCOPES } from './scopes.ts'
import { signIn } from './sign-in.ts'
import { memoryStore } from './store.ts'

/** A client that is a program of its own and can keep a secret. */
export interface ServiceClient {
  readonly id: string
  readonly secret: string
}

/** A running authorization server. */
export interface AuthorizationServer {
  readonly issuer: string
  /** Clients for the client credentials grant. */
  readonly clients: {
    /** May read pets. */
    readonly reader: ServiceClient
    /** May read and change pets. */
    readonly writer: ServiceClient
    /** May read pets for one second. */
    readonly hasty: ServiceClient
  }
  close (): Promise<void>
}

/** The public client that Swagger UI and the page are. */
export const BROWSER_CLIENT = 'petstore-browser'

/** Lifetimes, in seconds. */
const LIFETIME = { token: 600, hastyToken: 1, code: 60, session: 3600 }

/**
 * Starts an OAuth 2.0 authorization server with discovery, a key set and signed access tokens (RFC 8414, RFC 7517, RFC 9068).
 *
 * @param port 0 for any that is free
 * @param resource identifies the API (RFC 8707); what tokens name as their audience
 * @param origins where pages of the API are served from
 */
export async function startAuthorizationServer (port: number, resource: string, origins: readonly string[]): Promise<AuthorizationServer> {
  let handle: RequestListener = (_request, response) => { response.writeHead(503).end() }
  const server = createServer((request, response) => { handle(request, response) })
  const issuer = await listen(server, port)
  const clients = { reader: newClient('reader'), writer: newClient('writer'), hasty: newClient('hasty') }
  const provider = new Provider(issuer, {
    adapter: memoryStore(),
    jwks: { keys: [await newSigningKey()] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clients: [...Object.values(clients).map(serviceClient), browserClient(origins)],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context: unknown, _indicator: string, { clientId }: Client) => ({
          audience: resource,
          scope: clientId === clients.writer.id || clientId === BROWSER_CLIENT ? Object.keys(SCOPES).join(' ') : 'pets:read',
          accessTokenFormat: 'jwt',
          accessTokenTTL: clientId === clients.hasty.id ? LIFETIME.hastyToken : LIFETIME.token,
          jwt: { sign: { alg: 'ES256' } }
        })
      }
    },
    // Swagger UI and the page fetch their tokens from the browser.
    clientBasedCORS: (_context: unknown, origin: string, client: Client) => client.clientId === BROWSER_CLIENT && origins.includes(origin),
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    renderError (context: Context, { error, error_description: description }: Readonly<Record<string, string>>) {
      context.type = 'text'
      context.body = `${error}: ${description}`
    },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/sign-in/${uid}` },
    ttl: {
      AccessToken: tokenLifetime,
      ClientCredentials: tokenLifetime,
      AuthorizationCode: LIFETIME.code,
      IdToken: LIFETIME.token,
      Interaction: LIFETIME.session,
      Session: LIFETIME.session,
      Grant: LIFETIME.session
    }
  })
  provider.use(signIn(provider, resource, origins))
  handle = provider.callback()
  return { issuer, clients, close: () => close(server) }
}

function tokenLifetime (_context: unknown, { resourceServer }: { resourceServer: { accessTokenTTL: number } }): number {
  return resourceServer.accessTokenTTL
}

function newClient (id: string): ServiceClient {
  return { id, secret: randomBytes(24).toString('base64url') }
}

function serviceClient ({ id, secret }: ServiceClient) {
  return { client_id: id, client_secret: secret, grant_types: ['client_credentials'], response_types: [], redirect_uris: [] }
}

function browserClient (origins: readonly string[]) {
  return {
    client_id: BROWSER_CLIENT,
    client_name: 'Petstore in the browser',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: origins.flatMap((origin) => [`${origin}/documentation/static/oauth2-redirect.html`, `${origin}/`])
  }
}

async function newSigningKey () {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...await exportJWK(privateKey), kid: randomUUID(), use: 'sig', alg: 'ES256' }
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
