import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, {
  apiKey, basic, bearer, mutualTls, oauth2, openIdConnect, secrets, type Security
} from 'fastify-openapi-security'
import { createAuthorizationServer, SCOPES, USER, type AuthorizationServer } from './authorization-server.ts'
import { freePort } from '../../examples/support/free-port.ts'

export const TOKEN = 'bearer-token'
export const HEADER_KEY = 'header-key'
export const QUERY_KEY = 'query-key'
export const COOKIE_KEY = 'cookie-key'

/** What each operation asks; its path and operationId follow from the name. */
export const OPERATIONS = {
  basic: [{ basic: [] }],
  bearer: [{ bearer: [] }],
  header: [{ header: [] }],
  query: [{ query: [] }],
  cookie: [{ cookie: [] }],
  oauth: [{ oauth: ['read'] }],
  write: [{ oauth: ['write'] }],
  login: [{ login: ['read'] }],
  certificate: [{ certificate: [] }],
  both: [{ bearer: [], header: [] }],
  either: [{ header: [] }, { bearer: [] }],
  optional: [{ bearer: [] }, {}],
  open: []
} satisfies Record<string, Security>

export type Operation = keyof typeof OPERATIONS

/** An answer of the fixture in a few words: `200 bearer`, `403 scope_insufficient: write`. */
export function summarize (status: number, body: unknown): string {
  const { by, code, required_scopes: scopes } = body as { by?: string, code?: string, required_scopes?: string[] } // what the fixture sends
  return `${status} ${code ?? (by === '' ? 'nobody' : by)}${scopes === undefined ? '' : `: ${scopes.join(' ')}`}`
}

/** The fixture: an application with every scheme, and an authorization server at the same origin. */
export interface Application {
  readonly app: FastifyInstance
  readonly origin: string
  readonly authorizationServer: AuthorizationServer
  close (): Promise<void>
}

/**
 * Starts the fixture.
 *
 * @param version of OpenAPI
 * @param documentation adds pages that show the document; what it registers is public
 */
export async function startApplication (
  version: string, documentation: (scope: FastifyInstance) => Promise<void> = async () => {}
): Promise<Application> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const authorizationServer = createAuthorizationServer()
  const app = Fastify({ forceCloseConnections: true })
  await app.register(swagger, {
    openapi: { openapi: version, info: { title: 'Every scheme', version: '1.0.0' }, servers: [{ url: origin }] }
  })
  await app.register(fastifySecurity, { schemes: makeSchemes(origin, authorizationServer), security: [{ bearer: [] }] })
  for (const [name, security] of Object.entries(OPERATIONS)) {
    app.get(`/${name}`, {
      schema: { operationId: name, security, response: { 200: { type: 'object', required: ['by'], properties: { by: { type: 'string' } } } } }
    }, async (request) => ({ by: Object.keys(request.auth ?? {}).sort().join(' and ') }))
  }
  await app.register((scope) => authorizationServer.register(scope, origin))
  await app.register(async (scope) => {
    scope.security.default([])
    await documentation(scope)
  })
  await app.listen({ host: '127.0.0.1', port })
  return { app, origin, authorizationServer, close: () => app.close() }
}

function makeSchemes (origin: string, { find }: AuthorizationServer) {
  const endpoints = { authorizationUrl: `${origin}/authorize`, tokenUrl: `${origin}/token` }
  const one = (value: string) => secrets([{ value, credentials: { name: 'Ada' } }])
  const user = one(`${USER.username}:${USER.password}`)
  return {
    basic: basic({ verify: ({ username, password }) => user(`${username}:${password}`) }),
    bearer: bearer({ verify: one(TOKEN) }),
    header: apiKey({ in: 'header', name: 'X-API-Key', verify: one(HEADER_KEY) }),
    query: apiKey({ in: 'query', name: 'api_key', verify: one(QUERY_KEY) }),
    cookie: apiKey({ in: 'cookie', name: 'session', verify: one(COOKIE_KEY) }),
    oauth: oauth2({
      flows: {
        authorizationCode: { ...endpoints, scopes: SCOPES },
        clientCredentials: { tokenUrl: endpoints.tokenUrl, scopes: SCOPES },
        password: { tokenUrl: endpoints.tokenUrl, scopes: SCOPES }
      },
      verify: find
    }),
    login: openIdConnect({ openIdConnectUrl: `${origin}/.well-known/openid-configuration`, verify: find }),
    certificate: mutualTls({ proxy: { header: 'Client-Cert', addresses: ['127.0.0.1'] }, verify: () => ({ name: 'Ada' }) })
  }
}
