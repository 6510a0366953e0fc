import t from 'tap'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Validator } from '@seriousme/openapi-schema-validator'
import WebSocket from 'ws'
import { parse } from 'yaml'
import {
  build, documentOf, equals, operations, ORDERS, response, schemes, SCOPELESS, security, send, UNSURE, type Document
} from './documents/app.ts'

for (const order of ORDERS) {
  t.test(`documents are complete and valid: ${order}`, async (t) => {
    for (const openapi of ['3.0.3', '3.1.0', '3.2.0'] as const) {
      const app = await build(order, { openapi: { openapi, info: { title: 'Pets', version: '1.0.0' } } })
      const document = order === 'swagger in a child' ? (await app.inject('/document')).json<Document>() : documentOf(app)
      const { valid, errors } = await new Validator().validate(structuredClone(document) as never) // any JSON
      t.equal(valid, true, `${openapi}: ${JSON.stringify(errors)}`)
      t.notMatch(JSON.stringify(document), 'x-fastify-openapi-security', 'no mark is left')
      t.strictSame(document.security, security)
      t.strictSame(Object.keys(document.components.securitySchemes), Object.keys(schemes))
      t.ok(document.components.schemas['Problem'])
      const found = operations(document).map(([method, path, operation]) => `${method} ${path} ${Object.keys(operation.responses).join()}`)
      t.strictSame(found, [
        'GET /inherits 200,400,401,503',
        'GET /public 200',
        'GET /pets/{id} 200,400,401,403,503',
        'PUT /pets/{id} 200,400,401,403,503',
        'GET /optional 200,400,401,503',
        'GET /everything 200,400,401,403,503',
        'GET /machine 200,403,503',
        'POST /roles/{*} 200,400,401,403,503',
        'DELETE /roles/{*} 200,400,401,403,503',
        'GET /live 101,400,401,403,503',
        'GET /both 101,200,400,401,403,503',
        'GET /scope/ 200,400,401,503',
        'GET /scope/toys 200,400,401,503'
      ], openapi)
    }
  })
}

t.test('JSON and YAML are the same, whichever is asked for first', async (t) => {
  const [json, yaml] = [await build(), await build()]
  const document = json.swagger()
  const text = yaml.swagger({ yaml: true })
  t.strictSame(parse(text), JSON.parse(JSON.stringify(document)))
  t.equal(json.swagger({ yaml: true }), text)
  t.strictSame(yaml.swagger(), document)
  t.equal(json.swagger(), document, 'made once')
  t.notMatch(text, /[&*]a\d/, 'no aliases')
})

t.test('every operation says what its route enforces', async (t) => {
  const app = await build()
  const enforced = new Map(app.security.routes().map(({ method, url, security }) =>
    [`${method} ${url.replace('(^\\d+$)', '').replace(':id', '{id}').replace('*', '{*}').replace(/^\/scope$/, '/scope/')}`, security]))
  const found = operations(documentOf(app))
  for (const [method, path, operation] of found) t.strictSame(operation.security, enforced.get(`${method} ${path}`), `${method} ${path}`)
  t.equal(found.length, 13)
})

t.test('roles are documented where the version has a place for them', async (t) => {
  const [older, newer] = [await build('swagger last', { openapi: {} }), await build()].map(documentOf)
  t.match(older?.paths['/roles/{*}']?.['post'], { security: [{ partner: [] }], 'x-required-roles': [{ partner: ['admin'] }] })
  t.match(newer?.paths['/roles/{*}']?.['post'], { security: [{ partner: ['admin'] }], 'x-required-roles': undefined })
  t.match(older?.components.securitySchemes['machine'], { type: 'http', 'x-type': 'mutualTLS' })
  t.match(newer?.components.securitySchemes['machine'], { type: 'mutualTLS' })
})

t.test('what an anonymous request is told is what the document shows', async (t) => {
  const app = await build()
  const document = documentOf(app)
  let refused = 0
  for (const [method, path, operation] of operations(document)) {
    const live = await send(app, method, path.replace(/\{[^}]*\}/, '1'))
    const documented = response(document, operation, live.statusCode)
    t.ok(documented, `${method} ${path}: ${live.statusCode} is documented`)
    if (live.statusCode < 400) continue
    refused++
    equals(t, document, documented, live, `${method} ${path}`)
  }
  t.equal(refused, 11)
})

t.test('what other requests are told is what the document shows', async (t) => {
  const app = await build()
  const document = documentOf(app)
  const basicLine = ['Authorization', 'Basic YTpi']
  const token = (value: string) => ['Authorization', `Bearer ${value}`]
  const table: [method: string, path: string, status: number, headers: string[]][] = [
    ['GET', '/pets/{id}', 400, [...token(SCOPELESS), ...token(SCOPELESS)]],
    ['GET', '/everything', 400, [...token(SCOPELESS), ...basicLine]],
    ['GET', '/optional', 400, [...basicLine, ...basicLine]],
    ['GET', '/optional', 401, basicLine],
    ['POST', '/roles/{*}', 400, ['X-API-Key', SCOPELESS, 'X-API-Key', SCOPELESS]],
    ['POST', '/roles/{*}', 403, ['X-API-Key', SCOPELESS]],
    ['GET', '/pets/{id}', 403, token(SCOPELESS)],
    ['PUT', '/pets/{id}', 403, [...token(SCOPELESS), 'X-API-Key', SCOPELESS]],
    ['GET', '/live', 403, token(SCOPELESS)],
    ['GET', '/inherits', 503, token(UNSURE)]
  ]
  for (const [method, path, status, headers] of table) {
    const name = `${method} ${path} ${status}`
    const live = await send(app, method, path.replace(/\{[^}]*\}/, '1'), headers)
    t.equal(live.statusCode, status, name)
    const documented = response(document, document.paths[path]?.[method.toLowerCase()], status)
    equals(t, document, documented, live, name)
    t.equal(documented?.headers?.['Retry-After'] !== undefined, live.headers['retry-after'] !== undefined, `${name}: Retry-After`)
  }
})

t.test('a refused handshake is what the document shows', async (t) => {
  const app = await build()
  const document = documentOf(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const table: [status: number, headers: Record<string, string>][] = [
    [401, {}],
    [403, { authorization: `Bearer ${SCOPELESS}` }],
    [403, { origin: 'https://evil.example' }],
    [503, { authorization: `Bearer ${UNSURE}` }]
  ]
  for (const [status, headers] of table) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live`, { headers })
    const [, received] = await once(socket, 'unexpected-response') as [unknown, IncomingMessage]
    const body = Buffer.concat(await received.toArray() as Buffer[]).toString()
    t.equal(received.statusCode, status)
    const documented = response(document, document.paths['/live']?.['get'], status)
    equals(t, document, documented, { statusCode: status, headers: received.headers, body }, `${status}`)
  }
})
