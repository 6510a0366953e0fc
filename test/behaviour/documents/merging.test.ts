import t from 'tap'
import { Type } from '@sinclair/typebox'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { build, challenges, documentOf, ok, PROBLEM, response } from './app.ts'

const read = [{ oauth: ['pets:read'] }]

t.test('what the application says of a refusal stays, and what the guard sends is added', async (t) => {
  const body = { type: 'object', properties: { message: { type: 'string' } } }
  const app = await build('swagger last', {}, async (app) => {
    app.get('/words', { schema: { security: read, response: { 401: { description: 'Log in first.', type: 'null' } } } }, ok)
    app.get('/body', { schema: { security: read, response: { 401: body, 403: { ...body, description: 'Ask an admin.' } } } }, ok)
    app.get('/field', {
      schema: { security: read, response: { 401: { ...body, headers: { 'www-authenticate': { type: 'string', description: 'Theirs.' } } } } }
    }, ok)
    app.get('/ranges', { schema: { security: read, response: { 200: body, '4xx': { ...body, description: 'Any.' }, default: body } } }, ok)
  })
  const document = documentOf(app)
  const get = (path: string, status: number) => response(document, document.paths[path]?.['get'], status)
  const challenge = { required: true, examples: { credentials_missing: { value: 'Bearer realm="api", scope="pets:read"' } } }
  t.match(get('/words', 401), { description: 'Log in first.', headers: { 'WWW-Authenticate': challenge }, content: { [PROBLEM]: { examples: { credentials_missing: {} } } } })
  t.match(get('/body', 401), {
    description: /^Credentials are missing/, headers: { 'WWW-Authenticate': challenge }, content: { 'application/json': { schema: body }, [PROBLEM]: {} }
  })
  t.match(get('/body', 403), { description: 'Ask an admin.', content: { 'application/json': { schema: { properties: body.properties } } } })
  t.strictSame(Object.keys(get('/field', 401)?.headers ?? {}), ['www-authenticate', 'Cache-Control'])
  t.match(get('/field', 401)?.headers?.['www-authenticate'], { description: 'Theirs.' })
  t.strictSame(Object.keys(document.paths['/ranges']?.['get']?.responses ?? {}), ['200', '400', '401', '403', '503', '4XX', 'default'])
  t.strictSame(document.paths['/ranges']?.['get']?.responses['4XX']?.description, 'Any.')
})

t.test('components of the application stay', async (t) => {
  const theirs = { description: 'Theirs.' }
  const securitySchemes = {
    legacy: { type: 'http', scheme: 'digest' }, staff: { type: 'apiKey', in: 'header', name: 'X-Staff', description: 'For staff.' }
  } as const
  const components = { schemas: { Problem: { type: 'string' } }, responses: { 'Unauthorized.Bearer': theirs }, securitySchemes } as const
  const before = JSON.stringify(components)
  const document = documentOf(await build('swagger last', { openapi: { openapi: '3.1.0', components } }))
  t.equal(JSON.stringify(components), before, 'the options are as before')
  t.match(document.components, {
    schemas: { Problem: { type: 'string' }, 'Problem-2': { type: 'object' } },
    responses: { 'Unauthorized.Bearer': theirs, 'Unauthorized.Bearer-2': { headers: {} } },
    securitySchemes: { legacy: securitySchemes.legacy, staff: { type: 'http', scheme: 'basic', description: 'For staff.' } }
  })
  t.strictSame(document.paths['/inherits']?.['get']?.responses['401'], { $ref: '#/components/responses/Unauthorized.Bearer-2' })
  t.match(response(document, document.paths['/inherits']?.['get'], 401), { content: { [PROBLEM]: { schema: { $ref: '#/components/schemas/Problem-2' } } } })
})

t.test('two applications with the same schemes have the same names', async (t) => {
  const names = (document: ReturnType<typeof documentOf>) => Object.keys(document.components.responses)
  const all = names(documentOf(await build()))
  const few = names(documentOf(await build('swagger first', {}, async (app) => {
    app.get('/other', { schema: { security: [{ partner: [] }, { oauth: ['pets:read'] }] } }, ok)
  })))
  t.strictSame(few.filter((name) => !all.includes(name)), [])
  for (const name of all) t.match(name, /^[a-zA-Z0-9._-]+$/)
})

t.test('bodies that an error handler of the application writes are left to it', async (t) => {
  const app = await build('swagger last', {}, async (app) => {
    app.get('/ours', ok)
    app.get('/route', { errorHandler: (_error, _request, reply) => { reply.send({ theirs: true }) } }, ok)
    await app.register(async (scope) => {
      scope.setErrorHandler((_error, _request, reply) => { reply.send({ theirs: true }) })
      scope.get('/scope', { schema: { response: { 401: { type: 'object', properties: { theirs: { type: 'boolean' } } } } } }, ok)
    })
  })
  const document = documentOf(app)
  const challenge = 'Bearer realm="api"'
  for (const [path, types] of [['/ours', [PROBLEM]], ['/route', []], ['/scope', ['application/json']]] as const) {
    const documented = response(document, document.paths[path]?.['get'], 401)
    t.strictSame(Object.keys(documented?.content ?? {}), types, path)
    t.equal(challenges(documented)['credentials_missing'], challenge, path)
    const live = await app.inject(path)
    t.equal(String(live.headers['www-authenticate']), challenge, path)
    t.equal(String(live.headers['content-type']).startsWith(PROBLEM), path === '/ours', path)
  }
})

t.test('credentials are not asked for as parameters too', async (t) => {
  const text = { type: 'string' }
  const headers = { type: 'object', properties: { 'x-api-key': text, Authorization: text, 'X-Other': text } }
  const querystring = { type: 'object', properties: { key: text, access_token: text, page: text } }
  const app = await build('swagger last', {}, async (app) => {
    app.get('/partner', { schema: { security: [{ partner: [] }], headers, querystring } }, ok)
    app.get('/param', { schema: { security: [{ param: [] }, { service: [] }], headers, querystring } }, ok)
    app.get('/public', { schema: { security: [], headers, querystring } }, ok)
  })
  const { paths } = documentOf(app)
  const names = (path: string) => paths[path]?.['get']?.parameters?.map(({ name }) => name).sort()
  t.strictSame(names('/partner'), ['X-Other', 'access_token', 'key', 'page'])
  t.strictSame(names('/param'), ['X-Other', 'page', 'x-api-key'])
  t.strictSame(names('/public'), ['X-Other', 'access_token', 'key', 'page', 'x-api-key'])
})

t.test('TypeBox routes are documented like any other', async (t) => {
  const app = await build('swagger last', { openapi: { openapi: '3.0.3' } }, async (app) => {
    app.withTypeProvider<TypeBoxTypeProvider>().get('/pets/:id', {
      schema: {
        security: read,
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object({ kind: Type.Optional(Type.Literal('cat')) }),
        response: { 200: Type.Object({ id: Type.String() }), 401: Type.Object({ message: Type.String() }, { description: 'Log in first.' }) }
      }
    }, async (request) => ({ id: request.params.id }))
  })
  const document = documentOf(app)
  const { parameters, responses } = document.paths['/pets/{id}']?.['get'] ?? {}
  t.strictSame(parameters?.map(({ name }) => name), ['kind', 'id'])
  t.match(responses, { 200: { content: { 'application/json': { schema: { type: 'object' } } } }, 401: { description: 'Log in first.' } })
  t.strictSame(Object.keys(response(document, document.paths['/pets/{id}']?.['get'], 401)?.content ?? {}), ['application/json', PROBLEM])
})
