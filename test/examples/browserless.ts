import * as oauth from 'oauth4webapi'

/** Loopback has no TLS. */
export const INSECURE = { [oauth.allowInsecureRequests]: true }

/** Discovers the authorization server as any client does. */
export async function discover (issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer)
  return await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, INSECURE))
}

/** Obtains a token by the client credentials grant. */
export async function clientCredentials (
  server: oauth.AuthorizationServer, { id, secret }: { id: string, secret: string }, scope: string
): Promise<oauth.TokenEndpointResponse> {
  const client = { client_id: id }
  const response = await oauth.clientCredentialsGrantRequest(server, client, oauth.ClientSecretBasic(secret), { scope }, INSECURE)
  return await oauth.processClientCredentialsResponse(server, client, response)
}

/** A browser's cookies for one origin (RFC 6265 §5.4, without expiry by time). */
class CookieJar {
  readonly #cookies = new Map<string, { value: string, path: string }>()

  store (response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/'
      if (value === '') this.#cookies.delete(`${name} ${path}`)
      else this.#cookies.set(`${name} ${path}`, { value, path })
    }
  }

  header (url: URL): string {
    return [...this.#cookies]
      .filter(([, { path }]) => url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(([key, { value }]) => `${key.split(' ')[0]}=${value}`)
      .join('; ')
  }
}

/**
 * Goes through the authorization endpoint as a user with a browser would: follows redirects, answers the sign-in form.
 *
 * @param user what the button pressed says; empty to deny
 * @returns where the browser is sent in the end, which is not visited
 */
export async function authorize (start: URL, user: string): Promise<URL> {
  const jar = new CookieJar()
  const visit = async (url: URL, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie: jar.header(url) } })
    jar.store(response)
    return response
  }
  let url = start
  for (let steps = 0; steps < 10; steps++) {
    let response = await visit(url)
    if (response.status === 200) {
      if (!(await response.text()).includes(`<button name="user" value="${user}">`)) throw new Error('there is no such button')
      response = await visit(url, { method: 'POST', body: new URLSearchParams({ user }) })
    }
    const location = response.headers.get('location')
    if (location === null) throw new Error(`${url.pathname} answered ${response.status} and leads nowhere`)
    url = new URL(location, url)
    if (url.origin !== start.origin) return url
  }
  throw new Error('went in circles')
}
