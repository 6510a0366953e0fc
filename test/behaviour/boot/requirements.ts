import type { FastifyInstance, FastifySchema } from 'fastify'
import { handler, plug, type BootRow } from './row.ts'

/** Values of `security` that are no declaration. Each must stop the application, wherever it stands. */
const MALFORMED: readonly (readonly [shows: string, value: unknown])[] = [
  ['null', null], ['false', false], ['true', true], ['0', 0], ['1', 1], ['empty text', ''], ['text', 'x'], ['an object', {}],
  ['a requirement without its array', { oauth: [] }], ['a function', () => []], ['a Set', new Set([{ oauth: [] }])],
  ['a symbol', Symbol('x')],
  ['an alternative of null', [null]], ['an alternative of undefined', [undefined]], ['an alternative of text', ['oauth']],
  ['an alternative of false', [false]], ['an alternative of a number', [1]], ['an alternative of an array', [[]]],
  ['an alternative of an array of names', [['oauth']]], ['a hole', new Array(1)],
  ['a hole beside an alternative', Object.assign([], { 1: { oauth: [] } })],
  ['an alternative that is inherited', [Object.create({ oauth: [] })]],
  ['an alternative that has __proto__ set', [JSON.parse('{"oauth":[]}', inherit)]],
  ['an alternative of a Map', [new Map([['oauth', []]])]], ['an alternative of a Date', [new Date()]],
  ['an alternative of a function', [() => {}]],
  ['scopes of null', [{ oauth: null }]], ['scopes of undefined', [{ oauth: undefined }]], ['scopes of true', [{ oauth: true }]],
  ['scopes of text', [{ oauth: 'read' }]], ['scopes of an object', [{ oauth: { 0: 'read', length: 1 } }]],
  ['scopes of a Set', [{ oauth: new Set(['read']) }]],
  ['a scope of null', [{ oauth: [null] }]], ['a scope of a number', [{ oauth: [1] }]], ['a scope in an array', [{ oauth: [['read']] }]],
  ['a scope that is a hole', [{ oauth: new Array(1) }]],
  ['a scope with a quote', [{ oauth: ['a"b'] }]], ['a scope with a backslash', [{ oauth: ['a\\b'] }]],
  ['a scope with a space', [{ oauth: ['a b'] }]],
  ['a scope beyond ASCII', [{ oauth: ['é'] }]], ['an empty scope', [{ oauth: [''] }]],
  ['a scope with a line break', [{ oauth: ['read\n'] }]],
  ['a scope with NUL', [{ oauth: ['read\0'] }]], ['the second alternative', [{ oauth: [] }, null]]
]

/** Moves what was read to the prototype of an otherwise empty object. */
function inherit (_name: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.setPrototypeOf({}, value) : value
}

/** The places of a declaration. */
const PLACES: readonly (readonly [shows: string, says: string, put: (app: FastifyInstance, security: unknown) => unknown])[] = [
  ['of a route', 'Route GET /pets', async (app, security) => {
    await plug(app)
    app.get('/pets', { schema: { security } as FastifySchema }, handler)
  }],
  ['of a WebSocket route', 'Route GET /pets', async (app, security) => {
    await plug(app)
    app.get('/pets', { websocket: true, schema: { security } as FastifySchema }, () => {})
  }],
  ['of the plugin', 'The option security', (app, security) => plug(app, { security })],
  ['of a scope', 'app.security.default()', async (app, security) => {
    await plug(app)
    app.register(async (child) => { child.security.default(security as []) })
  }]
]

function route (schema: unknown, url = '/pets'): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    await plug(app)
    app.get(url, { schema: schema as FastifySchema }, handler)
  }
}

class Schema {
  get security (): unknown[] { return [] }
}

export const REQUIREMENTS: readonly BootRow[] = [
  ...PLACES.flatMap(([place, says, put]) => MALFORMED.map(([shows, value]): BootRow =>
    [`security ${place}: ${shows}`, 'FST_SECURITY_REQUIREMENT_INVALID', [says, 'Write [] for a public route'], (app) => put(app, value)])),
  ['security of the plugin: undefined', 'FST_SECURITY_REQUIREMENT_INVALID', ['The option security', 'Write [] for a public route'],
    (app) => plug(app, { security: undefined })],
  ['security of a scope: undefined', 'FST_SECURITY_REQUIREMENT_INVALID', ['app.security.default()'], async (app) => {
    await plug(app)
    app.security.default(undefined as unknown as [])
  }],
  ['security inherited by the schema', 'FST_SECURITY_REQUIREMENT_INVALID', ['Route GET /pets', 'inherited'],
    route(Object.create({ security: [] }))],
  ['security from the prototype of a class', 'FST_SECURITY_REQUIREMENT_INVALID', ['Route GET /pets', 'inherited'], route(new Schema())],
  ...(['oath', 'Oauth', 'toString', 'constructor', 'hasOwnProperty', './oauth', '#/components/securitySchemes/oauth',
    ''] as const).map((name): BootRow =>
    [`a scheme called ${name || 'nothing'}`, 'FST_SECURITY_SCHEME_UNKNOWN',
      ['Route GET /pets', `"${name}"`, 'oauth, service', 'mend the name'],
      route({ security: [{ [name]: [] }] })]),
  ['a scheme called __proto__', 'FST_SECURITY_SCHEME_UNKNOWN', ['Route GET /pets', '"__proto__"'],
    route({ security: [JSON.parse('{"__proto__":[]}')] })],
  ['an unknown scheme beside {}', 'FST_SECURITY_SCHEME_UNKNOWN', ['Route GET /pets', '"oath"'], route({ security: [{}, { oath: [] }] })],
  ['an unknown scheme in the second half of a requirement', 'FST_SECURITY_SCHEME_UNKNOWN', ['"oath"'],
    route({ security: [{ key: [], oath: [] }] })],
  ['an unknown scheme of the plugin', 'FST_SECURITY_SCHEME_UNKNOWN', ['The option security', '"oath"'],
    (app) => plug(app, { security: [{ oath: [] }] })],
  ['an unknown scheme, and there are none', 'FST_SECURITY_SCHEME_UNKNOWN', ['The option security', '"oauth"'],
    (app) => plug(app, { schemes: {} })],
  ['an unknown scheme of a scope', 'FST_SECURITY_SCHEME_UNKNOWN', ['app.security.default()', '"oath"'], async (app) => {
    await plug(app)
    app.register(async (child) => { child.security.default([{ oath: [] }]) })
  }],
  ['a scope that is not declared', 'FST_SECURITY_SCOPE_UNDECLARED', ['Route GET /pets', '"reed" of scheme "oauth"', 'read, write'],
    route({ security: [{ oauth: ['read', 'reed'] }] })],
  ['a scope in another case', 'FST_SECURITY_SCOPE_UNDECLARED', ['"Read" of scheme "oauth"'], route({ security: [{ oauth: ['Read'] }] })],
  ['a scope called like a member of every object', 'FST_SECURITY_SCOPE_UNDECLARED', ['"toString" of scheme "oauth"'],
    route({ security: [{ oauth: ['toString'] }] })],
  ['a role of a scheme that has none', 'FST_SECURITY_SCOPE_UNDECLARED', ['"admin" of scheme "key"', 'declares none'],
    route({ security: [{ key: ['admin'] }] })],
  ['a role that is not declared', 'FST_SECURITY_SCOPE_UNDECLARED', ['"boss" of scheme "role"', 'admin, audit'],
    route({ security: [{ role: ['boss'] }] })],
  ['a scope of the plugin', 'FST_SECURITY_SCOPE_UNDECLARED', ['The option security'],
    (app) => plug(app, { security: [{ oauth: ['reed'] }] })],
  ['Basic and Bearer together', 'FST_SECURITY_REQUIREMENT_UNSATISFIABLE', ['Route GET /pets', 'oauth and staff', 'Make them alternatives'],
    route({ security: [{ oauth: [], staff: [] }] })],
  ['two bearer-type schemes together', 'FST_SECURITY_REQUIREMENT_UNSATISFIABLE', ['oauth and service'],
    route({ security: [{ key: [] }, { oauth: [], service: [], key: [] }] })],
  ['a scheme of one\'s own and Bearer together', 'FST_SECURITY_REQUIREMENT_UNSATISFIABLE', ['The option security', 'device and oauth'],
    (app) => plug(app, { security: [{ device: [], oauth: [] }] })],
  ['a WebSocket route with a cookie and no origins', 'FST_SECURITY_ORIGINS_MISSING', ['Route GET /live', '"session"', 'Set them'],
    async (app) => {
      await plug(app)
      app.get('/live', { websocket: true, schema: { security: [{ oauth: [] }, { session: [] }] } }, () => {})
    }],
  ['a WebSocket route with an optional cookie and no origins', 'FST_SECURITY_ORIGINS_MISSING', ['Route GET /live'], async (app) => {
    await plug(app)
    app.get('/live', { websocket: true, schema: { security: [{}, { session: [] }] } }, () => {})
  }],
  ['a WebSocket route with an inherited cookie and no origins', 'FST_SECURITY_ORIGINS_MISSING', ['Route GET /live'], async (app) => {
    await plug(app, { security: [{ session: [] }] })
    app.get('/live', { websocket: true }, () => {})
  }],
  ['a route with wsHandler, a cookie and no origins', 'FST_SECURITY_ORIGINS_MISSING', ['Route GET /live'], async (app) => {
    await plug(app)
    app.route({ method: 'GET', url: '/live', schema: { security: [{ session: [] }] }, handler, wsHandler: () => {} })
  }],
  ['mutualTls on a server without TLS', 'FST_SECURITY_CERTIFICATES_OFF', ['"peer"', 'https.requestCert'], async (app) => {
    const { mutualTls } = await import('fastify-openapi-security')
    await plug(app, { schemes: { peer: mutualTls({ verify: () => ({}) }) }, security: [] })
    app.get('/pets', { schema: { security: [{ peer: [] }] } }, handler)
  }]
]
