import { createHash, randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/** Scopes that tokens may have, and what they allow. */
export const SCOPES = { read: 'Read', write: 'Write' } as const
export const CLIENT = { id: 'documentation', secret: 'documentation-secret' } as const
export const USER = { username: 'ada', password: 'ada-password' } as const

export interface Issued {
  readonly by: string
  readonly scopes: readonly string[]
}

type Form = Readonly<Record<string, string>>
interface Code { readonly challenge: string, readonly redirectUri: string, readonly scope: string }

/** An authorization server for tests: opaque tokens in memory, nobody is asked to sign in, every client gets what it asks for. */
export interface AuthorizationServer {
  /** What is known of a token. */
  find (token: string): Issued | null
  issue (by: string, scope: string): string
  /** Adds discovery, the authorization endpoint with PKCE, and the token endpoint, to be served from the API's own origin. */
  register (app: FastifyInstance, issuer: string): Promise<void>
}

export function createAuthorizationServer (): AuthorizationServer {
  const tokens = new Map<string, Issued>()
  const codes = new Map<string, Code>()
  const issue = (by: string, scope: string): string => {
    const token = randomUUID()
    tokens.set(token, { by, scopes: scope.split(' ') })
    return token
  }

  /** Who gets a token, by RFC 6749 §4; `null` for nobody. */
  const grant = (form: Form, client: Form): { by: string, scope: string } | null => {
    const { scope = '' } = form
    const proven = client['id'] === CLIENT.id && client['secret'] === CLIENT.secret
    if (form['grant_type'] === 'client_credentials') return proven ? { by: 'client', scope } : null
    if (form['grant_type'] === 'password') {
      return proven && form['username'] === USER.username && form['password'] === USER.password ? { by: 'user', scope } : null
    }
    const code = codes.get(form['code'] ?? '')
    codes.delete(form['code'] ?? '')
    const digest = createHash('sha256').update(form['code_verifier'] ?? '').digest('base64url')
    return code?.challenge === digest && code.redirectUri === form['redirect_uri'] ? { by: 'code', scope: code.scope } : null
  }

  return {
    find: (token) => tokens.get(token) ?? null,
    issue,
    async register (app, issuer) {
      app.security.default([])
      app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
        done(null, Object.fromEntries(new URLSearchParams(body.toString())))
      })
      app.get('/.well-known/openid-configuration', { schema: { hide: true } }, async () => ({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        scopes_supported: Object.keys(SCOPES),
        response_types_supported: ['code'],
        grant_types_supported: ['authorization_code', 'client_credentials', 'password'],
        code_challenge_methods_supported: ['S256']
      }))
      app.get<{ Querystring: Form }>('/authorize', { schema: { hide: true } }, async ({ query }, reply) => {
        const { redirect_uri: redirectUri = '', state = '', scope = '', code_challenge: challenge = '' } = query
        if (!redirectUri.startsWith(`${issuer}/`) || query['code_challenge_method'] !== 'S256') return await reply.code(400).send()
        const code = randomUUID()
        codes.set(code, { challenge, redirectUri, scope })
        return await reply.redirect(`${redirectUri}?${new URLSearchParams({ code, state }).toString()}`)
      })
      app.post<{ Body: Form }>('/token', { schema: { hide: true } }, async ({ body, headers }, reply) => {
        const granted = grant(body, clientOf(headers.authorization, body))
        if (granted === null) return await reply.code(400).send({ error: 'invalid_grant' })
        return { access_token: issue(granted.by, granted.scope), token_type: 'Bearer', expires_in: 600, scope: granted.scope }
      })
    }
  }
}

/** RFC 6749 §2.3.1: in the Authorization field or in the form. */
function clientOf (authorization: string | undefined, form: Form): Form {
  if (authorization === undefined) return { id: form['client_id'] ?? '', secret: form['client_secret'] ?? '' }
  const [id = '', secret = ''] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString().split(':')
  return { id, secret }
}
