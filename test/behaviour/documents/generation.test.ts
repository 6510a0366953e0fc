import t from 'tap'
import Fastify, { type FastifyInstance } from 'fastify'
import swagger, { type SwaggerOptions } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { Validator } from '@seriousme/openapi-schema-validator'
import {
  jsonSchemaTransform, jsonSchemaTransformObject, serializerCompiler, validatorCompiler, type ZodTypeProvider
} from '@fastify/type-provider-zod'
import { parse } from 'yaml'
import { z } from 'zod'
import fastifySecurity, { bearer } from '../../../lib/index.ts'
import { build, challenges, documentOf, ok, operations, options, response, type Document } from './app.ts'

const read = [{ oauth: ['pets:read'] }]
const openapi = { openapi: '3.1.0', info: { title: 'Pets', version: '1.0.0' } } as const
const MARK = 'x-fastify-openapi-security-route'

async function errorsOf (document: Document): Promise<unknown> {
  const { errors = [] } = await new Validator().validate(JSON.parse(JSON.stringify(document)) as never) // any JSON
  return errors
}

t.test('hidden routes stay hidden', async (t) => {
  const add = async (app: Parameters<Parameters<typeof build>[2] & {}>[0]) => {
    app.get('/hidden', { schema: { hide: true, security: read } }, ok)
    app.get('/tagged', { schema: { tags: ['secret'], security: read } }, ok)
    app.get('/untagged', { schema: { security: read } }, ok)
    app.get('/shown', { schema: { tags: ['open'], security: read } }, ok)
  }
  t.strictSame(Object.keys(documentOf(await build('swagger last', { hiddenTag: 'secret' }, add)).paths), ['/untagged', '/shown'])
  t.strictSame(Object.keys(documentOf(await build('swagger first', { hideUntagged: true }, add)).paths), ['/tagged', '/shown'])
})

t.test('transforms of the application work, whatever they drop', async (t) => {
  const seen: unknown[] = []
  const table: [what: string, options: SwaggerOptions][] = [
    ['one that keeps all', { transform: ({ schema, url }) => ({ schema: { ...schema, summary: 'Transformed' }, url }) }],
    ['one that starts anew', { transform: ({ url }) => ({ schema: { summary: 'Transformed' }, url }) }],
    ['one that moves', { transform: ({ schema, url }) => ({ schema: { ...schema, summary: 'Transformed' }, url: `/v2${url}` }) }],
    ['one that sees the document', {
      transform: ({ schema, url, ...document }) => {
        seen.push(Object.keys(document))
        return { schema: { ...schema, summary: 'Transformed' }, url }
      }
    }]
  ]
  for (const [what, options] of table) {
    const document = documentOf(await build('swagger last', options, async (app) => { app.get('/pets/:id', { schema: { security: read } }, ok) }))
    const [path = ''] = Object.keys(document.paths)
    t.match(document.paths[path]?.['get'], { summary: 'Transformed', security: read, responses: { 200: {}, 401: {}, 403: {} } }, what)
    t.notMatch(JSON.stringify(document), MARK, what)
  }
  t.strictSame(seen, [['route', 'openapiObject']])
})

t.test('an operation that cannot be recognised is left to the default of the document', async (t) => {
  const document = documentOf(await build('swagger last', { transform: () => ({ schema: {}, url: '/elsewhere' }) },
    async (app) => { app.get('/pets', { schema: { security: read } }, ok) }))
  t.strictSame(document.paths, { '/elsewhere': { get: { responses: { 200: { description: 'Default Response' } } } } })
  t.strictSame(document.security, [{ oauth: [] }], 'which is not public')
})

t.test('the transform of a route and that of the document work', async (t) => {
  const document = documentOf(await build('swagger last', {
    transform: ({ schema, url }) => ({ schema: { ...schema, summary: 'All' }, url }),
    transformObject: (made) => ({ ...('openapiObject' in made ? made.openapiObject : {}), 'x-made': true })
  }, async (app) => {
    app.get('/all', { schema: { security: read } }, ok)
    app.get('/one', { schema: { security: read }, config: { swaggerTransform: ({ schema, url }) => ({ schema: { ...schema, summary: 'One' }, url }) } }, ok)
    app.get('/none', { schema: { security: read }, config: { swaggerTransform: false } }, ok)
  }))
  t.strictSame(Object.values(document.paths).map(({ get }) => get?.summary), ['All', 'One', undefined])
  for (const [path, { get }] of Object.entries(document.paths)) t.strictSame(get?.security, read, path)
  t.match(document, { 'x-made': true })
})

t.test('a transform that makes new schemas of foreign ones works, in every version', async (t) => {
  for (const version of ['3.0.4', '3.1.1', '3.2.0']) {
    const app = Fastify().withTypeProvider<ZodTypeProvider>()
    t.teardown(() => app.close())
    app.setValidatorCompiler(validatorCompiler)
    app.setSerializerCompiler(serializerCompiler)
    await app.register(fastifySecurity, options)
    await app.register(swagger, {
      openapi: { ...openapi, openapi: version }, transform: jsonSchemaTransform, transformObject: jsonSchemaTransformObject
    })
    app.post('/pets/:id', {
      schema: {
        security: read,
        params: z.object({ id: z.uuid() }),
        body: z.object({ name: z.string() }),
        response: { 200: z.object({ id: z.uuid() }) }
      }
    }, async ({ params }) => ({ id: params.id }))
    await app.ready()
    const document = documentOf(app)
    const operation = document.paths['/pets/{id}']?.['post']
    t.match(operation, { security: read, requestBody: { content: { 'application/json': {} } }, responses: { 200: { content: {} }, 401: {} } }, version)
    t.notMatch(JSON.stringify(document), MARK)
    t.strictSame(await errorsOf(document), [], version)
    t.equal((await app.inject({ method: 'POST', url: '/pets/x', payload: {} })).statusCode, 401, 'before anything is validated')
  }
})

t.test('methods that a version has no field for are left out, with a warning', async (t) => {
  for (const [version, fields] of [['3.1.1', ['get']], ['3.2.0', ['get', 'query', 'additionalOperations']]] as const) {
    const lines: string[] = []
    const app = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => { lines.push(line) } } }, exposeHeadRoutes: false })
    t.teardown(() => app.close())
    app.addHttpMethod('PURGE', { hasBody: true })
    await app.register(swagger, { openapi: { ...openapi, openapi: version } })
    await app.register(fastifySecurity, options)
    for (const method of ['GET', 'QUERY', 'PURGE']) app.route({ method, url: '/pets', schema: { security: read }, handler: ok })
    await app.ready()
    const document = documentOf(app)
    t.strictSame(Object.keys(document.paths['/pets'] ?? {}), fields, version)
    t.equal(lines.filter((line) => /leaves out (?:QUERY|PURGE) \/pets: 3\.1\.1/.test(line)).length, version === '3.1.1' ? 2 : 0)
    t.strictSame(await errorsOf(document), [], version)
    for (const method of ['QUERY', 'PURGE'] as never[]) t.equal((await app.inject({ method, url: '/pets', payload: {} })).statusCode, 401, 'guarded all the same')
  }
})

t.test('a frozen document can be completed', async (t) => {
  const document = documentOf(await build('swagger last', {
    transformObject: (made) => {
      const freeze = <T>(value: T): T => {
        if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze)
        return value
      }
      return freeze('openapiObject' in made ? made.openapiObject : {})
    }
  }))
  t.match(document.paths['/inherits'], { get: { security: [{ oauth: [] }] } })
})

t.test('HEAD operations are those of their twins without bodies', async (t) => {
  for (const order of ['swagger first', 'swagger last'] as const) {
    const document = documentOf(await build(order, { exposeHeadRoutes: true }, async (app) => {
      app.get('/plain', { schema: { security: read } }, ok)
      app.get('/named', { schema: { operationId: 'named', security: read } }, ok)
      app.get('/inherits', { schema: { operationId: 'inherits' } }, ok)
      app.get('/never', { exposeHeadRoute: false }, ok)
    }))
    t.strictSame(Object.entries(document.paths).map(([path, item]) => [path, ...Object.keys(item)]),
      [['/plain', 'get', 'head'], ['/named', 'get', 'head'], ['/inherits', 'get', 'head'], ['/never', 'get']], order)
    for (const [path, { get, head }] of Object.entries(document.paths)) {
      if (head === undefined) continue
      t.strictSame(head.security, get?.security, path)
      t.strictSame(Object.keys(head.responses), Object.keys(get?.responses ?? {}), path)
      const [ofGet, ofHead] = [get, head].map((operation) => response(document, operation, 401))
      t.strictSame(ofHead?.headers, ofGet?.headers, path)
      t.ok(ofGet?.content)
      t.notOk(ofHead?.content)
    }
    t.equal(document.paths['/named']?.['head']?.operationId, 'named-head')
  }
})

t.test('paths are found with prefixes, parameters and servers', async (t) => {
  const dropping: SwaggerOptions = {
    openapi: { ...openapi, servers: [{ url: 'https://api.example/v1' }] }, transform: ({ url }) => ({ schema: {}, url })
  }
  for (const options of [{}, dropping]) {
    const { paths } = documentOf(await build('swagger last', options, async (app) => {
      await app.register(async (scope) => {
        scope.get('/', { schema: { security: read } }, ok)
        scope.get('/:id(^\\d+$)/files/*', { schema: { security: read } }, ok)
        scope.get('/:id::archive', { schema: { security: read } }, ok)
      }, { prefix: '/v1/pets' })
    }))
    t.equal(Object.keys(paths).length, 3)
    for (const [path, { get }] of Object.entries(paths)) t.strictSame(get?.security, read, path)
  }
})

t.test('@fastify/swagger-ui serves the finished document', async (t) => {
  for (const order of ['first', 'last']) {
    const app = Fastify()
    t.teardown(() => app.close())
    if (order === 'first') await app.register(swagger, { openapi })
    await app.register(fastifySecurity, { ...options, security: [] })
    if (order === 'last') await app.register(swagger, { openapi })
    await app.register(swaggerUi)
    app.get('/pets', { schema: { security: read } }, ok)
    const document = (await app.inject('/documentation/json')).json<Document>()
    t.match(document.paths, { '/pets': { get: { security: read, responses: { 401: {} } } } }, order)
    t.strictSame(Object.keys(document.paths), ['/pets'], order)
    t.strictSame(parse((await app.inject('/documentation/yaml')).body), document, order)
  }
})

t.test('Swagger 2.0 has no place for this and is refused', async (t) => {
  for (const order of ['swagger first', 'swagger last'] as const) {
    const app = Fastify()
    t.teardown(() => app.close())
    if (order === 'swagger first') await app.register(swagger)
    await app.register(fastifySecurity, options)
    if (order === 'swagger last') await app.register(swagger)
    app.get('/pets', { schema: { security: read } }, ok)
    await app.ready()
    for (const yaml of [false, true]) {
      t.throws(() => app.swagger({ yaml }), { code: 'FST_SECURITY_DOCUMENT_UNSUPPORTED', message: /Swagger 2\.0.*option `openapi`/ }, order)
    }
    t.equal((await app.inject('/pets')).statusCode, 401, 'the guard does not depend on it')
  }
})

t.test('a static document says of its operations what is enforced', async (t) => {
  const info = { title: 'Theirs', version: '1' }
  const responses = { 200: { description: 'Pets.' } }
  const specification = {
    document: { openapi: '3.0.3', info, paths: { '/inherits': { get: { responses } }, '/public': { get: { responses, security: read } }, '/none': { get: { responses } } } }
  }
  const before = JSON.stringify(specification.document)
  const app = await build('swagger last', { mode: 'static', specification })
  const document = documentOf(app)
  t.equal(JSON.stringify(specification.document), before)
  t.match(document, { openapi: '3.0.3', info, security: options.security, components: { securitySchemes: { oauth: { type: 'oauth2' } } } })
  t.match(document.paths['/inherits']?.['get'], { security: options.security, responses: { 200: responses[200], 401: {} } })
  t.strictSame(document.paths['/public'], { get: { responses, security: [] } }, 'what is enforced, not what was said')
  t.strictSame(document.paths['/none'], { get: { responses } }, 'no route of ours')
  t.strictSame(parse(app.swagger({ yaml: true })), JSON.parse(JSON.stringify(document)))
  t.strictSame(app.security.openapi(specification.document), document, 'the same, asked for directly')
})

t.test('what a static document says at its root stays', async (t) => {
  const document = { openapi: '3.1.0', info: { title: 'Theirs', version: '1' }, security: [], paths: {} }
  const app = await build('swagger last', { mode: 'static', specification: { document } })
  t.strictSame(documentOf(app).security, [])
})

t.test('every @fastify/swagger is found, whatever its decorator is called', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  const documents = () => Object.fromEntries(['early', 'late', 'tagged', 'fixed', 'inner'].map((name) =>
    [name, (Reflect.get(app, name) ?? Reflect.get(inner, name)) as () => Document]))
  let inner: FastifyInstance = app
  await app.register(swagger, { openapi, decorator: 'early' } as SwaggerOptions)
  await app.register(fastifySecurity, options)
  await app.register(swagger, { openapi, decorator: 'late' } as SwaggerOptions)
  await app.register(swagger, { openapi, decorator: 'tagged', hideUntagged: true } as SwaggerOptions)
  await app.register(swagger, { mode: 'static', decorator: 'fixed', specification: { document: { openapi: '3.1.0', paths: { '/pets': { get: { responses: {} } } } } } } as never)
  app.decorate('cached', function cached (options: { yaml?: boolean }) { return options.yaml })
  app.get('/pets', { schema: { security: read, tags: ['pets'] } }, ok)
  app.get('/toys', { schema: { security: read } }, ok)
  await app.register(async (child) => {
    inner = child
    await child.register(swagger, { openapi, decorator: 'inner' } as SwaggerOptions)
    child.get('/pets', { schema: { security: read } }, ok)
  }, { prefix: '/inner' })
  await app.ready()
  const paths = { early: 3, late: 3, tagged: 1, fixed: 1, inner: 1 }
  for (const [name, make] of Object.entries(documents())) {
    const document = make()
    t.equal(Object.keys(document.paths).length, paths[name as keyof typeof paths], name)
    for (const [, path, operation] of operations(document)) {
      t.match(operation, { security: read, responses: { 401: { $ref: '#/components/responses/Unauthorized.Bearer_pets-read' } } }, `${name} ${path}`)
    }
    t.equal(make(), document, `${name} is made once`)
    t.notMatch(JSON.stringify(document), MARK)
  }
  t.equal((app as unknown as { cached (options: object): unknown }).cached({ yaml: true }), true, 'other functions are as before')
})

t.test('before the application is ready there is no document, afterwards there is', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(swagger, { openapi })
  await app.register(fastifySecurity, options)
  app.get('/pets', { schema: { security: read } }, ok)
  t.throws(() => app.swagger(), { message: /after \.ready\(\)/ })
  let inHook: Document | undefined
  app.addHook('onReady', async () => { inHook = documentOf(app) })
  await app.ready()
  t.match(inHook?.paths, { '/pets': { get: { security: read } } })
})

t.test('documents of several scopes, and of several registrations, are each complete', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  const documents: (() => Document)[] = []
  await app.register(fastifySecurity, options)
  for (const prefix of ['/v1', '/v2']) {
    await app.register(async (scope) => {
      await scope.register(swagger, { openapi })
      scope.get('/pets', { schema: { security: read } }, ok)
      documents.push(() => documentOf(scope))
    }, { prefix })
  }
  await app.ready()
  t.match(documents.map((make) => make().paths), [{ '/v1/pets': { get: { security: read } } }, { '/v2/pets': { get: { security: read } } }])
  t.strictSame(documents.map((make) => Object.keys(make().paths)), [['/v1/pets'], ['/v2/pets']])
})

t.test('a plugin in a scope completes its part of the document above', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(swagger, { openapi: { ...openapi, security: [] } })
  app.get('/open', ok)
  for (const name of ['alpha', 'beta']) {
    await app.register(async (scope) => {
      const schemes = { [name]: bearer({ realm: name, verify: () => null }) }
      await scope.register(fastifySecurity, { schemes, security: [{ [name]: [] }] })
      scope.get('/pets', ok)
    }, { prefix: `/${name}` })
  }
  await app.ready()
  const document = documentOf(app)
  t.strictSame(document.security, [], 'the default of the document is not that of a scope')
  t.strictSame(document.paths['/open'], { get: { responses: { 200: { description: 'Default Response' } } } })
  t.strictSame(Object.keys(document.components.securitySchemes), ['alpha', 'beta'])
  for (const name of ['alpha', 'beta']) {
    const operation = document.paths[`/${name}/pets`]?.['get']
    t.strictSame(operation?.security, [{ [name]: [] }])
    t.equal(challenges(response(document, operation, 401))['credentials_missing'], `Bearer realm="${name}"`)
  }
  t.notMatch(JSON.stringify(document), MARK)
})
