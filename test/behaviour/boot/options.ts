import { apiKey, basic, bearer, http, mutualTls, oauth2, openIdConnect, type FastifySecurityOptions } from 'fastify-openapi-security'
import { jwt } from '../../../lib/tokens/jwt.ts'
import { secrets } from '../../../lib/tokens/secrets.ts'
import { makeSchemes } from '../../support/schemes.ts'
import { plug, type BootRow } from './row.ts'

const verify = () => null

function option (name: string, value: unknown, says = name): BootRow {
  const shown = typeof value === 'object' ? JSON.stringify(value) : typeof value === 'function' ? 'a function' : String(value)
  return [`option ${name}: ${shown}`, 'FST_SECURITY_OPTIONS_INVALID', [says], (app) => plug(app, { [name]: value })]
}

/** Texts that no header field can hold, or that no two readers read alike (STANDARDS G-05, G-06). */
const UNWRITABLE: readonly (readonly [shows: string, text: string])[] = [
  ['CR', 'a\rb'], ['LF', 'a\nb'], ['CRLF and a field', 'a\r\nSet-Cookie: x=1'], ['NUL', 'a\0b'], ['a tab', 'a\tb'], ['DEL', 'a\x7fb'],
  ['é', 'caf\u00e9'],
  ['ł', '\u0142'], ['an emoji', '\u{1f512}'], ['a line separator', 'a\u2028b']
]

/** A scheme that its own function refuses to make; the values are those that types forbid. */
function scheme (shows: string, says: string, make: () => unknown): BootRow {
  return [`scheme: ${shows}`, 'FST_SECURITY_SCHEME_INVALID', [says], make]
}

const flow = { authorizationUrl: 'https://id.example/a', tokenUrl: 'https://id.example/t', scopes: {} }
const forbidden = <Make extends (options: never) => unknown>(make: Make, options: unknown) => () => make(options as never)

export const OPTIONS: readonly BootRow[] = [
  option('realmm', 'x'), option('verify', verify), option('schemas', {}),
  option('schemes', null), option('schemes', undefined), option('schemes', []), option('schemes', 'oauth'),
  option('schemes', { oauth: null }, 'schemes.oauth'),
  option('schemes', { oauth: {} }, 'schemes.oauth'), option('schemes', { oauth: verify }, 'schemes.oauth'),
  option('schemes', { oauth: { ...bearer({ verify }), verify: undefined } }, 'schemes.oauth.verify'),
  option('schemes', { oauth: { ...bearer({ verify }), read: 'x' } }, 'schemes.oauth.read'),
  option('realm', 5), option('realm', ''), option('realm', null),
  option('verifyTimeout', 0), option('verifyTimeout', -1), option('verifyTimeout', 1.5), option('verifyTimeout', '5'),
  option('verifyTimeout', Infinity),
  option('verifyTimeout', NaN), option('verifyTimeout', 2 ** 31), option('verifyTimeout', null),
  option('disclose', 'everything'), option('disclose', true), option('logLevel', 'loud'), option('logLevel', 30),
  option('websocket', true), option('websocket', { origin: ['https://app.example'] }, 'websocket'),
  option('websocket', { origins: 'https://app.example' }, 'websocket.origins'),
  ...['*', 'null', 'app.example', 'https://app.example/', 'https://app.example:443', 'HTTPS://app.example', 'https://APP.example',
    'https://app.example/x', '',
    'https://*.app.example', 'https://u@app.example'].map((origin): BootRow => option('websocket', { origins: [origin] },
    'websocket.origins')),
  option('websocket', { subprotocol: true }, 'websocket.subprotocol'), option('websocket', { subprotocol: '' }, 'websocket.subprotocol'),
  option('websocket', { subprotocol: 'a b.' }, 'websocket.subprotocol'),
  option('websocket', { subprotocol: 'a,b.' }, 'websocket.subprotocol'),
  ['no options', 'FST_SECURITY_OPTIONS_INVALID', ['schemes'], async (app) => {
    const { default: fastifySecurity } = await import('fastify-openapi-security')
    await app.register(fastifySecurity, {} as FastifySecurityOptions)
  }],

  ...UNWRITABLE.flatMap(([shows, text]): BootRow[] => [
    [`realm of the plugin: ${shows}`, 'FST_SECURITY_TEXT_INVALID', ['realm'], (app) => plug(app, { realm: text })],
    [`realm of a scheme: ${shows}`, 'FST_SECURITY_TEXT_INVALID', ['realm', '"oauth"'],
      (app) => plug(app, { schemes: { oauth: bearer({ realm: text, verify }) } })],
    [`challenge parameter: ${shows}`, 'FST_SECURITY_TEXT_INVALID', ['"nonce"', 'Hawk'],
      () => http({ scheme: 'Hawk', params: { nonce: text }, parse: () => null, verify })]
  ]),
  ['realm of a scheme: empty', 'FST_SECURITY_TEXT_INVALID', ['"oauth"'],
    (app) => plug(app, { schemes: { oauth: bearer({ realm: '', verify }) } })],

  ...['my key', '', 'a/b', 'a~b', 'a,b', 'kl\u00fcc', 'a\nb'].map((name): BootRow =>
    [`a scheme called ${JSON.stringify(name)}`, 'FST_SECURITY_SCHEME_INVALID', [`"${name}"`],
      (app) => plug(app, { schemes: { [name]: bearer({ verify }) }, security: [] })]),
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'].map((name): BootRow =>
    [`a scheme called ${name}`, 'FST_SECURITY_SCHEME_INVALID', [`"${name}"`],
      (app) => plug(app, { schemes: Object.defineProperty({}, name, { value: bearer({ verify }), enumerable: true }), security: [] })]),

  scheme('an API key in the body', '`in`', forbidden(apiKey, { in: 'body', name: 'key', verify })),
  scheme('an API key in a member of every object', '`in`', forbidden(apiKey, { in: 'toString', name: 'key', verify })),
  scheme('an API key without a name', '`name`', forbidden(apiKey, { in: 'header', verify })),
  scheme('an API key with an empty name', '`name`', () => apiKey({ in: 'query', name: '', verify })),
  scheme('an API key in a field that cannot be', '`name`', () => apiKey({ in: 'header', name: 'X Key', verify })),
  scheme('an API key in a cookie that cannot be', '`name`', () => apiKey({ in: 'cookie', name: 'sid;x', verify })),
  scheme('an API key in a parameter that no challenge can name', '`name`', () => apiKey({ in: 'query', name: 'kl\u00fcc', verify })),
  scheme('an API key whose challenge is no token', '`challenge`',
    () => apiKey({ in: 'header', name: 'X-Key', challenge: 'Api Key', verify })),
  scheme('an API key without a verifier', '`verify`', forbidden(apiKey, { in: 'header', name: 'X-Key' })),
  scheme('a token without a verifier', '`verify`', forbidden(bearer, {})),
  scheme('a token with an empty query parameter', '`query`', () => bearer({ query: '', verify })),
  scheme('a token with `query: true`', '`query`', forbidden(bearer, { query: true, verify })),
  scheme('Basic without a verifier', '`verify`', forbidden(basic, {})),
  scheme('a scheme word that is no token', '`scheme`', () => http({ scheme: 'a b', parse: () => null, verify })),
  scheme('no scheme word', '`scheme`', forbidden(http, { parse: () => null, verify })),
  scheme('a scheme without a parser', '`parse`', forbidden(http, { scheme: 'Hawk', verify })),
  scheme('a scheme without a verifier', '`verify`', forbidden(http, { scheme: 'Hawk', parse: () => null })),
  scheme('a challenge parameter that is the realm', '"Realm"',
    () => http({ scheme: 'Hawk', params: { Realm: 'x' }, parse: () => null, verify })),
  scheme('a challenge parameter that is no token', '"a b"',
    () => http({ scheme: 'Hawk', params: { 'a b': 'x' }, parse: () => null, verify })),
  scheme('OAuth without flows', '`flows`', forbidden(oauth2, { verify })),
  scheme('OAuth with no flow', '`flows`', () => oauth2({ flows: {}, verify })),
  scheme('OAuth with an unknown flow', '"device"', forbidden(oauth2, { flows: { device: flow }, verify })),
  scheme('OAuth without the URL of its flow', '`tokenUrl`', forbidden(oauth2, { flows: { clientCredentials: { scopes: {} } }, verify })),
  scheme('OAuth without scopes', '`scopes`', forbidden(oauth2, { flows: { clientCredentials: { tokenUrl: flow.tokenUrl } }, verify })),
  scheme('OAuth with a scope that is none', '"a b"',
    () => oauth2({ flows: { authorizationCode: { ...flow, scopes: { 'a b': '' } } }, verify })),
  scheme('OAuth without a verifier', '`verify`', forbidden(oauth2, { flows: { authorizationCode: flow } })),
  scheme('OpenID without its URL', '`openIdConnectUrl`', forbidden(openIdConnect, { verify })),
  scheme('OpenID with a URL that is none', '`openIdConnectUrl`', () => openIdConnect({ openIdConnectUrl: 'id.example', verify })),
  scheme('mutualTls without a verifier', '`verify`', forbidden(mutualTls, {})),
  scheme('mutualTls with a proxy field that cannot be', '`proxy.header`',
    () => mutualTls({ proxy: { header: 'Client Cert', addresses: ['10.0.0.1'] }, verify })),
  scheme('mutualTls with no proxy address', '`proxy.addresses`',
    () => mutualTls({ proxy: { header: 'Client-Cert', addresses: [] }, verify })),
  scheme('mutualTls with an address that is none', '`proxy.addresses`',
    () => mutualTls({ proxy: { header: 'Client-Cert', addresses: ['10.0.0.300'] }, verify })),
  scheme('mutualTls with a prefix that is none', '`proxy.addresses`',
    () => mutualTls({ proxy: { header: 'Client-Cert', addresses: ['10.0.0.0/33'] }, verify })),
  scheme('mutualTls with an empty prefix, which would trust everyone', '`proxy.addresses`',
    () => mutualTls({ proxy: { header: 'Client-Cert', addresses: ['10.0.0.0/'] }, verify })),

  ...([
    ['two header keys of one name', 'the header "x-key"',
      { a: apiKey({ in: 'header', name: 'X-Key', verify }), b: apiKey({ in: 'header', name: 'x-key', verify }) }],
    ['two query keys of one name', 'the query "key"', {
      a: apiKey({ in: 'query', name: 'key', verify }),
      b: apiKey({ in: 'query', name: 'key', verify })
    }],
    ['two cookies of one name', 'the cookie "sid"', {
      a: apiKey({ in: 'cookie', name: 'sid', verify }),
      b: apiKey({ in: 'cookie', name: 'sid', verify })
    }],
    ['two keys that are the whole Authorization field (E-09)', 'Authorization', {
      a: apiKey({ in: 'header', name: 'Authorization', verify }), b: apiKey({ in: 'header', name: 'authorization', verify })
    }]
  ] as const).map(([shows, place, schemes]): BootRow =>
    [shows, 'FST_SECURITY_SCHEMES_CONFLICT', ['"a" and "b"', place, 'its own name'], (app) => plug(app, { schemes, security: [] })]),

  ['secrets() of nothing', 'FST_SECURITY_VERIFIER_INVALID', ['secrets()', 'entry'], () => secrets([])],
  ['jwt() without an issuer', 'FST_SECURITY_VERIFIER_INVALID', ['jwt()', 'issuer'], forbidden(jwt, { audience: 'https://api.example' })],
  ['a mistake of the plugin\'s option beside schemes that are right', 'FST_SECURITY_OPTIONS_INVALID', ['verifyTimeout'],
    (app) => plug(app, { schemes: makeSchemes([]), verifyTimeout: '60' })]
]
