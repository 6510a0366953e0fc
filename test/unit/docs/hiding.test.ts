import t from 'tap'
import { copySchema, followHiding } from '../../../lib/docs/hiding.ts'
import type { KnownRoute } from '../../../lib/routes.ts'

type Options = KnownRoute['options']

function route (options: object): Options & { schema?: Record<string, unknown> } {
  return { method: 'GET', url: '/', handler: () => {}, ...options } as Options & { schema?: Record<string, unknown> } // what prepare() reads
}

/** What @fastify/websocket does in its onRoute hook. */
function hide (options: { schema?: Record<string, unknown> }) {
  options.schema ??= {}
  options.schema['hide'] = true
}

t.test('registered before @fastify/websocket, what the application wrote counts', async (t) => {
  const table: [what: string, schema: object | undefined, forced: boolean][] = [
    ['nothing', undefined, true], ['shown', { security: [] }, true], ['frozen', Object.freeze({ security: [] }), true],
    ['hidden', { hide: true }, false], ['shown expressly', { hide: false }, true]
  ]
  for (const [what, schema, forced] of table) {
    const before = JSON.stringify(schema)
    const hiding = followHiding(false)
    const options = route({ websocket: true, schema })
    hiding.prepare(options)
    hide(options)
    t.equal(hiding.isForced(options), forced, what)
    t.equal(JSON.stringify(schema), before, `${what}: the application’s object is as before`)
  }
})

t.test('registered after it, the routes are shown, and all that share the object', async (t) => {
  const hiding = followHiding(true)
  const schema = { security: [] }
  const live = route({ websocket: true, schema })
  const twin = route({ schema })
  hide(live)
  hiding.prepare(live)
  hiding.prepare(twin)
  t.equal(hiding.isForced(live), true)
  t.equal(hiding.isForced(twin), true)
  t.equal(hiding.isForced(route({ schema: { hide: true } })), false)
  t.equal(hiding.isForced(route({})), false)
})

t.test('a schema that Fastify cannot write to is replaced, any other stays', async (t) => {
  const hiding = followHiding(false)
  const frozen = route({ schema: Object.freeze({ security: [] }) })
  hiding.prepare(frozen)
  t.ok(Object.isExtensible(frozen.schema))
  t.strictSame(frozen.schema, { security: [] })
  const schema = { security: [] }
  const open = route({ schema })
  hiding.prepare(open)
  t.equal(open.schema, schema)
})

t.test('copies that @fastify/swagger makes for HEAD are without security, and it can be read', async (t) => {
  const hiding = followHiding(false)
  const schema = Object.freeze({ operationId: 'a', security: [{ oauth: [] }] })
  const head = route({ method: 'HEAD', schema })
  hiding.prepare(head)
  t.strictSame(Object.assign({}, head.schema), { operationId: 'a' })
  t.strictSame(head.schema?.['security'], [{ oauth: [] }])
  for (const options of [{ method: 'HEAD', schema: { operationId: 'a' } }, { method: 'HEAD', schema: { security: [] } }, { schema }]) {
    const other = route(options)
    hiding.prepare(other)
    t.strictSame(other.schema, options.schema)
  }
})

t.test('a copy keeps what its original is an instance of', async (t) => {
  class Schema { security = [] }
  const original = new Schema()
  const copied = copySchema({ ...original })
  t.strictSame(copied, { security: [] })
  t.type(copySchema(original as never), Schema)
})
