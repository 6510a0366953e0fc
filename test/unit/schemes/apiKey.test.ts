import t from 'tap'
import { apiKey } from '../../../lib/schemes/apiKey.ts'
import { AMBIGUOUS, MALFORMED, sourceOf, told } from '../credentials/source.ts'

const verify = (): null => null

t.test('a key in each place', async (t) => {
  t.match(apiKey({ in: 'header', name: 'X-API-Key', verify, roles: ['partner'], description: 'Partners', realm: 'partners' }), {
    definition: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'Partners' },
    scopes: ['partner'],
    location: { in: 'header', name: 'x-api-key' },
    queryName: undefined,
    ambient: false,
    challenge: { scheme: 'ApiKey', params: { in: 'header', name: 'X-API-Key' }, oauth: false, registered: false, last: true },
    realm: 'partners',
    verify
  })
  t.match(apiKey({ in: 'query', name: 'Key[]', verify }), {
    definition: { type: 'apiKey', in: 'query', name: 'Key[]' }, scopes: [], location: { in: 'query', name: 'Key[]' }, queryName: 'Key[]', ambient: false
  })
  t.match(apiKey({ in: 'cookie', name: '__Host-Sid', verify }), {
    definition: { type: 'apiKey', in: 'cookie', name: '__Host-Sid' }, location: { in: 'cookie', name: '__Host-Sid' }, queryName: undefined, ambient: true
  })
  t.strictSame(apiKey({ in: 'header', name: 'Authorization', verify }).location, { in: 'authorization', scheme: '*' }, 'the Authorization field is one place')
  t.equal(apiKey({ in: 'header', name: 'x', verify, challenge: 'Key' }).challenge?.scheme, 'Key')
})

t.test('the key is read from its place only', async (t) => {
  const source = sourceOf([['X-Key', 'of the header'], ['Cookie', 'x-key=of-the-cookie']], { query: { 'x-key': 'of the query' } })
  for (const place of ['header', 'query', 'cookie'] as const) {
    t.match(apiKey({ in: place, name: 'x-key', verify }).read(source), new RegExp(`^of.the.${place}$`), place)
    t.equal(apiKey({ in: place, name: 'other', verify }).read(source), undefined, `${place}: another name`)
    t.equal(apiKey({ in: place, name: 'constructor', verify }).read(source), undefined, `${place}: a name that objects have`)
  }
  t.equal(apiKey({ in: 'header', name: 'X-KEY', verify }).read(source), 'of the header', 'header names have no letter case')
  t.equal(apiKey({ in: 'cookie', name: 'X-KEY', verify }).read(source), undefined, 'cookie names do')
  t.equal(apiKey({ in: 'query', name: 'X-KEY', verify }).read(source), undefined, 'parameter names do')
})

t.test('a handshake is told to cookies only', async (t) => {
  const source = sourceOf([['K', 'a'], ['Cookie', 'k=a']], { query: { k: 'a' } })
  for (const place of ['header', 'query', 'cookie'] as const) {
    const found = told(apiKey({ in: place, name: 'k', verify }).read(source, { subprotocol: 'b', cookies: false }))
    t.strictSame(found, place === 'cookie' ? { reason: 'origin_not_allowed' } : 'a', place)
  }
})

t.test('repeated and empty keys', async (t) => {
  const twice = sourceOf([['K', 'a'], ['K', 'b'], ['Cookie', 'k=a; k=b']], { query: { k: ['a', 'b'] } })
  const empty = sourceOf([['K', ''], ['Cookie', 'k=']], { query: { k: '' } })
  for (const place of ['header', 'query', 'cookie'] as const) {
    const scheme = apiKey({ in: place, name: 'k', verify })
    t.strictSame(told(scheme.read(twice)), AMBIGUOUS, `${place}: twice`)
    t.strictSame(told(scheme.read(empty)), place === 'cookie' ? undefined : MALFORMED, `${place}: empty`)
  }
})

t.test('what cannot be a key stops the application', async (t) => {
  const table: [name: string, options: object, message: RegExp][] = [
    ['no place', { name: 'k', verify }, /`in` is not/],
    ['another place', { in: 'body', name: 'k', verify }, /`in` is not/],
    ['a place that objects have', { in: 'toString', name: 'k', verify }, /`in` is not/],
    ['a place in another letter case', { in: 'Header', name: 'k', verify }, /`in` is not/],
    ['no name', { in: 'header', verify }, /`name` is not the name of a header/],
    ['an empty name', { in: 'query', name: '', verify }, /`name` is not the name of a query/],
    ['a header with a space', { in: 'header', name: 'X Key', verify }, /`name` is not the name of a header/],
    ['a header with a colon', { in: 'header', name: 'X-Key:', verify }, /`name` is not the name of a header/],
    ['a header beyond ASCII', { in: 'header', name: 'Clé', verify }, /`name` is not the name of a header/],
    ['a cookie with an equals sign', { in: 'cookie', name: 'a=b', verify }, /`name` is not the name of a cookie/],
    ['a cookie with a semicolon', { in: 'cookie', name: 'a;b', verify }, /`name` is not the name of a cookie/],
    ['a query with a line end', { in: 'query', name: 'a\nb', verify }, /`name` is not the name of a query/],
    ['a query beyond ASCII', { in: 'query', name: 'clé', verify }, /`name` is not the name of a query/],
    ['a name that is a list', { in: 'header', name: ['k'], verify }, /`name` is not/],
    ['no verifier', { in: 'header', name: 'k' }, /`verify` is not a function/],
    ['a verifier that is an object', { in: 'header', name: 'k', verify: {} }, /`verify` is not a function/],
    ['a challenge with a space', { in: 'header', name: 'k', verify, challenge: 'Api Key' }, /`challenge` is not a token/],
    ['an empty challenge', { in: 'header', name: 'k', verify, challenge: '' }, /`challenge` is not a token/],
    ['a challenge that is null', { in: 'header', name: 'k', verify, challenge: null }, /`challenge` is not a token/]
  ]
  for (const [name, options, message] of table) t.throws(() => apiKey(options as never), { code: 'FST_SECURITY_SCHEME_INVALID', message }, name)
  t.doesNotThrow(() => apiKey({ in: 'query', name: 'a key', verify }), 'a parameter name may hold spaces')
})
