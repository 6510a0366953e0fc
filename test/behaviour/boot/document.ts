import Fastify, { type FastifyInstance } from 'fastify'
import { schemesFrom } from 'fastify-openapi-security/document'
import { registrationOf } from '../../../lib/registration.ts'
import { handler, plug, type BootRow } from './row.ts'

const responses = { 200: { description: 'Pets.' } }
const read = [{ oauth: ['read'] }]
const pets = { openapi: '3.1.0', info: { title: 'Pets', version: '1' }, paths: { '/pets': { get: { security: read, responses } } } }

function follow (document: object, add: (app: FastifyInstance) => unknown) {
  return async (app: FastifyInstance) => {
    await plug(app, { document })
    await add(app)
  }
}

function withPaths (paths: object) {
  return { ...pets, paths }
}

/** What is wrong about a document that came first. */
export const DOCUMENT: readonly BootRow[] = [
  ['no object', 'FST_SECURITY_OPTIONS_INVALID', ['option document'], (app) => plug(app, { document: 'openapi.json' })],
  ['Swagger 2.0', 'FST_SECURITY_OPTIONS_INVALID', ['document'], (app) => plug(app, { document: { swagger: '2.0', paths: {} } })],
  ['OpenAPI 4', 'FST_SECURITY_DOCUMENT_UNSUPPORTED', ['OpenAPI 4.0.0'], (app) => plug(app, { document: { openapi: '4.0.0', paths: {} } })],
  ['an operation without a route', 'FST_SECURITY_OPERATIONS_WITHOUT_ROUTE', ['GET /pets', 'Add the routes'], follow(pets, () => {})],
  ['a route whose path is misspelt', 'FST_SECURITY_OPERATIONS_WITHOUT_ROUTE', ['GET /pets'], follow(pets, (app) => app.get('/pet', handler))],
  ['a prefix that is not among the servers', 'FST_SECURITY_OPERATIONS_WITHOUT_ROUTE', ['GET /pets', 'servers'], follow(pets, (app) =>
    app.register(async (scope) => { scope.get('/pets', handler) }, { prefix: '/v1' }))],
  ['an operation of a method without a field', 'FST_SECURITY_OPERATIONS_WITHOUT_ROUTE', ['PURGE /pets'],
    follow({ ...withPaths({ '/pets': { additionalOperations: { PURGE: { responses } } } }), openapi: '3.2.0' }, () => {})],
  ['many operations without a route', 'FST_SECURITY_OPERATIONS_WITHOUT_ROUTE', ['GET /9', 'and 2 more'],
    follow(withPaths(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`/${i}`, { get: { responses } }]))), () => {})],
  ['a path that is a reference to nothing', 'FST_SECURITY_DOCUMENT_UNSUPPORTED', ['/pets', '#/components/pathItems/gone'],
    (app) => plug(app, { document: withPaths({ '/pets': { $ref: '#/components/pathItems/gone' } }) })],
  ['a path that is a reference to elsewhere', 'FST_SECURITY_DOCUMENT_UNSUPPORTED', ['other.json'],
    (app) => plug(app, { document: withPaths({ '/pets': { $ref: 'other.json#/paths/~1pets' } }) })],
  ['an operation behind a reference without a route', 'FST_SECURITY_OPERATIONS_WITHOUT_ROUTE', ['GET /pets'],
    follow({ ...withPaths({ '/pets': { $ref: '#/components/pathItems/a~1b%20c' } }), components: { pathItems: { 'a/b c': { get: { responses } } } } }, () => {})],
  ['a method in capitals without a route', 'FST_SECURITY_OPERATIONS_WITHOUT_ROUTE', ['GET /pets'],
    follow(withPaths({ '/pets': { GET: { responses } } }), () => {})],
  ['a route that contradicts its operation', 'FST_SECURITY_DECLARED_TWICE', ['Route GET /pets', 'mend the document'],
    follow(pets, (app) => app.get('/pets', { schema: { security: [] } }, handler))],
  ['methods of one route with different operations', 'FST_SECURITY_REQUIREMENT_INVALID', ['Route GET,POST /pets', 'several routes'],
    follow(withPaths({ '/pets': { get: { security: read, responses }, post: { security: [], responses } } }), (app) =>
      app.route({ method: ['GET', 'POST'], url: '/pets', handler }))],
  ['a method the document says nothing of, beside one that it does', 'FST_SECURITY_REQUIREMENT_INVALID', ['Route GET,POST /pets'],
    follow(pets, (app) => app.route({ method: ['GET', 'POST'], url: '/pets', handler }))],
  ['a requirement that is none', 'FST_SECURITY_REQUIREMENT_INVALID', ['Operation GET /pets of the document'],
    (app) => plug(app, { document: withPaths({ '/pets': { get: { security: {}, responses } } }) })],
  ['a scheme that is not there', 'FST_SECURITY_SCHEME_UNKNOWN', ['Route GET /pets', '"oauht"'],
    follow(withPaths({ '/pets': { get: { security: [{ oauht: [] }], responses } } }), (app) => app.get('/pets', handler))],
  ['a scope that is not declared', 'FST_SECURITY_SCOPE_UNDECLARED', ['Route GET /pets', '"reed"'],
    follow(withPaths({ '/pets': { get: { security: [{ oauth: ['reed'] }], responses } } }), (app) => app.get('/pets', handler))],
  ['a scheme without a verifier', 'FST_SECURITY_DOCUMENT_SCHEME_INVALID', ['oauth'],
    () => schemesFrom({ ...pets, components: { securitySchemes: { oauth: { type: 'http', scheme: 'bearer' } } } }, {} as never)],
  ['a tool on an application without the plugin', 'FST_SECURITY_NOT_REGISTERED', ['outermost'], () => registrationOf(Fastify())]
]
