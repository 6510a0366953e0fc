import t from 'tap'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')

/** From the bottom up: a file imports from its own row or a lower one. A name that ends in a slash is a whole folder. */
const LAYERS: readonly (readonly string[])[] = [
  ['lib/errors.ts', 'lib/syntax.ts'],
  ['lib/client/'],
  ['lib/scheme.ts', 'schemas/'],
  ['lib/requirement/', 'lib/credentials/', 'lib/define.ts'],
  ['lib/tokens/'],
  ['lib/schemes/'],
  ['lib/policy.ts'],
  ['lib/decision/'],
  ['lib/challenge/'],
  ['lib/routes.ts', 'lib/boot.ts', 'lib/redact.ts', 'lib/first.ts', 'lib/authenticate.ts', 'lib/websocket/', 'lib/metadata/resource.ts', 'lib/docs/asyncapi/objects.ts', 'lib/docs/asyncapi/document-url.ts'],
  ['lib/augment.ts', 'lib/message.ts', 'lib/security.ts'],
  ['lib/options.ts'],
  ['lib/registration.ts'],
  ['lib/docs/', 'lib/metadata/', 'lib/respond.ts', 'lib/log.ts'],
  ['lib/guard.ts', 'lib/handshake.ts', 'lib/first-message.ts', 'lib/connections.ts', 'lib/effective.ts', 'lib/describe.ts'],
  ['lib/plugin.ts'],
  ['lib/document/', 'lib/testing/'],
  ['lib/index.ts', 'lib/client.ts', 'lib/strict.ts', 'lib/document.ts', 'lib/testing.ts'],
  ['lib/cli/']
]

/** Where nothing has an effect: no Fastify, no clock, no network, no state of the process. */
const PURE: readonly string[] = [
  'lib/errors.ts', 'lib/syntax.ts', 'lib/scheme.ts', 'lib/requirement/', 'lib/credentials/', 'lib/policy.ts', 'lib/decision/decide.ts', 'lib/challenge/',
  'lib/docs/asyncapi/', 'lib/metadata/resource.ts', 'lib/websocket/close-codes.ts', 'lib/websocket/message-format.ts', 'lib/websocket/origin.ts',
  'lib/client/backoff.ts', 'lib/client/carriers.ts', 'lib/client/challenges.ts', 'lib/client/endings.ts', 'lib/client/messages.ts'
]

/** What may be loaded from outside at run time, by whom, and why. */
const OUTSIDE: readonly (readonly [place: string, modules: readonly string[], why: string])[] = [
  ['lib/errors.ts', ['@fastify/error'], 'makes errors'],
  ['lib/credentials/certificate.ts', ['node:crypto'], 'X509Certificate reads a forwarded certificate'],
  ['lib/schemes/mutualTls.ts', ['node:net'], 'BlockList compares addresses with CIDR blocks'],
  ['lib/challenge/problem.ts', ['node:http'], 'STATUS_CODES, a table of phrases'],
  ['lib/tokens/', ['node:crypto', 'node:util/types', 'jose', 'lru-cache'], 'JOSE, hashes, the cache of verified tokens'],
  ['lib/effective.ts', ['node:util'], 'deep comparison'],
  ['lib/docs/', ['node:util', 'node:crypto', 'node:http', 'yaml'], 'deep comparison, names of the marker, phrases, the YAML form'],
  ['lib/options.ts', ['@sinclair/typebox/value'], 'checks the options'],
  ['lib/websocket/', ['@sinclair/typebox/compiler', 'lru-cache', 'node:crypto', 'node:http'], 'schemas of messages; tickets and their digests; phrases'],
  ['schemas/', ['@sinclair/typebox', 'node:http'], 'writes schemas; STATUS_CODES, a table of phrases'],
  ['lib/plugin.ts', ['fastify-plugin'], 'breaks the encapsulation'],
  ['lib/testing/', [
    'fastify', 'node:async_hooks', 'node:crypto', 'node:events', 'node:http', 'node:stream', 'node:stream/consumers', 'node:util'
  ], 'a validator; what belongs to a request of its own; handshakes without a network'],
  ['lib/cli/', [
    'node:child_process', 'node:crypto', 'node:fs', 'node:fs/promises', 'node:module', 'node:path', 'node:timers/promises', 'node:url', 'node:util', '?'
  ], 'loads applications (?: by a name that is computed), writes files']
]

/** Loaded by people and their tests, not by applications. */
const TOOLS: readonly string[] = ['lib/testing/', 'lib/cli/']

/** Which only re-export; the plugin's also has the default export. */
const SURFACES: readonly string[] = ['lib/index.ts', 'lib/client.ts', 'lib/document.ts', 'lib/testing.ts']

/** Types that need each other: the plugin's types name `app.security`, whose methods take what the program's types allow. */
const TYPE_CYCLES: readonly (readonly [string, string])[] = [['lib/augment.ts', 'lib/security.ts'], ['lib/augment.ts', 'lib/message.ts']]

/** Words that have one home. */
const HOMES: readonly (readonly [word: RegExp, home: string, besides: string | null])[] = [
  [/^www-authenticate$/i, 'lib/challenge/fields.ts', null],
  [/^application\/problem\+json/i, 'lib/challenge/problem.ts', null],
  [/^insufficient_scope$/, 'lib/errors.ts', null],
  [/^insufficient_user_authentication$/, 'lib/errors.ts', null],
  [/^no-store$/, 'lib/challenge/fields.ts', null]
]

/** What only the composition root does. */
const ROOT_ONLY = /^(?:addHook|decorate|decorateRequest|decorateReply)$/

interface Import {
  readonly from: string
  readonly typeOnly: boolean
}

interface Source {
  readonly path: string
  readonly text: string
  readonly tree: ts.SourceFile
  readonly imports: readonly Import[]
}

function read (path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  const add = (from: ts.Node | undefined, typeOnly: boolean): void => { imports.push({ from: resolve(path, textOf(from)), typeOnly }) }
  visit(tree, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node.importClause))
    if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) add(node.moduleSpecifier, isTypeExport(node))
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true)
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false)
  })
  return { path, text, tree, imports }
}

function isTypeImport (clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const { namedBindings, name } = clause
  return name === undefined && namedBindings !== undefined && ts.isNamedImports(namedBindings) && areTypes(namedBindings.elements)
}

function isTypeExport ({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  return isTypeOnly || (exportClause !== undefined && ts.isNamedExports(exportClause) && areTypes(exportClause.elements))
}

function areTypes (specifiers: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]): boolean {
  return specifiers.length > 0 && specifiers.every(({ isTypeOnly }) => isTypeOnly)
}

function textOf (node: ts.Node | undefined): string {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : '?'
}

function resolve (path: string, from: string): string {
  return from.startsWith('.') ? posix.join(posix.dirname(path), from) : from
}

function visit (node: ts.Node, see: (node: ts.Node) => void): void {
  see(node)
  ts.forEachChild(node, (child) => { visit(child, see) })
}

function find (source: Source, test: (node: ts.Node) => boolean): ts.Node[] {
  const found: ts.Node[] = []
  visit(source.tree, (node) => { if (test(node)) found.push(node) })
  return found
}

/** The place in a table that a file belongs to: itself before its folder. */
function placeOf (path: string, places: readonly string[]): string | undefined {
  return places.find((place) => place === path) ?? places.find((place) => place.endsWith('/') && path.startsWith(place))
}

function layerOf (path: string): number {
  const place = placeOf(path, LAYERS.flat())
  return LAYERS.findIndex((layer) => place !== undefined && layer.includes(place))
}

const sources = ['lib', 'schemas']
  .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => posix.join(folder, name.replaceAll('\\', '/'))))
  .filter((path) => path.endsWith('.ts')).sort().map(read)
const inLib = sources.filter(({ path }) => path.startsWith('lib/'))
const isOwn = (from: string): boolean => /^(?:lib|schemas)\//.test(from)

t.test('the tables speak of what there is', async (t) => {
  t.ok(sources.length > 40, `${sources.length} files`)
  t.strictSame(sources.map(({ path }) => path).filter((path) => layerOf(path) === -1), [], 'every file has a layer')
  const unused = (places: readonly string[]): string[] =>
    places.filter((place) => !sources.some(({ path }) => placeOf(path, places) === place))
  t.strictSame(unused(LAYERS.flat()), [], 'every layer has a file')
  t.strictSame(unused(PURE), [], 'every pure place has a file')
  t.strictSame(unused(OUTSIDE.map(([place]) => place)), [], 'every exception has a file')
  const missing = sources.flatMap(({ path, imports }) => imports.filter(({ from }) => isOwn(from) && !sources.some((source) => source.path === from)).map(({ from }) => `${path} → ${from}`))
  t.strictSame(missing, [], 'every import is of a file')
})

t.test('imports point downwards', async (t) => {
  const upwards = sources.flatMap(({ path, imports }) => imports
    .filter(({ from }) => isOwn(from) && layerOf(from) > layerOf(path)).map(({ from }) => `${path} → ${from}`))
  t.strictSame(upwards, [])
})

t.test('no imports in a circle', async (t) => {
  const circles = (edges: ReadonlyMap<string, readonly string[]>): string[] => {
    const found = new Set<string>()
    const done = new Set<string>()
    const walk = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) found.add([...trail.slice(trail.indexOf(path)), path].join(' → '))
      if (done.has(path) || trail.includes(path)) return
      for (const next of edges.get(path) ?? []) walk(next, [...trail, path])
      done.add(path)
    }
    for (const path of edges.keys()) walk(path, [])
    return [...found]
  }
  const allowed = (a: string, b: string): boolean => TYPE_CYCLES.some(([one, other]) => one === a && other === b)
  t.strictSame(circles(new Map(sources.map(({ path, imports }) => [path, imports.filter(({ typeOnly }) => !typeOnly).map(({ from }) => from)]))), [], 'at run time')
  t.strictSame(circles(new Map(sources.map(({ path, imports }) => [path, imports.map(({ from }) => from).filter((from) => !allowed(path, from))]))), [], 'nor of types')
  t.strictSame(TYPE_CYCLES.filter(([a, b]) => !sources.some(({ path, imports }) => path === a && imports.some(({ from }) => from === b))), [], 'no exception too many')
  t.strictSame(circles(new Map([['a', ['b']], ['b', ['c']], ['c', ['b']]])), ['b → c → b'], 'a circle would be found')
})

t.test('what is loaded from outside at run time is accounted for', async (t) => {
  const places = OUTSIDE.map(([place]) => place)
  const loaded = new Set(sources.flatMap(({ path, imports }) => imports
    .filter(({ from, typeOnly }) => !typeOnly && !isOwn(from)).map(({ from }) => `${placeOf(path, places) ?? path} → ${from}`)))
  const accounted = new Set(OUTSIDE.flatMap(([place, modules]) => modules.map((module) => `${place} → ${module}`)))
  t.strictSame([...loaded].filter((one) => !accounted.has(one)), [])
  t.strictSame([...accounted].filter((one) => !loaded.has(one)), [], 'no exception too many')
})

t.test('Fastify is known by its types only, and nothing reads files or opens servers', async (t) => {
  const loaded = sources.filter(({ path }) => placeOf(path, TOOLS) === undefined).flatMap(({ path, imports }) => imports
    .filter(({ from, typeOnly }) => !typeOnly && /^(?:fastify$|@fastify\/(?!error$)|node:(?:fs|https|http2|tls|child_process|cluster|worker_threads|os|dns|vm)|(?:fs|net|http)$)/.test(from))
    .map(({ from }) => `${path} → ${from}`))
  t.strictSame(loaded, [])
  const fetching = inLib.filter((source) => find(source, (node) => ts.isIdentifier(node) && node.text === 'fetch' && !ts.isPropertyAccessExpression(node.parent)).length > 0)
  t.strictSame(fetching.map(({ path }) => path), ['lib/tokens/fetch-json.ts'], 'one file asks the network')
})

t.test('the client runs in browsers: nothing it reaches needs Node.js, Fastify or the rest of the package', async (t) => {
  const reached = new Map<string, Source>()
  const outside: string[] = []
  const follow = (path: string): void => {
    const source = sources.find((one) => one.path === path)
    if (source === undefined || reached.has(path)) return
    reached.set(path, source)
    for (const { from } of source.imports) {
      if (isOwn(from)) follow(from)
      else outside.push(`${path} → ${from}`)
    }
  }
  follow('lib/client.ts')
  const files = sources.map(({ path }) => path).filter((path) => path.startsWith('lib/client/'))
  t.strictSame([...reached.keys()].sort(), ['lib/client.ts', ...files, 'lib/syntax.ts'].sort(), 'all of its files, and one besides')
  t.strictSame(outside, [], 'not even types')
  const atRunTime = [...reached.values()].flatMap(({ path, imports }) => imports
    .filter(({ from, typeOnly }) => !typeOnly && !/^lib\/client\//.test(from)).map(({ from }) => `${path} → ${from}`))
  t.strictSame(atRunTime, [], 'at run time only its own')
  const globals = [...reached.values()].flatMap((source) => find(source, (node) =>
    ts.isIdentifier(node) && /^(?:Buffer|process|require|NodeJS|setImmediate|global|__dirname)$/.test(node.text)).map((node) => `${source.path}: ${node.getText()}`))
  t.strictSame(globals, [], 'nor globals of Node.js')
  const users = sources.filter(({ path, imports }) => !reached.has(path) && imports.some(({ from }) => /^lib\/client[./]/.test(from)))
  t.strictSame(users.map(({ path }) => path), [], 'and the rest does without it')
})

t.test('pure places have no effects and no clock', async (t) => {
  const pure = inLib.filter(({ path }) => placeOf(path, PURE) !== undefined)
  t.ok(pure.length > 15)
  const impure = pure.flatMap((source) => find(source, (node) =>
    ts.isIdentifier(node) && /^(?:Date|process|console|globalThis|setTimeout|setImmediate|setInterval|queueMicrotask|fetch|performance|crypto|Promise)$/.test(node.text) &&
    !ts.isPropertySignature(node.parent) && !ts.isTypeReferenceNode(node.parent)).map((node) => `${source.path}: ${node.getText()}`))
  t.strictSame(impure, [])
  const waits = (node: ts.Node): boolean => node.kind === ts.SyntaxKind.AsyncKeyword || ts.isAwaitExpression(node)
  const waiting = pure.filter((source) => find(source, waits).length > 0).map(({ path }) => path)
  t.strictSame(waiting, [], 'nothing to wait for')
})

t.test('a concept has one home', async (t) => {
  for (const [word, home, besides] of HOMES) {
    const found = inLib.filter((source) => find(source, (node) =>
      ts.isStringLiteralLike(node) && !ts.isLiteralTypeNode(node.parent) && word.test(node.text)).length > 0)
    const homes = found.map(({ path }) => path).filter((path) => besides === null || placeOf(path, [besides]) === undefined)
    t.strictSame(homes, [home], String(word))
  }
})

t.test('hooks and decorators are added in the composition root only', async (t) => {
  const calls = inLib.filter((source) => find(source, (node) =>
    ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && ROOT_ONLY.test(node.expression.name.text)).length > 0)
  t.strictSame(calls.map(({ path }) => path), ['lib/plugin.ts'])
})

t.test('the house rules', async (t) => {
  const rules: [name: string, broken: (source: Source) => boolean][] = [
    ['no file above 200 lines', ({ text }) => text.split('\n').length > 201],
    ['no utils', ({ path }) => /(?:^|\/)(?:utils?|helpers?|misc|common)(?:\/|\.ts$)/.test(path)],
    ['no enums', (source) => find(source, ts.isEnumDeclaration).length > 0],
    ['no namespaces', (source) => find(source, (node) => ts.isModuleDeclaration(node) && ts.isIdentifier(node.name)).length > 0],
    ['no any', (source) => find(source, (node) => node.kind === ts.SyntaxKind.AnyKeyword).length > 0],
    ['no assertion that something is there', (source) => find(source, ts.isNonNullExpression).length > 0],
    ['no parameter properties', (source) => find(source, (node) => ts.isParameter(node) && (node.modifiers?.length ?? 0) > 0).length > 0],
    ['no re-exports but in the public surface', ({ path, tree }) => !SURFACES.includes(path) && tree.statements.some((one) => ts.isExportDeclaration(one) && one.moduleSpecifier !== undefined)],
    ['no default exports but the plugin', (source) => !['lib/plugin.ts', 'lib/index.ts'].includes(source.path) &&
      find(source, (node) => ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword).length > 0],
    ['nothing in the public surface but exports', ({ path, tree }) => SURFACES.includes(path) && !tree.statements.every(ts.isExportDeclaration)],
    ['no question which scheme it is', (source) => find(source, (node) => ts.isSwitchStatement(node) && /\.type$|definition/.test(node.expression.getText())).length > 0]
  ]
  for (const [name, broken] of rules) t.strictSame(sources.filter(broken).map(({ path }) => path), [], name)
})
