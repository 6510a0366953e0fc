import t from 'tap'
import { schemeWriter, writeScheme } from '../../../../lib/docs/asyncapi/schemes.ts'
import { collectComponents } from '../../../../lib/docs/components.ts'
import { apiKey, basic, bearer, http, mutualTls, oauth2, openIdConnect, type SchemeDefinition } from '../../../../lib/index.ts'
import type { Requirement } from '../../../../lib/requirement/parse.ts'

const verify = () => null
const parse = (text: string) => text
const absolute = (url: unknown): string | null => typeof url === 'string' && URL.canParse(url, 'https://api.example') ? new URL(url, 'https://api.example').href : null
const nowhere = (url: unknown): string | null => typeof url === 'string' && URL.canParse(url) ? url : null
const url = (path: string) => `https://id.example/${path}`

t.test('every kind of scheme has its form in AsyncAPI', async (t) => {
  const scopes = { read: 'Read', write: 'Write' }
  const clientCredentials = { tokenUrl: url('token'), refreshUrl: url('refresh'), scopes }
  const table: [what: string, definition: SchemeDefinition, needed: string[], written: object][] = [
    ['bearer', bearer({ bearerFormat: 'JWT', verify }).definition, [], { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }],
    ['roles', bearer({ roles: ['admin'], verify }).definition, ['admin'], { type: 'http', scheme: 'bearer', 'x-required-roles': ['admin'] }],
    ['basic', basic({ verify }).definition, [], { type: 'http', scheme: 'basic' }],
    ['a word of its own', http({ scheme: 'Hawk', parse, verify }).definition, [], { type: 'http', scheme: 'hawk' }],
    ['a word in upper case', { type: 'http', scheme: 'BEARER' }, [], { type: 'http', scheme: 'bearer' }],
    ['an API key', apiKey({ in: 'header', name: 'X-Key', verify }).definition, [], { type: 'httpApiKey', name: 'X-Key', in: 'header' }],
    ['a cookie', apiKey({ in: 'cookie', name: 'sid', verify }).definition, [], { type: 'httpApiKey', name: 'sid', in: 'cookie' }],
    ['a parameter', apiKey({ in: 'query', name: 'key', verify }).definition, [], { type: 'httpApiKey', name: 'key', in: 'query' }],
    ['a certificate', mutualTls({ roles: ['plant'], verify }).definition, ['plant'], { type: 'X509', 'x-required-roles': ['plant'] }],
    ['OpenID Connect', openIdConnect({ openIdConnectUrl: url('c'), verify }).definition, ['read'], { type: 'openIdConnect', openIdConnectUrl: url('c'), scopes: ['read'] }],
    ['OAuth', oauth2({ flows: { clientCredentials }, oauth2MetadataUrl: url('m'), verify }).definition, ['read'], {
      type: 'oauth2',
      flows: { clientCredentials: { tokenUrl: url('token'), refreshUrl: url('refresh'), availableScopes: scopes } },
      'x-oauth2MetadataUrl': url('m'),
      scopes: ['read']
    }],
    ['OAuth without scopes', oauth2({ flows: { implicit: { authorizationUrl: '/authorize', scopes: {} } }, verify }).definition, [], {
      type: 'oauth2', flows: { implicit: { authorizationUrl: 'https://api.example/authorize', availableScopes: {} } }, scopes: []
    }],
    ['a flow with URLs of others', {
      type: 'oauth2', flows: { password: { tokenUrl: url('token'), authorizationUrl: url('authorize'), scopes: {}, 'x-note': 1 } }, 'x-logo': url('logo')
    }, [], { type: 'oauth2', flows: { password: { tokenUrl: url('token'), availableScopes: {}, 'x-note': 1 } }, 'x-logo': url('logo'), scopes: [] }],
    ['a device flow', oauth2({ flows: { deviceAuthorization: { deviceAuthorizationUrl: url('d'), tokenUrl: url('token'), scopes } }, verify }).definition, [], {
      type: 'oauth2', flows: {}, 'x-flows': { deviceAuthorization: { deviceAuthorizationUrl: url('d'), tokenUrl: url('token'), scopes } }, scopes: []
    }]
  ]
  for (const [what, definition, needed, written] of table) t.strictSame(writeScheme('one', definition, needed, absolute), written, what)
})

t.test('a flow with URLs that are relative to nobody knows what is not claimed to be absolute', async (t) => {
  const flow = { tokenUrl: '/token', scopes: {} }
  t.strictSame(writeScheme('one', { type: 'oauth2', flows: { password: flow } }, [], nowhere), { type: 'oauth2', flows: {}, 'x-flows': { password: flow }, scopes: [] })
})

t.test('a type that OpenAPI does not know is refused', async (t) => {
  for (const type of ['plain', 'toString']) {
    t.throws(() => writeScheme('odd', { type }, [], absolute), { code: 'FST_SECURITY_ASYNCAPI_INVALID', message: /"odd".*AsyncAPI has no form/ }, type)
  }
})

t.test('there is one object for each scheme and what is needed of it', async (t) => {
  const components = collectComponents({})
  const schemes = { oauth: openIdConnect({ openIdConnectUrl: url('c'), description: 'Ours.', verify }), key: apiKey({ in: 'header', name: 'X-Key', verify }) }
  const write = schemeWriter(schemes, components, absolute)
  const table: [name: string, alternative: Requirement, component: string][] = [
    ['oauth', { oauth: [] }, 'oauth'],
    ['oauth', { oauth: ['pets:read'] }, 'oauth.pets-read'],
    ['oauth', { oauth: ['pets:write'] }, 'oauth.pets-write'],
    ['oauth', { oauth: ['pets:read'] }, 'oauth.pets-read'],
    ['oauth', { oauth: ['pets-read'] }, 'oauth.pets-read-2'],
    ['oauth', { oauth: ['pets:read'], key: [] }, 'oauth.pets-read.with.key'],
    ['key', { oauth: ['pets:read'], key: [] }, 'key.with.oauth.pets-read']
  ]
  for (const [name, alternative, component] of table) {
    t.strictSame(write(name, alternative), { $ref: `#/components/securitySchemes/${component}` }, component)
  }
  const { securitySchemes } = components.toJson() as { securitySchemes: Record<string, object> }
  t.equal(Object.keys(securitySchemes).length, 6)
  t.match(securitySchemes, {
    oauth: { description: 'Ours.' },
    'oauth.pets-read': { description: 'Ours.\n\nNeeded: `pets:read`.', scopes: ['pets:read'], 'x-together-with': undefined },
    'oauth.pets-read.with.key': { description: /Not enough alone.*only together with `key`/, 'x-together-with': { key: [] } },
    'key.with.oauth.pets-read': { description: /^\*\*Not enough alone\*\*: only together with `oauth` \(`pets:read`\)\.$/, 'x-together-with': { oauth: ['pets:read'] } },
    key: undefined
  })
})
