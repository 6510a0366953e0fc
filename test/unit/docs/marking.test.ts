import t from 'tap'
import { isMarked, MARK } from '../../../lib/docs/mark.ts'
import { followHiding } from '../../../lib/docs/hiding.ts'
import { generate } from '../../../lib/docs/marking.ts'
import type { KnownRoute } from '../../../lib/routes.ts'

function known (options: object, methods = ['GET']): KnownRoute {
  return { methods, url: '/', websocket: false, protection: 'public', security: [], source: 'route', options: { method: 'GET', url: '/', ...options } } as unknown as
    KnownRoute // what generate() reads
}

const hiding = followHiding(false)

t.test('while the document is made, routes show a marked schema without security', async (t) => {
  const schema = Object.freeze({ summary: 'a', security: [{ oauth: [] }] })
  const routes = [known({ schema }), known({})]
  const { document, routes: marked } = generate(routes, hiding, () => routes.map(({ options }) => options.schema))
  const [first, second] = document as Record<string, unknown>[]
  t.match(first, { summary: 'a', security: undefined })
  t.strictSame(Object.keys(second ?? {}), [MARK])
  t.equal(marked.get(String(first?.[MARK])), routes[0])
  t.equal(marked.get(String(second?.[MARK])), routes[1])
  t.equal(isMarked({ paths: { '/a': { parameters: [], get: second } } }), true)
})

t.test('afterwards all is as before, also if it could not be made', async (t) => {
  const schema = { security: [] }
  const routes = [known({ schema }), known({}), known({ schema: undefined })]
  generate(routes, hiding, () => ({}))
  t.throws(() => generate(routes, hiding, () => { throw new Error('not ready') }), { message: 'not ready' })
  t.equal(routes[0]?.options.schema, schema)
  t.strictSame(routes.map(({ options }) => 'schema' in options), [true, false, true])
  t.strictSame(schema, { security: [] })
})

t.test('a document that someone wrote has no marks', async (t) => {
  for (const document of [{}, { paths: [] }, { paths: { '/a': null, '/b': { get: {}, parameters: { [MARK]: '1' } } } }]) t.equal(isMarked(document), false)
})

t.test('what is hidden for the application stays hidden, and HEAD of a WebSocket route is', async (t) => {
  const follow = followHiding(false)
  const forced = known({ websocket: true })
  follow.prepare(forced.options)
  const table: [what: string, route: KnownRoute, hide: unknown][] = [
    ['hidden', known({ schema: { hide: true } }), true],
    ['shown', known({ schema: {} }), undefined],
    ['forced', forced, undefined],
    ['HEAD of a WebSocket route', known({ websocket: true, method: 'HEAD' }, ['HEAD']), true]
  ]
  Object.assign(forced.options.schema ?? {}, { hide: true })
  for (const [what, route, hide] of table) {
    generate([route], follow, () => { t.equal((route.options.schema as { hide?: unknown }).hide, hide, what) })
  }
})
