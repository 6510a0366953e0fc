import t from 'tap'
import { oauth2 } from '../../../lib/schemes/oauth2.ts'

const verify = (): null => null
const authorizationUrl = 'https://id.example/authorize'
const tokenUrl = 'https://id.example/token'
const deviceAuthorizationUrl = 'https://id.example/device'
const scopes = { read: 'Read', write: 'Change' }

t.test('every flow in the document, with the scopes of all of them', async (t) => {
  const flows = {
    implicit: { authorizationUrl, scopes: { read: 'Read' } },
    password: { tokenUrl, refreshUrl: tokenUrl, scopes: { read: 'Read', legacy: 'Old' } },
    clientCredentials: { tokenUrl, scopes: {} },
    authorizationCode: { authorizationUrl, tokenUrl, scopes },
    deviceAuthorization: { deviceAuthorizationUrl, tokenUrl, scopes: { 'tv:watch': 'Watch' } }
  }
  const scheme = oauth2({ verify, flows, oauth2MetadataUrl: 'https://id.example/.well-known/oauth-authorization-server', description: 'Users' })
  t.strictSame(scheme.definition, { type: 'oauth2', flows, oauth2MetadataUrl: 'https://id.example/.well-known/oauth-authorization-server', description: 'Users' })
  t.strictSame(scheme.scopes, ['read', 'legacy', 'write', 'tv:watch'])
})

t.test('nothing said is not written', async (t) => {
  const { definition, scopes } = oauth2({ verify, flows: { clientCredentials: { tokenUrl, scopes: {} } } })
  t.strictSame(definition, { type: 'oauth2', flows: { clientCredentials: { tokenUrl, scopes: {} } } })
  t.strictSame(scopes, [])
})

t.test('what users pass is not changed, and may be frozen', async (t) => {
  const flows = Object.freeze({ authorizationCode: Object.freeze({ authorizationUrl, tokenUrl, scopes: Object.freeze(scopes) }) })
  const before = JSON.stringify(flows)
  oauth2({ verify, flows })
  t.equal(JSON.stringify(flows), before)
})

t.test('relative URLs are URLs', async (t) => {
  t.doesNotThrow(() => oauth2({ verify, flows: { authorizationCode: { authorizationUrl: '/authorize', tokenUrl: './token', scopes } } }))
})

t.test('flows that are none stop the application', async (t) => {
  const table: [name: string, flows: unknown, message: RegExp][] = [
    ['none', undefined, /`flows` is missing/],
    ['null', null, /`flows` is missing/],
    ['a text', 'authorizationCode', /`flows` is missing/],
    ['empty', {}, /`flows` is missing/],
    ['a flow that is not there', { password: undefined }, /"password" is not an object/],
    ['an empty URL', { password: { tokenUrl: '', scopes } }, /needs the URL/],
    ['a URL with a password (H-12)', { password: { tokenUrl: 'https://u:p@id.example/token', scopes } }, /without user and password/],
    ['another flow', { magic: { tokenUrl, scopes } }, /"magic" is not a flow of OpenAPI/],
    ['a flow of OpenAPI 2', { accessCode: { authorizationUrl, tokenUrl, scopes } }, /"accessCode" is not a flow/],
    ['a flow that objects have', { constructor: { tokenUrl, scopes } }, /"constructor" is not a flow/],
    ['implicit without its URL', { implicit: { scopes } }, /flow "implicit" needs the URL `authorizationUrl`/],
    ['password without its URL', { password: { scopes } }, /flow "password" needs the URL `tokenUrl`/],
    ['client credentials without their URL', { clientCredentials: { scopes } }, /flow "clientCredentials" needs the URL `tokenUrl`/],
    ['authorization code without the first URL', { authorizationCode: { tokenUrl, scopes } }, /needs the URL `authorizationUrl`/],
    ['authorization code without the second URL', { authorizationCode: { authorizationUrl, scopes } }, /needs the URL `tokenUrl`/],
    ['device authorization without its URL', { deviceAuthorization: { tokenUrl, scopes } }, /needs the URL `deviceAuthorizationUrl`/],
    ['a URL that is none', { clientCredentials: { tokenUrl: 'https://', scopes } }, /needs the URL `tokenUrl`/],
    ['a URL that is an object', { clientCredentials: { tokenUrl: new URL(tokenUrl), scopes } }, /needs the URL `tokenUrl`/],
    ['no scopes', { clientCredentials: { tokenUrl } }, /flow "clientCredentials" needs `scopes`, if only {}/],
    ['scopes that are null', { clientCredentials: { tokenUrl, scopes: null } }, /needs `scopes`/],
    ['a scope with a space', { clientCredentials: { tokenUrl, scopes: { 'a b': '' } } }, /declares "a b", which is not a scope name/],
    ['an empty scope', { clientCredentials: { tokenUrl, scopes: { '': '' } } }, /declares "", which is not a scope name/],
    ['a scope with a quote', { clientCredentials: { tokenUrl, scopes: { 'a"b': '' } } }, /which is not a scope name/],
    ['the second flow is wrong', { clientCredentials: { tokenUrl, scopes }, password: { scopes } }, /flow "password"/]
  ]
  for (const [name, flows, message] of table) t.throws(() => oauth2({ verify, flows } as never), { code: 'FST_SECURITY_SCHEME_INVALID', message }, name)
})
