/** `npm run check:package`: packs, judges the tarball, and uses it as a stranger would, from ES modules, CommonJS and TypeScript. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { execute, scriptOf } from './execute.ts'
import { type Check, tally } from './tally.ts'

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string | { readonly types: string, readonly default: string }>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
const temporary = mkdtempSync(path.join(os.tmpdir(), 'package-'))
const optionalPeers = Object.keys(manifest.peerDependenciesMeta)
const needed = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]
  .filter((name) => !optionalPeers.includes(name))
const modules = Object.keys(manifest.exports).filter((key) => !key.endsWith('.json')).map((key) => manifest.name + key.slice(1))

async function fault (command: string, args: readonly string[], cwd = '.'): Promise<string> {
  const { code, stdout, stderr } = await execute(command, args, { cwd })
  return code === 0 ? '' : `${stdout}${stderr}` || `exit code ${code}`
}

/** A project that has the packed files and only those packages that installing them would bring. */
function consumer (name: string, packages: readonly string[]): string {
  const folder = path.join(temporary, name)
  const installed = path.join(folder, 'node_modules', manifest.name)
  cpSync(path.join(temporary, 'package'), installed, { recursive: true })
  for (const dependency of packages) {
    const link = path.join(folder, 'node_modules', dependency)
    mkdirSync(path.dirname(link), { recursive: true })
    symlinkSync(path.resolve('node_modules', dependency), link, 'junction')
  }
  return folder
}

async function runsQuietly (folder: string, file: string, code: string): Promise<string> {
  writeFileSync(path.join(folder, file), code)
  const { code: exit, stdout, stderr } = await execute(process.execPath, [file], { cwd: folder })
  if (exit !== 0 || stderr !== '') return `${stderr}${stdout}` || `exit code ${exit}`
  return stdout === '200\n' ? '' : `expected 200, got ${stdout}`
}

const SERVE = `
const app = Fastify()
app.register(plugin, { schemes: {}, security: [] })
app.register(async (scope) => { scope.get('/', async () => 'open') })
app.inject('/').then((response) => { console.log(response.statusCode) })
`

const COMMONJS = `
const Fastify = require('fastify')
${modules.map((name) => `require('${name}')`).join('\n')}
const plugin = require('${manifest.name}')
if (typeof plugin.default !== 'function' || typeof plugin.refuse !== 'function') throw new Error('exports are missing')
${SERVE}`

const ESM = `
import Fastify from 'fastify'
${modules.map((name) => `import '${name}'`).join('\n')}
import plugin, { refuse } from '${manifest.name}'
if (typeof refuse !== 'function') throw new Error('exports are missing')
${SERVE}`

/** As a page without a bundler gets it: two things out of the package, and nothing else there. */
const CLIENT = `
import { connect, parseChallenges } from './client.js'
if (typeof connect !== 'function') throw new Error('exports are missing')
console.log(parseChallenges('Basic realm="200"')[0].params.realm)
`

async function servesClient (name: string): Promise<string> {
  const folder = path.join(temporary, name)
  mkdirSync(folder)
  for (const part of ['client.js', 'client']) cpSync(path.join(temporary, 'package/dist/lib', part), path.join(folder, part), { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
  return await runsQuietly(folder, 'page.js', CLIENT)
}

const TYPED = `
import Fastify from 'fastify'
${modules.map((name) => `import '${name}'`).join('\n')}
import plugin, { apiKey, defineSchemes, type SchemesFrom } from '${manifest.name}'
const schemes = defineSchemes({ partner: apiKey({ in: 'header', name: 'X-API-Key', verify: (key: string) => ({ partner: key }) }) })
declare module '${manifest.name}' { interface FastifySecuritySchemes extends SchemesFrom<typeof schemes> {} }
const app = Fastify()
await app.register(plugin, { schemes, security: [{ partner: [] }] })
app.get('/', { schema: { security: [{ partner: [] }] } }, async (request): Promise<string> => request.auth.partner.partner)
`

const AUDITED = `
import Fastify from 'fastify'
import plugin, { apiKey } from '${manifest.name}'
const app = Fastify({ exposeHeadRoutes: false })
await app.register(plugin, { schemes: { partner: apiKey({ in: 'header', name: 'X-API-Key', verify: () => null }) }, security: [{ partner: [] }] })
app.get('/pets', async () => [])
export default app
`

/** As \`npx\` finds it. */
async function audits (name: string): Promise<string> {
  const folder = consumer(name, needed)
  writeFileSync(path.join(folder, 'app.mjs'), AUDITED)
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'node_modules', manifest.name, 'package.json'), 'utf8')) as { bin: Record<string, string> }
  const script = path.join(folder, 'node_modules', manifest.name, bin[manifest.name] ?? '')
  const { code, stdout, stderr } = await execute(process.execPath, [script, 'audit', 'app.mjs', '--format', 'json', '--check'], { cwd: folder })
  const isReport = stdout.startsWith('{') && stdout.includes('"/pets"') && stdout.includes('no-document')
  return code === 1 && isReport && readFileSync(script, 'utf8').startsWith('#!/usr/bin/env node\n') ? '' : `exit code ${code}\n${stdout}${stderr}`
}

async function compiles (name: string, packages: readonly string[]): Promise<string> {
  const folder = consumer(name, [...packages, '@types/node'])
  writeFileSync(path.join(folder, 'app.mts'), TYPED)
  const faults: string[] = []
  for (const compiler of ['typescript59', 'typescript', 'typescript7']) {
    const found = await fault(process.execPath, [path.resolve('node_modules', compiler, 'bin/tsc'), '--noEmit', '--strict',
      '--exactOptionalPropertyTypes', '--target', 'es2023', '--module', 'nodenext', '--types', 'node',
      '--skipLibCheck', 'false', 'app.mts'], folder)
    if (found !== '') faults.push(`${compiler}: ${found}`)
  }
  return faults.join('\n')
}

async function pack (): Promise<{ tarball: string, files: string[] }> {
  const { code, stdout, stderr } = await execute('npm', ['pack', '--json', '--pack-destination', temporary], { shell: process.platform === 'win32' })
  if (code !== 0) throw new Error(`npm pack failed:\n${stdout}${stderr}`)
  // The build's own output stands before the JSON.
  const [packed] = JSON.parse(stdout.slice(stdout.search(/^\[$/m))) as [{ filename: string, files: { path: string }[] }]
  const tarball = path.join(temporary, packed.filename)
  const unpacked = await fault('tar', ['-xzf', tarball, '-C', temporary])
  if (unpacked !== '') throw new Error(unpacked)
  return { tarball, files: packed.files.map((file) => file.path) }
}

function contents (files: readonly string[]): string {
  const wanted = /^(?:dist\/(?:lib|schemas)\/[\w/.-]+\.(?:js|d\.ts)|docs\/[\w/.-]+\.md|(?:README|CHANGELOG|SECURITY)\.md|LICENSE|package\.json)$/
  const strange = files.filter((file) => !wanted.test(file)).map((file) => `${file} does not belong into the package`)
  const revealing = files.filter((file) => readFileSync(path.join(temporary, 'package', file), 'utf8').includes(process.cwd() + path.sep))
    .map((file) => `${file} holds a path of this machine`)
  const absent = ['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md'].filter((file) => !files.includes(file)).map((file) => `${file} is missing`)
  return [...strange, ...revealing, ...absent].join('\n')
}

/** Development resolves the package's name through `paths`; both lists must name the same modules. */
function paths (): string {
  const { compilerOptions } = JSON.parse(readFileSync('tsconfig.json', 'utf8')) as { compilerOptions: { paths: Record<string, string[]> } }
  return modules.concat(Object.keys(compilerOptions.paths)).flatMap((name) => {
    const entry = manifest.exports[`.${name.slice(manifest.name.length)}`]
    const source = compilerOptions.paths[name]?.[0]
    const built = source?.replace('./', './dist/').replace(/\.ts$/, '')
    return typeof entry === 'object' && entry.default === `${built}.js` && entry.types === `${built}.d.ts` && existsSync(source ?? '')
      ? []
      : [`${name}: "exports" of package.json and "paths" of tsconfig.json differ, or the module does not exist`]
  }).join('\n')
}

function checksOf (tarball: string, files: readonly string[]): Check[] {
  return [
    { name: `contents (${files.length} files)`, run: async () => contents(files) },
    { name: 'exports and paths agree', run: async () => paths() },
    { name: 'publint', run: () => fault(process.execPath, [scriptOf('publint', 'publint'), 'run', tarball, '--strict']) },
    {
      name: 'attw --profile esm-only',
      run: () => fault(process.execPath, [scriptOf('@arethetypeswrong/cli', 'attw'), tarball, '--profile', 'esm-only'])
    },
    { name: 'import', run: () => runsQuietly(consumer('esm', needed), 'app.mjs', ESM) },
    { name: 'require()', run: () => runsQuietly(consumer('commonjs', needed), 'app.cjs', COMMONJS) },
    { name: 'the client alone', run: () => servesClient('client') },
    { name: 'command line', run: () => audits('command') },
    { name: 'types without optional peers', run: () => compiles('types', needed) },
    { name: 'types with optional peers', run: () => compiles('types-peers', [...needed, ...optionalPeers, '@types/ws']) }
  ]
}

try {
  const checks = await pack().then(
    ({ tarball, files }) => checksOf(tarball, files),
    (error: unknown) => [{ name: 'npm pack', run: () => Promise.reject(error) }]
  )
  await tally(checks, 2)
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
