import { randomBytes, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { errors, type Client, type Context } from 'oidc-provider'
import { SCOPES } from '../scopes.ts'
import { BROWSER_CLIENT, browserMetadata, serviceMetadata, type ServiceClients } from './clients.ts'
import { signIn } from './sign-in.ts'
import { memoryStore } from './store.ts'

/** What is issued, and to whom. */
export interface ProviderOptions {
  readonly issuer: string
  /** Identifies the API (RFC 8707); what tokens name as their audience. */
  readonly resource: string
  /** Where pages of the API are served from. */
  readonly origins: readonly string[]
  readonly clients: ServiceClients
}

/** Lifetimes, in seconds. */
const LIFETIME = { token: 600, hastyToken: 1, code: 60, session: 3600 }
const ALGORITHM = 'ES256'

/** Configures oidc-provider: discovery, a key set, PKCE and signed access tokens (RFC 8414, RFC 7517, RFC 7636, RFC 9068). */
export async function createProvider (options: ProviderOptions): Promise<Provider> {
  const { issuer, resource, origins, clients } = options
  const provider = new Provider(issuer, {
    adapter: memoryStore(),
    jwks: { keys: [await newSigningKey()] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clients: [...Object.values(clients).map(serviceMetadata), browserMetadata(origins)],
    clientDefaults: { id_token_signed_response_alg: ALGORITHM },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: accessTokens(options)
    },
    // Swagger UI and the page fetch their tokens from the browser.
    clientBasedCORS: (_context: unknown, origin: string, { clientId }: Client) => clientId === BROWSER_CLIENT && origins.includes(origin),
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/sign-in/${uid}` },
    renderError (context: Context, { error, error_description: description }: Readonly<Record<string, string>>) {
      context.type = 'text'
      context.body = `${error}: ${description}`
    },
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
  return provider
}

/** Every access token is for the one API, whether the client names it or not. */
function accessTokens ({ resource, clients: { writer, hasty } }: ProviderOptions) {
  return {
    enabled: true,
    defaultResource: () => resource,
    useGrantedResource: () => true,
    getResourceServerInfo (_context: unknown, indicator: string, { clientId }: Client) {
      if (indicator !== resource) throw new errors.InvalidTarget()
      return {
        audience: resource,
        scope: clientId === writer.id || clientId === BROWSER_CLIENT ? Object.keys(SCOPES).join(' ') : 'pets:read',
        accessTokenFormat: 'jwt',
        accessTokenTTL: clientId === hasty.id ? LIFETIME.hastyToken : LIFETIME.token,
        jwt: { sign: { alg: ALGORITHM } }
      }
    }
  }
}

function tokenLifetime (_context: unknown, { resourceServer }: { resourceServer: { accessTokenTTL: number } }): number {
  return resourceServer.accessTokenTTL
}

async function newSigningKey () {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true })
  return { ...await exportJWK(privateKey), kid: randomUUID(), use: 'sig', alg: ALGORITHM }
}
