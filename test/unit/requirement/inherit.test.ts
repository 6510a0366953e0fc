import t from 'tap'
import { inherit, openScope, setDefault, type Scope } from '../../../lib/requirement/inherit.ts'

const PLUGIN = Object.freeze([Object.freeze({ a: Object.freeze([]) })])
const OWN = Object.freeze([])
const OTHER = Object.freeze([Object.freeze({})])

function outermost (): Scope {
  return { parent: null, security: PLUGIN, source: 'plugin', takenBy: null }
}

t.test('the nearest default is in force', async (t) => {
  const root = outermost()
  const child = openScope(root)
  const grandchild = openScope(child)
  t.strictSame(inherit(openScope(root), 'GET /other'), { security: PLUGIN, source: 'plugin' }, 'none of its own')
  setDefault(child, OWN)
  t.strictSame(inherit(grandchild, 'GET /a'), { security: OWN, source: 'scope' }, 'of the parent')
  t.equal(inherit(child, 'GET /b').security, OWN, 'its own')
  t.strictSame(inherit(root, 'GET /c'), { security: PLUGIN, source: 'plugin' }, 'a child changes nothing above')
  t.strictSame(inherit(openScope(root), 'GET /d'), { security: PLUGIN, source: 'plugin' }, 'nor beside')
})

t.test('a default of the outermost scope replaces the plugin\'s', async (t) => {
  const root = outermost()
  setDefault(root, OWN)
  t.strictSame(inherit(openScope(root), 'GET /a'), { security: OWN, source: 'scope' })
})

t.test('the last of several defaults holds', async (t) => {
  const scope = openScope(outermost())
  setDefault(scope, OWN)
  setDefault(scope, OTHER)
  t.equal(inherit(scope, 'GET /a').security, OTHER)
})

t.test('a default that comes after a route took what was there is refused', async (t) => {
  const table: [name: string, takes: 'root' | 'child' | 'grandchild', sets: 'root' | 'child' | 'grandchild', refused: boolean][] = [
    ['in the same scope', 'child', 'child', true],
    ['through the scope, from below', 'grandchild', 'child', true],
    ['through every scope', 'grandchild', 'root', true],
    ['below the route', 'child', 'grandchild', false],
    ['below the route, outermost', 'root', 'child', false]
  ]
  for (const [name, takes, sets, refused] of table) {
    const root = outermost()
    const child = openScope(root)
    const scopes = { root, child, grandchild: openScope(child) }
    inherit(scopes[takes], 'Route GET /first')
    const set = (): void => { setDefault(scopes[sets], OWN) }
    if (refused) t.throws(set, { code: 'FST_SECURITY_DEFAULT_TOO_LATE', message: /Route GET \/first had taken/ }, name)
    else t.doesNotThrow(set, name)
  }
})

t.test('a scope whose default was taken keeps it from those above', async (t) => {
  const root = outermost()
  const child = openScope(root)
  setDefault(child, OWN)
  inherit(child, 'GET /a')
  t.doesNotThrow(() => { setDefault(root, OTHER) }, 'nothing was taken from the root')
  t.equal(inherit(child, 'GET /b').security, OWN)
})

t.test('the error names the first route', async (t) => {
  const scope = openScope(outermost())
  inherit(scope, 'GET /first')
  inherit(scope, 'GET /second')
  t.throws(() => { setDefault(scope, OWN) }, { message: /GET \/first had/ })
})

t.test('an outermost scope without a default is a mistake of ours', async (t) => {
  t.throws(() => inherit(openScope(null), 'GET /a'), /the outermost scope has no default requirement/)
})
