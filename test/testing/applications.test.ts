import t from 'tap'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { bearer, type WebSocketRouteOptions } from '../../lib/index.ts'
import { auditDocument } from '../../lib/testing.ts'
import { build, ORDERS } from '../behaviour/documents/app.ts'
import { makeCertificates } from '../support/certificates.ts'
import { asked, make, ok } from './app.ts'

t.test('in whatever order plugins are registered', async (t) => {
  for (const order of ORDERS) {
    const app = await build(order)
    const document = order === 'swagger in a child' ? (await app.inject('/document')).json<object>() : undefined
    const { operations, findings } = await auditDocument(app, { parameters: { id: '1' }, ...(document === undefined ? {} : { document }) })
    t.equal(operations, 13, order)
    t.strictSame(findings.map(({ message }) => message), [], order)
  }
})

t.test('a plugin that guards one scope is asked through that scope', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  let guarded: FastifyInstance = app
  await app.register(async (scope) => {
    await scope.register(swagger, { openapi: { openapi: '3.1.0' } })
    await scope.register(fastifySecurity, { schemes: { service: bearer({ verify: () => null }) }, security: [{ service: [] }] })
    scope.get('/inside', ok)
    guarded = scope
  })
  await app.ready()
  const { operations, findings } = await auditDocument(guarded)
  t.equal(operations, 1)
  t.strictSame(findings.map(({ message }) => message), [])
  await t.rejects(auditDocument(app), { code: 'FST_SECURITY_NOT_REGISTERED' })
})

t.test('handshakes that are refused by closing, and those that would wait for a message', async (t) => {
  const configs: readonly WebSocketRouteOptions[] = [{ refuse: 'close' }, { firstMessage: true }, { refuse: 'close', firstMessage: true }]
  for (const config of configs) {
    for (const handlers of [true, false]) {
      const app = await make((app) => {
        app.get('/live', { websocket: true, ...asked({ oauth: [] }), config: { websocket: config } }, (socket) => { socket.close() })
      })
      const { findings, operations } = await auditDocument(app, { handlers, timeout: 2000 })
      t.equal(operations, 1)
      t.strictSame(findings.map(({ message }) => message), [], `${JSON.stringify(config)}, ${handlers ? 'with' : 'without'} handlers`)
      await app.close()
    }
  }
})

t.test('over TLS', async (t) => {
  const certificates = makeCertificates()
  if (certificates === null) return t.pass('there is no openssl')
  const app = await make((app) => {
    app.get('/', asked({ machine: [] }, { oauth: [] }), ok)
    app.get('/live', { websocket: true, ...asked({ machine: [] }, { oauth: [] }) }, (socket) => { socket.close() })
  }, { server: { https: { ...certificates.server, ca: certificates.ca, requestCert: true, rejectUnauthorized: false } } })
  t.teardown(() => app.close())
  const { findings, requests } = await auditDocument(app)
  t.strictSame(findings.map(({ message }) => message), [])
  t.ok(requests > 20)
})

t.test('the examples', async (t) => {
  for (const name of ['bearer', 'scopes', 'key-or-bearer', 'optional', 'websocket', 'custom-scheme']) {
    // The address is computed because declarations of schemes merge across a program.
    const { build }: { build (): Promise<FastifyInstance> } = await import(new URL(`../../examples/${name}.ts`, import.meta.url).href)
    const app = await build()
    const { findings, operations } = await auditDocument(app)
    t.ok(operations > 0, name)
    t.strictSame(findings.map(({ message }) => message), [], name)
    await app.close()
  }
})

t.test('the chat', async (t) => {
  const { buildApi }: { buildApi (options: object): Promise<FastifyInstance> } =
    await import(new URL('../../examples/live/api.ts', import.meta.url).href)
  const app = await buildApi({
    authorizationServer: { issuer: 'http://127.0.0.1:9', secrets: {} },
    resource: 'http://127.0.0.1:8',
    origins: ['http://127.0.0.1:8'],
    operatorKey: 'key',
    warnBefore: 10
  })
  t.teardown(() => app.close())
  const { findings, operations, requests } = await auditDocument(app)
  t.strictSame(findings.map(({ message }) => message), [])
  t.ok(operations === 3 && requests > 20)
})

t.test('the petstore', async (t) => {
  const address = (file: string) => new URL(`../../examples/petstore/${file}.ts`, import.meta.url).href
  const { buildApi }: { buildApi (options: object): Promise<FastifyInstance> } = await import(address('api'))
  const { newSecrets }: { newSecrets (): object } = await import(address('schemes'))
  for (const handlers of [true, false]) {
    const app = await buildApi({
      issuer: 'http://127.0.0.1:9', resource: 'http://127.0.0.1:8', origins: ['http://127.0.0.1:8'], clientId: 'page', secrets: newSecrets()
    })
    const { findings, operations, requests } = await auditDocument(app, { handlers })
    t.strictSame(findings.map(({ message }) => message), [])
    t.ok(operations > 8 && requests > 50)
    await app.close()
  }
})
