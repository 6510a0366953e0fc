import { randomBytes } from 'node:crypto'

/** A client that is a program of its own and can keep a secret. */
export interface ServiceClient {
  readonly id: string
  readonly secret: string
}

/** Clients for the client credentials grant. */
export interface ServiceClients {
  /** May read pets. */
  readonly reader: ServiceClient
  /** May read and change pets. */
  readonly writer: ServiceClient
  /** May read pets for one second. */
  readonly hasty: ServiceClient
}

/** The public client that Swagger UI and the page are. */
export const BROWSER_CLIENT = 'petstore-browser'

/** Secrets are new at each start. */
export function newServiceClients (): ServiceClients {
  const client = (id: string): ServiceClient => ({ id, secret: randomBytes(24).toString('base64url') })
  return { reader: client('reader'), writer: client('writer'), hasty: client('hasty') }
}

/** What the authorization server has to know of a service (RFC 7591 §2). */
export function serviceMetadata ({ id, secret }: ServiceClient) {
  return { client_id: id, client_secret: secret, grant_types: ['client_credentials'], response_types: [], redirect_uris: [] }
}

/** What it has to know of the browser: no secret, and where codes may be sent to. */
export function browserMetadata (origins: readonly string[]) {
  return {
    client_id: BROWSER_CLIENT,
    client_name: 'Petstore in the browser',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: origins.flatMap((origin) => [`${origin}/documentation/static/oauth2-redirect.html`, `${origin}/`])
  }
}
