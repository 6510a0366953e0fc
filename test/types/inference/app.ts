/** Credentials and scopes, inferred from every kind of verifier. */
import Fastify, { type FastifyRequest } from 'fastify'
import fastifySecurity, {
  apiKey, basic, bearer, defineSchemes, http, jwt, mutualTls, oauth2, openIdConnect, refuse, secrets,
  type CredentialsOf, type OAuthFlows, type Scheme, type SchemesFrom, type ScopeOf, type Verify
} from 'fastify-openapi-security'
import { expectSame, expectType } from '../expect.ts'

interface User { readonly name: string, readonly scopes: readonly string[] }
interface Partner { readonly name: string }
class Session { readonly startedAt = new Date() }
const partners = new Map<string, Partner>()
const users = { check: async (_name: string, _password: string): Promise<User | undefined> => undefined }
const find = async (_request: FastifyRequest, _token: string): Promise<User | null> => null
const roles = (isAdmin: boolean): ('admin' | 'auditor')[] => isAdmin ? ['admin', 'auditor'] : ['auditor']
const url = 'https://id.example/'
const place = { in: 'header', name: 'X-Key' } as const
const token = jwt({ issuer: url, audience: url })

const schemes = defineSchemes({
  sync: apiKey({ ...place, verify: (key) => partners.get(key) ?? null }),
  lookup: apiKey({ ...place, verify: (key) => partners.get(key) }),
  async: basic({ verify: async ({ username, password }) => (await users.check(username, password)) ?? null }),
  method: bearer({ async verify (key) { return partners.get(key) } }),
  promised: bearer({ verify: (key, request) => find(request, key) }),
  either: bearer({ verify: (key) => partners.get(key) ?? Promise.resolve<Partner | null>(null) }),
  request: bearer({ verify: async (key, { headers, ip }) => ({ key, ip, host: headers.host }) }),
  refusing: bearer({
    verify: (key) => key === '' ? null : key === 'x' ? refuse('token_expired') : key === 'y' ? false : partners.get(key)
  }),
  refusingLater: bearer({
    verify: async (key) => {
      if (key === '') return refuse('credentials_invalid')
      if (key === 'x') return null
      return { key, scopes: roles(true), expiresAt: 1700000000 }
    }
  }),
  union: bearer({ verify: (key) => key === '' ? { kind: 'user' as const, user: key } : { kind: 'robot' as const, serial: 1 } }),
  class: bearer({ verify: () => new Session() }),
  annotated: bearer({ verify: async (): Promise<Partner> => { throw new Error('cannot tell') } }),
  nobody: bearer({ verify: () => null }),
  certificate: mutualTls({ verify: ({ serialNumber }) => ({ serialNumber }) }),
  own: http({ scheme: 'Device', parse: (text) => text === '' ? null : { id: text }, verify: ({ id }) => ({ device: id }) }),
  secret: bearer({
    verify: secrets([{ value: 'a', credentials: { name: 'Acme', level: 1 } }, { value: 'b', credentials: { name: 'Bit', level: 2 } }])
  }),
  secretKey: apiKey({ ...place, roles: ['admin'], verify: secrets([{ value: 'a', credentials: { name: 'Acme' } }]) }),
  role: apiKey({ ...place, roles: ['admin', 'auditor'], verify: () => ({ name: 'root', scopes: roles(true) }) }),
  roleBasic: basic({ roles: ['admin'], verify: () => null }),
  roleCertificate: mutualTls({ roles: ['admin'], verify: () => null }),
  roleOwn: http({ scheme: 'Device', roles: ['admin'], parse: (text) => text, verify: (text) => ({ text }) }),
  flow: oauth2({ flows: { authorizationCode: { authorizationUrl: url, tokenUrl: url, scopes: { 'pets:read': '', 'pets:write': '' } } }, verify: token }),
  flows: oauth2({
    flows: {
      implicit: { authorizationUrl: url, scopes: { 'pets:read': '' } },
      clientCredentials: { tokenUrl: url, scopes: { 'pets:read': '', 'pets:count': '' } },
      password: { tokenUrl: url, scopes: {} }
    },
    verify: token
  }),
  anyFlow: oauth2({ flows: {} as OAuthFlows, verify: () => null }),
  noScope: oauth2({ flows: { clientCredentials: { tokenUrl: url, scopes: {} } }, verify: token }),
  login: openIdConnect({ openIdConnectUrl: url, verify: token }),
  loginScopes: openIdConnect({ openIdConnectUrl: url, scopes: ['openid', 'email'], verify: token })
})
declare module 'fastify-openapi-security' { interface FastifySecuritySchemes extends SchemesFrom<typeof schemes> {} }

expectSame<CredentialsOf<'sync'>, Partner>()
expectSame<CredentialsOf<'lookup'>, Partner>()
expectSame<CredentialsOf<'async'>, User>()
expectSame<CredentialsOf<'method'>, Partner>()
expectSame<CredentialsOf<'promised'>, User>()
expectSame<CredentialsOf<'either'>, Partner>()
expectSame<CredentialsOf<'request'>, { key: string, ip: string, host: string | undefined }>()
expectSame<CredentialsOf<'refusing'>, Partner>()
expectSame<CredentialsOf<'refusingLater'>, { key: string, scopes: ('admin' | 'auditor')[], expiresAt: number }>()
expectSame<CredentialsOf<'union'>, { kind: 'user', user: string, serial?: never } | { kind: 'robot', serial: number, user?: never }>()
expectSame<CredentialsOf<'class'>, Session>()
expectSame<CredentialsOf<'annotated'>, Partner>()
expectSame<CredentialsOf<'certificate'>, { serialNumber: string }>()
expectSame<CredentialsOf<'own'>, { device: string }>()
expectSame<CredentialsOf<'secret'>, { name: string, level: number }>()
expectSame<CredentialsOf<'secretKey'>, { name: string }>()
expectSame<CredentialsOf<'flow'>['subject'], string>()
expectSame<CredentialsOf<'flow'>, CredentialsOf<'login'>>()

expectSame<ScopeOf<'sync' | 'async' | 'method' | 'certificate' | 'own' | 'secret' | 'noScope'>, never>()
expectSame<ScopeOf<'role'>, 'admin' | 'auditor'>()
expectSame<ScopeOf<'secretKey'>, 'admin'>()
expectSame<ScopeOf<'roleBasic'>, 'admin'>()
expectSame<ScopeOf<'roleCertificate'>, 'admin'>()
expectSame<ScopeOf<'roleOwn'>, 'admin'>()
expectSame<ScopeOf<'flow'>, 'pets:read' | 'pets:write'>()
expectSame<ScopeOf<'flows'>, 'pets:read' | 'pets:count'>()
expectSame<ScopeOf<'anyFlow'>, string>()
expectSame<ScopeOf<'login'>, string>()
expectSame<ScopeOf<'loginScopes'>, 'openid' | 'email'>()

const app = Fastify()
await app.register(fastifySecurity, { schemes, security: [{ flow: ['pets:read'] }, { role: ['admin'] }] })
app.get('/', { schema: { security: [{ flow: ['pets:write'] }, { union: [] }] } }, async (request) => {
  if (request.auth.flow) return request.auth.flow.subject
  return request.auth.union.kind === 'user' ? request.auth.union.user : request.auth.union.serial
})
app.get('/login', { schema: { security: [{ login: ['whatever'] }] } }, async (request) => { expectType<string>()(request.auth.login.subject) })

// Wrappers keep the type.
const sessionCookie = <Credentials extends object> (verify: Verify<string, Credentials>) => apiKey({ in: 'cookie', name: 'session', verify })
const session = sessionCookie((_key, request) => find(request, ''))
expectType<Scheme<User, never>>()(session)

// What is no credentials object is a programming error, with a promise around it too.
// @ts-expect-error -- true
bearer({ verify: () => true })
// @ts-expect-error -- a promise of true
bearer({ verify: async () => true })
// @ts-expect-error -- a boolean
bearer({ verify: (key) => key === 'secret' })
// @ts-expect-error -- a promise of a boolean
bearer({ verify: async (key) => key === 'secret' })
// @ts-expect-error -- a string
bearer({ verify: () => 'Ada' })
// @ts-expect-error -- a promise of a string
apiKey({ ...place, verify: async () => 'Ada' })
// @ts-expect-error -- a promise of a number
openIdConnect({ openIdConnectUrl: url, verify: async () => 1 })
// @ts-expect-error -- not a reason
refuse('whatever')
// @ts-expect-error -- a key is a string
apiKey({ ...place, verify: (key: number) => ({ key }) })
// @ts-expect-error -- no such place
apiKey({ in: 'body', name: 'key', verify: () => null })
// @ts-expect-error -- no such flow
oauth2({ flows: { magic: { scopes: {} } }, verify: token })
// @ts-expect-error -- no verifier
bearer({})
