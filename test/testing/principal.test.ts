import cookie from '@fastify/cookie'
import t from 'tap'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity from '../../lib/index.ts'
import { asPrincipal } from '../../lib/testing.ts'
import { asked, make, schemes } from './app.ts'

const tell = async ({ auth, headers, query }: { auth: unknown, headers: object, query: unknown }) => ({ auth, headers, query })

async function makeTelling (): Promise<FastifyInstance> {
  const app = await make((app) => {
    app.get('/oauth', asked({ oauth: ['read'] }), tell)
    app.get('/staff', asked({ staff: [] }), tell)
    app.get('/device', asked({ device: [] }), tell)
    app.get('/broken', asked({ broken: [] }), tell)
    app.get('/key', asked({ key: ['admin'] }), tell)
    app.get('/session', asked({ session: [] }), tell)
    app.get('/param', asked({ param: [] }), tell)
    app.get('/machine', asked({ machine: [] }), tell)
    app.get('/all', asked({ oauth: [], key: [], session: [], param: [], machine: [] }), tell)
    app.get('/optional', asked({ oauth: ['read'] }, {}), tell)
    app.get('/public', asked(), tell)
    app.post('/body', asked({ key: [] }), async (request) => request.body)
  }, { before: (app) => app.register(cookie) })
  t.teardown(() => app.close())
  return app
}

t.test('each kind of credential is found where its scheme looks, and handlers see the given objects', async (t) => {
  const app = await makeTelling()
  for (const name of ['oauth', 'staff', 'device', 'broken', 'key', 'session', 'param', 'machine'] as const) {
    const credentials = { subject: 'ada', scopes: ['read', 'admin'] }
    const response = await asPrincipal(app, { [name]: credentials }).inject(`/${name}`)
    t.equal(response.statusCode, 200, name)
    t.strictSame(response.json<{ auth: unknown }>().auth, { [name]: credentials }, name)
    t.equal((await asPrincipal(app, {}).inject(`/${name}`)).statusCode, name === 'machine' ? 403 : 401, `${name}, anonymous`)
  }
})

t.test('the same object, several requests, several principals', async (t) => {
  const app = await make((app) => app.get('/', async (request) => {
    seen.push(request.auth?.['oauth'])
    return {}
  }))
  t.teardown(() => app.close())
  const seen: unknown[] = []
  const ada = { subject: 'ada' }
  const bob = { subject: 'bob' }
  const [asAda, asBob] = [asPrincipal(app, { oauth: ada }), asPrincipal(app, { oauth: bob })]
  await Promise.all([asAda.inject('/'), asBob.inject('/'), asAda.inject({ url: '/' })])
  t.equal(seen.filter((one) => one === ada).length, 2)
  t.equal(seen.filter((one) => one === bob).length, 1)
})

t.test('scopes and ends are judged as ever', async (t) => {
  const app = await makeTelling()
  const rows: readonly (readonly [name: string, credentials: Record<string, unknown>, path: string, status: number, code?: string])[] = [
    ['too few scopes', { scopes: ['write'] }, '/oauth', 403, 'scope_insufficient'],
    ['no scopes', {}, '/oauth', 403, 'scope_insufficient'],
    ['a set', { scopes: new Set(['read']) }, '/oauth', 200],
    ['ended', { scopes: ['read'], expiresAt: 1 }, '/oauth', 401, 'token_expired'],
    ['ends later', { scopes: ['read'], expiresAt: new Date(4102444800000) }, '/oauth', 200],
    ['too few where callers may be anonymous', { scopes: [] }, '/optional', 200],
    ['where nothing is asked', {}, '/public', 200]
  ]
  for (const [name, oauth, url, status, code] of rows) {
    const response = await asPrincipal(app, { oauth }).inject(url)
    t.equal(response.statusCode, status, name)
    if (code !== undefined) t.equal(response.json<{ code: string }>().code, code, name)
  }
})

t.test('several at once', async (t) => {
  const app = await makeTelling()
  const principal = { oauth: { a: 1 }, key: { b: 2 }, session: { c: 3 }, param: { d: 4 }, machine: { e: 5 } }
  t.strictSame((await asPrincipal(app, principal).inject('/all')).json<{ auth: unknown }>().auth, principal)
  const { machine, ...less } = principal
  t.equal((await asPrincipal(app, less).inject('/all')).statusCode, 403)
})

t.test('what the caller gives is kept', async (t) => {
  const app = await makeTelling()
  const rows: readonly (readonly [name: string, scheme: string, request: object, path: string, kept: object])[] = [
    ['header fields', 'key', { headers: { 'X-Trace': 'abc', Cookie: 'theme=dark' } }, '/key', { headers: { 'x-trace': 'abc', cookie: 'theme=dark' } }],
    ['a cookie field', 'session', { headers: { Cookie: 'theme=dark' } }, '/session', { headers: { cookie: /^theme=dark; sid=\w+$/ } }],
    ['cookies', 'session', { cookies: { theme: 'dark' } }, '/session', { headers: { cookie: /^sid=\w+; theme=dark$/ } }],
    ['a query in the URL', 'param', {}, '/param?page=2', { query: { page: '2', key: /./ } }],
    ['a query object', 'param', { query: { page: '2' } }, '/param', { query: { page: '2', key: /./ } }],
    ['a query text', 'param', { query: 'page=2' }, '/param', { query: { page: '2', key: /./ } }]
  ]
  for (const [name, scheme, request, url, kept] of rows) {
    const response = await asPrincipal(app, { [scheme]: { scopes: ['admin'] } }).inject({ url, ...request })
    t.equal(response.statusCode, 200, name)
    t.match(response.json(), kept, name)
  }
  const posted = await asPrincipal(app, { key: {} }).inject({ method: 'POST', url: '/body', payload: { name: 'Rex' } })
  t.strictSame(posted.json(), { name: 'Rex' })
})

t.test('credentials that the caller gives are judged by the verifiers of the application', async (t) => {
  const app = await makeTelling()
  const rows: readonly (readonly [scheme: string, request: object, path: string])[] = [
    ['oauth', { headers: { Authorization: 'Bearer mine' } }, '/oauth'],
    ['key', { headers: { 'x-KEY': 'mine' } }, '/key'],
    ['session', { headers: { cookie: 'sid=mine' } }, '/session'],
    ['session', { cookies: { sid: 'mine' } }, '/session'],
    ['param', {}, '/param?key=mine'],
    ['param', { query: { key: 'mine' } }, '/param']
  ]
  for (const [scheme, request, url] of rows) {
    const response = await asPrincipal(app, { [scheme]: { scopes: ['read', 'admin'] } }).inject({ url, ...request })
    t.match(response.json(), { code: 'credentials_invalid' }, `${scheme} ${JSON.stringify(request)}`)
  }
})

t.test('before the application is ready, and before the plugin is loaded', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  const ada = asPrincipal(app, { oauth: { subject: 'ada' } })
  const nobody = asPrincipal(app, { nobody: {} })
  app.register(fastifySecurity, { schemes, security: [{ oauth: [] }] })
  app.register(async (scope) => { scope.get('/', tell) })
  t.equal((await ada.inject('/')).statusCode, 200)
  await t.rejects(nobody.inject('/'), /"nobody" is not among the schemes of the application: oauth, staff/)
  const bare = Fastify()
  await t.rejects(asPrincipal(bare, {}).inject('/'), { code: 'FST_SECURITY_NOT_REGISTERED' })
})

t.test('who cannot be', async (t) => {
  const app = await makeTelling()
  t.throws(() => asPrincipal(app, { nobody: {} }), { name: 'TypeError', message: /"nobody" is not among the schemes of the application: oauth, staff/ })
  t.throws(() => asPrincipal(app, { toString: {} } as never), { name: 'TypeError' })
  t.throws(() => asPrincipal(app, { oauth: {}, staff: {} }), { name: 'TypeError', message: /oauth and staff share the Authorization field/ })
  t.throws(() => asPrincipal(app, { oauth: 'ada' } as never), { name: 'TypeError', message: /the credentials of "oauth" are not an object/ })
  t.doesNotThrow(() => asPrincipal(app, { oauth: undefined } as never), 'left out')
})
