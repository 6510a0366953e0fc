import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { FastifyInstance } from 'fastify'
import { apiKey, bearer, defineSchemes, type Scheme } from '../../lib/index.ts'
import { registrationOf } from '../../lib/registration.ts'
import { asPrincipal, auditDocument } from '../../lib/testing.ts'
import { withDoubles } from '../../lib/testing/doubles.ts'
import { make } from './app.ts'

/** An application whose own verifiers note what they are asked. */
async function makeNoting () {
  const asked: string[] = []
  const note = (scheme: string) => (credential: string) => {
    asked.push(`${scheme} ${credential}`)
    return null
  }
  const schemes = defineSchemes({ token: bearer({ verify: note('token') }), key: apiKey({ in: 'header', name: 'X-Key', verify: note('key') }) })
  const gate: { open: () => void, opened?: Promise<void> } = { open: () => {} }
  const app = await make((app) => {
    app.get('/pets', async (request) => ({ auth: request.auth }))
    app.get('/slow', { schema: { security: [{ key: [] }] } }, async (request) => {
      await gate.opened
      return { auth: request.auth }
    })
    app.get('/relay', async (request) => (await app.inject({ url: '/pets', headers: { authorization: request.headers.authorization } })).json<object>())
  }, { plugin: { schemes, security: [{ token: [] }] } as never })
  await app.ready()
  return { app, asked, schemes, gate }
}

const schemesOf = (app: FastifyInstance): Scheme[] => registrationOf(app).routes.known.flatMap(({ protection }) =>
  protection === 'public' ? [] : protection.policy.slots.map(({ scheme }) => scheme))

async function status (app: FastifyInstance, headers: Record<string, string>): Promise<number> {
  const { port } = app.server.address() as AddressInfo
  const sent = httpRequest({ host: '127.0.0.1', port, path: '/pets', headers, agent: false })
  sent.end()
  const [received] = await once(sent, 'response') as [IncomingMessage]
  received.resume()
  return received.statusCode ?? 0
}

t.test('requests of others are judged by the verifiers of the application while an audit runs', async (t) => {
  const { app, asked } = await makeNoting()
  t.teardown(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const audit = auditDocument(app, { handlers: false })
  const others = Array.from({ length: 20 }, async (_, i) => i % 2 === 0
    ? await status(app, { authorization: `Bearer cHJpbmNpcGFsOj${i}` })
    : (await app.inject({ url: '/pets', headers: { authorization: `Bearer cHJpbmNpcGFsOj${i}` } })).statusCode)
  t.strictSame(await Promise.all(others), Array.from({ length: 20 }, () => 401))
  t.strictSame((await audit).findings.filter(({ path }) => path === '/pets'), [])
  t.strictSame([...asked].sort(), Array.from({ length: 20 }, (_, i) => `token cHJpbmNpcGFsOj${i}`).sort(), 'and the audit asks none of them')
})

t.test('what was sent on behalf of someone is worth nothing when it comes from elsewhere', async (t) => {
  const { app, asked, gate } = await makeNoting()
  t.teardown(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const seen: string[] = []
  app.server.on('request', (request) => { seen.push(request.url ?? '') })
  gate.opened = new Promise((resolve) => { gate.open = resolve })
  const slow = asPrincipal(app, { key: { name: 'Acme' } }).inject('/slow')
  await new Promise((resolve) => { setImmediate(resolve) })
  t.equal(await status(app, { 'x-key': 'k', authorization: 'Bearer t' }), 401)
  t.equal((await app.inject({ url: '/slow', headers: { 'x-key': 'guessed' } })).statusCode, 401)
  gate.open()
  t.strictSame((await slow).json(), { auth: { key: { name: 'Acme' } } })
  t.strictSame(asked, ['token t', 'key guessed'])
  t.strictSame(seen, ['/pets'], 'only real requests come by the server')
})

t.test('a request that comes over a network within the asynchronous context of a simulated one has no plan', async (t) => {
  const { app, asked } = await makeNoting()
  t.teardown(() => app.close())
  await app.ready()
  app.server.removeAllListeners('upgrade')
  let answered = 0
  const { plan, withPlan } = await import('../../lib/testing/plans.ts')
  const going = plan(new Map([['token', { name: 'Ada' }]]), ['token'])
  await withDoubles(registrationOf(app), async () => {
    await withPlan(going, async () => {
      await app.listen({ host: '127.0.0.1', port: 0 }) // so that everything it accepts is in this context
      answered = await status(app, { authorization: 'Bearer t' })
    })
  })
  t.equal(answered, 401)
  t.strictSame(asked, ['token t'])
  t.equal(going.reached, null)
})

t.test('requests that a handler simulates in turn are their own', async (t) => {
  const { app, asked } = await makeNoting()
  t.teardown(() => app.close())
  const response = await asPrincipal(app, { token: { name: 'Ada' } }).inject('/relay')
  t.match(response.json(), { code: 'credentials_invalid' })
  t.equal(asked.length, 1)
})

t.test('the schemes of the application are back afterwards', async (t) => {
  const { app } = await makeNoting()
  t.teardown(() => app.close())
  const registration = registrationOf(app)
  const before = schemesOf(app)
  const isRestored = () => Object.values(registration.rehearsal).every((one) => one === null) &&
    schemesOf(app).every((scheme, i) => scheme === before[i])
  t.ok(isRestored())
  await auditDocument(app)
  t.ok(isRestored(), 'after an audit')
  await asPrincipal(app, { key: {} }).inject('/slow')
  t.ok(isRestored(), 'after a request')
  await t.rejects(withDoubles(registration, async () => {
    t.notOk(isRestored(), 'not meanwhile')
    throw new Error('a test fails')
  }), { message: 'a test fails' })
  t.ok(isRestored(), 'after a throw')
  await t.rejects(asPrincipal(app, { key: {} }).inject({ url: '/slow', method: 7 as never }))
  t.ok(isRestored(), 'after a request that cannot be made')
  const ada = asPrincipal(app, { token: { name: 'Ada' } })
  const calls = [auditDocument(app), auditDocument(app, { handlers: false }), ada.inject('/pets')] as const
  await Promise.resolve()
  const [first, second, response] = await Promise.all(calls)
  t.ok(isRestored(), 'after several at once')
  t.equal(response.statusCode, 200)
  t.strictSame([first.findings, second.findings].map((found) => found.filter(({ path }) => path === '/pets')), [[], []])
})

t.test('calls within calls', async (t) => {
  const { app, asked } = await makeNoting()
  t.teardown(() => app.close())
  const before = schemesOf(app)
  const registration = registrationOf(app)
  await withDoubles(registration, async () => {
    const standing = schemesOf(app)
    await withDoubles(registration, async () => { t.ok(schemesOf(app).every((scheme, i) => scheme === standing[i])) })
    t.ok(schemesOf(app).every((scheme, i) => scheme === standing[i]), 'the inner one does not end the outer one')
    t.equal((await app.inject({ url: '/pets', headers: { authorization: 'Bearer t' } })).statusCode, 401)
  })
  t.ok(schemesOf(app).every((scheme, i) => scheme === before[i]))
  t.strictSame(asked, ['token t'])
})

t.test('schemes of classes with private members, and frozen ones', async (t) => {
  class Own {
    readonly #name: string = 'x-own'
    readonly location = { in: 'header', name: 'x-own' }
    readonly definition = { type: 'apiKey', in: 'header', name: 'X-Own' }
    readonly scopes = []
    readonly ambient = false
    readonly challenge = null
    readonly read = function (this: Own, { headers }: { headers: Record<string, unknown> }) { return headers[this.#name] }
    readonly verify = function (this: Own) { return this.#name === '' ? {} : null }
  }
  const schemes = { own: new Own() as unknown as Scheme, key: Object.freeze(apiKey({ in: 'header', name: 'X-Key', verify: () => null })) }
  const app = await make((app) => {
    app.get('/own', { schema: { security: [{ own: [] }] } }, async (request) => ({ auth: request.auth }))
    app.get('/key', { schema: { security: [{ key: [] }] } }, async (request) => ({ auth: request.auth }))
  }, { plugin: { schemes, security: [] } as never })
  t.teardown(() => app.close())
  t.strictSame((await asPrincipal(app, { own: { id: 1 } }).inject('/own')).json(), { auth: { own: { id: 1 } } })
  t.strictSame((await asPrincipal(app, { key: { id: 2 } }).inject('/key')).json(), { auth: { key: { id: 2 } } })
  t.equal((await app.inject({ url: '/own', headers: { 'x-own': 'guessed' } })).statusCode, 403)
})
