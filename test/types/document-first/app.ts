/** `schemesFrom`: names, credentials and scopes, from verifiers and from as much as the type of the document tells. */
import { readFileSync } from 'node:fs'
import type { PeerCertificate } from 'node:tls'
import Fastify, { type FastifyRequest } from 'fastify'
import fastifySecurity, {
  http, jwt, mutualTls, refuse, secrets, type BasicCredential, type CredentialsOf, type Scheme, type SchemesFrom, type ScopeOf
} from 'fastify-openapi-security'
import { schemesFrom } from 'fastify-openapi-security/document'
import { expectSame, expectType, use } from '../expect.ts'
import imported from './petstore.json' with { type: 'json' }

interface User { readonly name: string, readonly scopes: readonly string[] }
interface Partner { readonly name: string }
const partners = new Map<string, Partner>()
const find = async (_request: FastifyRequest, _token: string): Promise<User | null> => null
const url = 'https://id.example/'
const token = jwt({ issuer: url, audience: url })

const document = {
  openapi: '3.1.0',
  info: { title: 'Pets', version: '1.0.0' },
  paths: {},
  components: {
    securitySchemes: {
      partner: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      session: { type: 'apiKey', in: 'cookie', name: 'sid' },
      user: { type: 'http', scheme: 'Bearer', bearerFormat: 'JWT' },
      staff: { type: 'http', scheme: 'BASIC' },
      oauth: {
        type: 'oauth2',
        flows: {
          authorizationCode: { authorizationUrl: url, tokenUrl: url, scopes: { 'pets:read': 'Read', 'pets:write': 'Change' } },
          clientCredentials: { tokenUrl: url, scopes: { 'pets:count': 'Count' } }
        }
      },
      login: { type: 'openIdConnect', openIdConnectUrl: url },
      machine: { type: 'mutualTLS' },
      forwarded: { type: 'mutualTLS' },
      hawk: { type: 'http', scheme: 'hawk' },
      alias: { $ref: '#/components/securitySchemes/staff' }
    }
  }
} as const

const schemes = schemesFrom(document, {
  partner: (key) => { expectType<string>()(key); return partners.get(key) },
  session: async (key, { headers, ip }) => ({ key, ip, host: headers.host }),
  user: (token, request) => find(request, token),
  staff: async ({ username, password }) => {
    expectType<string>()(username)
    return password === '' ? refuse('account_disabled') : { username }
  },
  oauth: token,
  login: (token) => token === '' ? null : token === 'x' ? refuse('token_expired') : { subject: token, scopes: ['email'] },
  machine: (certificate) => { expectType<PeerCertificate>()(certificate); return { serialNumber: certificate.serialNumber } },
  forwarded: mutualTls({ proxy: { header: 'Client-Cert', addresses: ['127.0.0.1'] }, verify: () => ({ forwarded: true }) }),
  hawk: http({ scheme: 'Hawk', roles: ['admin'], parse: (text) => text, verify: (text) => ({ hawk: text }) }),
  alias: (credential: BasicCredential) => ({ alias: credential.username })
})
declare module 'fastify-openapi-security' { interface FastifySecuritySchemes extends SchemesFrom<typeof schemes> {} }

expectSame<keyof typeof schemes, keyof typeof document.components.securitySchemes>()
expectSame<CredentialsOf<'partner'>, Partner>()
expectSame<CredentialsOf<'session'>, { key: string, ip: string, host: string | undefined }>()
expectSame<CredentialsOf<'user'>, User>()
expectSame<CredentialsOf<'staff'>, { username: string }>()
expectSame<CredentialsOf<'oauth'>['subject'], string>()
expectSame<CredentialsOf<'login'>, { subject: string, scopes: string[] }>()
expectSame<CredentialsOf<'machine'>, { serialNumber: string }>()
expectSame<CredentialsOf<'forwarded'>, { forwarded: boolean }>()
expectSame<CredentialsOf<'hawk'>, { hawk: string }>()
expectSame<CredentialsOf<'alias'>, { alias: string }>()
expectSame<ScopeOf<'oauth'>, 'pets:read' | 'pets:write' | 'pets:count'>()
expectSame<ScopeOf<'login' | 'partner'>, string>()
expectSame<ScopeOf<'hawk'>, 'admin'>()

const app = Fastify()
await app.register(fastifySecurity, { schemes, security: [{ oauth: ['pets:read'] }] })
app.get('/', { schema: { security: [{ partner: ['any-role'] }, { oauth: [], machine: [] }] } }, async (request) => {
  if (request.auth.partner) return request.auth.partner.name
  return `${request.auth.oauth.subject} ${request.auth.machine.serialNumber}`
})

// Written in place, no `as const` is needed.
const inPlace = schemesFrom(
  { openapi: '3.0.3', components: { securitySchemes: { key: { type: 'apiKey', in: 'query', name: 'key' } } } },
  { key: (key) => ({ length: key.length }) }
)
expectType<Scheme<{ length: number }>>()(inPlace.key)

// Parsed, imported or described by a general type, it may be any credential, unless the author says which.
const parsed = JSON.parse(readFileSync('openapi.json', 'utf8'))
const fromParsed = schemesFrom(parsed, {
  key: (key: string) => partners.get(key) ?? null,
  staff: async ({ username }: BasicCredential) => ({ username }),
  machine: (certificate: PeerCertificate) => ({ name: certificate.subject.CN }),
  whatever: (credential) => {
    expectType<string | BasicCredential | PeerCertificate>()(credential)
    return typeof credential === 'string' ? { credential } : null
  },
  oauth: token,
  service: secrets([{ value: 'change-me', credentials: { name: 'billing' } }]),
  forwarded: mutualTls({ verify: () => null })
})
expectType<Scheme<Partner>>()(fromParsed.key)
expectType<Scheme<{ username: string }>>()(fromParsed.staff)
expectType<Scheme<{ credential: string }>>()(fromParsed.whatever)
expectType<Scheme<{ name: string }>>()(fromParsed.service)
// @ts-expect-error -- no verifier was given for it
use(fromParsed.other)

const general: Record<string, unknown> = parsed
const ofObject = schemesFrom(general as object, { key: (key: string) => ({ key }) })
expectType<Scheme<{ key: string }>>()(ofObject.key)
expectType<Scheme<{ key: string }>>()(schemesFrom(general, { key: (key: string) => ({ key }) }).key)

// JSON imports know names, and no more than `type: string`.
const fromImported = schemesFrom(imported, {
  partner: (key: string) => partners.get(key),
  staff: ({ username }: BasicCredential) => ({ username }),
  machine: mutualTls({ verify: () => ({ known: true }) })
})
expectType<Scheme<Partner>>()(fromImported.partner)
// @ts-expect-error -- a scheme has no verifier
schemesFrom(imported, { partner: () => null })

const { partner } = document.components.securitySchemes
const one = { openapi: '3.1.0', components: { securitySchemes: { partner } } } as const
// @ts-expect-error -- no verifier
schemesFrom(one, {})
// @ts-expect-error -- no such scheme
schemesFrom(one, { partner: () => null, partnr: () => null })
// @ts-expect-error -- true is no credentials object
schemesFrom(one, { partner: () => true })
// @ts-expect-error -- nor a promise of true
schemesFrom(one, { partner: async () => true })
// @ts-expect-error -- nor a text
schemesFrom(general, { partner: async () => 'Ada' })
// @ts-expect-error -- a key is a string
schemesFrom(one, { partner: (key: number) => ({ key }) })
// @ts-expect-error -- nor a user-id and password
schemesFrom(one, { partner: (key: BasicCredential) => ({ key }) })
// @ts-expect-error -- not a verifier
schemesFrom(one, { partner: {} })
// @ts-expect-error -- a document is an object
schemesFrom('openapi.json', {})
// @ts-expect-error -- hawk cannot be made of a verifier alone
schemesFrom({ openapi: '3.1.0', components: { securitySchemes: { hawk: { type: 'http', scheme: 'hawk' } } } }, { hawk: (text) => ({ text }) })
