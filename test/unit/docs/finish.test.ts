import t from 'tap'
import { finish, type Finishing } from '../../../lib/docs/finish.ts'
import { MARK } from '../../../lib/docs/mark.ts'
import { matchOperations } from '../../../lib/docs/matching.ts'
import type { DocumentedRoute } from '../../../lib/docs/operations.ts'
import type { Json } from '../../../lib/docs/openapi.ts'
import type { Security } from '../../../lib/requirement/parse.ts'
import { protect, schemes } from './protections.ts'

interface Operation { security?: unknown, responses?: Json, callbacks?: unknown, [MARK]?: unknown }
interface Finished {
  openapi: string
  paths: Record<string, Record<string, Operation> & { additionalOperations?: Record<string, Operation> }>
  webhooks?: unknown
  security?: unknown
  components: Record<string, Json>
}

function route (url: string, security: Security, more: Partial<DocumentedRoute> = {}): DocumentedRoute {
  const protection = security.length === 0 ? 'public' : protect(security)
  const surroundings = { origins: false, subprotocol: false }
  return { methods: ['GET'], url, security, protection, upgrade: 'never', surroundings, ownBodies: false, responds: false, ...more }
}

function finished (document: Json, routes: Record<string, DocumentedRoute>, more: Partial<Finishing> = {}): Finished {
  const found = { byMark: (mark: string) => routes[mark], byPath: matchOperations(Object.values(routes), document['servers']) }
  const finishing = { schemes, security: [{ oauth: [] }], routes: found, ...more }
  return finish({ openapi: '3.1.0', ...document }, finishing) as unknown as Finished // what is asked for
}

t.test('a marked operation is completed, whatever its path has become', async (t) => {
  const { paths } = finished({ paths: { '/elsewhere': { get: { [MARK]: '1' } } } }, { 1: route('/pets', [{ staff: [] }]) })
  t.match(paths['/elsewhere'], { get: { security: [{ staff: [] }] } })
  t.equal(paths['/elsewhere']?.['get']?.[MARK], undefined)
})

t.test('an operation without its mark is found by method and path', async (t) => {
  const routes = {
    1: route('/pets/:id(^\\d+$)', [{ staff: [] }]),
    2: route('/pets/:id', [], { methods: ['POST', 'PUT'] }),
    3: route('/v1/toys/*', [{ partner: [] }])
  }
  const { paths } = finished({
    servers: [{ url: 'https://api.example/v1' }],
    paths: { '/pets/{pet}': { get: {}, post: {}, put: {}, delete: {} }, '/toys/{*}': { get: {} }, '/v1/toys/{*}': { get: {} }, '/other': { get: {} } }
  }, routes)
  t.match(paths, {
    '/pets/{pet}': { get: { security: [{ staff: [] }] }, post: { security: [] }, put: { security: [] }, delete: { security: undefined } },
    '/toys/{*}': { get: { security: [{ partner: [] }] } },
    '/v1/toys/{*}': { get: { security: [{ partner: [] }] } },
    '/other': { get: { security: undefined } }
  })
})

t.test('marks of others are left to them', async (t) => {
  const { paths } = finished({ paths: { '/pets': { get: { [MARK]: 'other' } } } }, { 1: route('/pets', [{ staff: [] }]) })
  t.strictSame(paths['/pets'], { get: { [MARK]: 'other' } })
})

t.test('methods without a field of their own are completed too', async (t) => {
  const routes = { 1: route('/pets', [{ staff: [] }], { methods: ['PURGE'] }), 2: route('/pets', [{ oauth: [] }], { methods: ['GET'] }) }
  const { paths } = finished({
    openapi: '3.2.0', paths: { '/pets': { summary: 'a', parameters: [], get: { [MARK]: '2' }, additionalOperations: { PURGE: { [MARK]: '1' } } } }
  }, routes)
  t.match(paths['/pets'], { summary: 'a', parameters: [], get: { security: [{ oauth: [] }] }, additionalOperations: { PURGE: { security: [{ staff: [] }] } } })
  const older = finished({ paths: { '/pets': { purge: { [MARK]: '1' } } } }, routes)
  t.strictSame(older.paths['/pets'], {}, 'versions before 3.2 have no field for it')
})

t.test('what only upgrades has no operations but get', async (t) => {
  const { paths } = finished({ paths: { '/live': { get: { [MARK]: '1' }, head: { [MARK]: '1' } } } },
    { 1: route('/live', [{ oauth: [] }], { methods: ['GET', 'HEAD'], upgrade: 'only' }) })
  t.strictSame(Object.keys(paths['/live'] ?? {}), ['get'])
})

t.test('the default is that of the document', async (t) => {
  t.strictSame(finished({ paths: {} }, {}).security, [{ oauth: [] }])
  t.strictSame(finished({ paths: {}, security: [{ theirs: [] }] }, {}).security, [{ oauth: [] }])
  t.strictSame(finished({ paths: {}, security: [{ theirs: [] }] }, {}, { security: null }).security, [{ theirs: [] }], 'not the plugin’s document')
  t.strictSame(finished({ paths: {} }, {}, { security: [] }).security, [])
})

t.test('requests that the API sends do not inherit what it asks', async (t) => {
  const callbacks = { onDone: { '{$request.body#/url}': { post: { responses: {} }, put: { security: [{ theirs: [] }] } } } }
  const document = { paths: { '/jobs': { get: { callbacks, [MARK]: '1' } } }, webhooks: { pet: { post: {}, summary: 'a' }, toy: { $ref: '#/x' } } }
  const { paths, webhooks } = finished(document, { 1: route('/jobs', [{ oauth: [] }]) })
  t.match(paths['/jobs']?.['get']?.callbacks, { onDone: { '{$request.body#/url}': { post: { security: [] }, put: { security: [{ theirs: [] }] } } } })
  t.strictSame(webhooks, { pet: { post: { security: [] }, summary: 'a' }, toy: { $ref: '#/x' } })
})

t.test('the document given is left as it is', async (t) => {
  const document = { openapi: '3.1.0', components: { schemas: {} }, paths: { '/pets': { get: { responses: { 401: { description: 'a' } }, [MARK]: '1' } } } }
  const before = JSON.stringify(document)
  const deepFreeze = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze)
  }
  deepFreeze(document)
  const { components } = finished(document, { 1: route('/pets', [{ oauth: [] }]) })
  t.equal(JSON.stringify(document), before)
  t.strictSame(Object.keys(components), ['schemas', 'headers', 'examples', 'responses', 'securitySchemes'])
})

t.test('documents of any shape are survived', async (t) => {
  for (const paths of [undefined, null, [], { '/a': null, '/b': { get: null, post: [] } }]) {
    t.doesNotThrow(() => finished({ paths, webhooks: null, components: null, servers: 'x' }, {}), JSON.stringify(paths))
  }
})
