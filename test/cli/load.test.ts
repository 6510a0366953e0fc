import { readdirSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { hasTypeScriptLoader, load } from '../../lib/cli/load.ts'
import { fixture, runNode } from './run.ts'

const ROOT = path.join(import.meta.dirname, '../..')

t.test('a process that has a loader is not started again for one', async (t) => {
  const rows: readonly (readonly [execArgv: string[], nodeOptions: string | undefined, has: boolean])[] = [
    [[], undefined, false],
    [['--inspect'], '--max-old-space-size=512', false],
    [['--import', 'tsx'], undefined, true],
    [['--import=file:///project/node_modules/tsx/dist/loader.mjs'], undefined, true],
    [[], '--import tsx', true]
  ]
  for (const [execArgv, nodeOptions, has] of rows) t.equal(hasTypeScriptLoader(execArgv, nodeOptions), has, `${execArgv.join(' ')} ${nodeOptions ?? ''}`)
})

t.test('what cannot be loaded', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'load-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const write = async (name: string, text: string) => {
    await writeFile(path.join(folder, name), text)
    return path.join(folder, name)
  }
  await t.rejects(load(path.join(folder, 'nothing.js')), { message: /there is no file .*nothing\.js/ })
  await t.rejects(load(folder), { message: /there is no file/ }, 'a folder')
  await t.rejects(load(await write('throws.mjs', 'throw new Error("no database")')), { message: 'no database' })
  await t.rejects(load(await write('json.mjs', 'JSON.parse("{")')), SyntaxError, 'wrong JSON is no fault of the loader')
  await t.rejects(load(await write('import.mjs', 'import "nowhere"')), { message: /Cannot find package 'nowhere'/ })
  t.match(await load(await write('wrong.mjs', 'const x: number = 1')), { needs: 'typescript' }, 'maybe it is TypeScript')
  t.match(await load(await write('fine.mjs', 'export const x = 1')), { exports: { x: 1 } })
})

/** Compiles the library, as it is when installed: JavaScript, run without a loader. */
async function install (folder: string): Promise<string> {
  const sources = ['lib', 'schemas'].flatMap((name) =>
    readdirSync(path.join(ROOT, name), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => path.join(name, file)))
  for (const source of sources) {
    const { outputText } = ts.transpileModule(readFileSync(path.join(ROOT, source), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, rewriteRelativeImportExtensions: true, verbatimModuleSyntax: true
      }
    })
    const file = path.join(folder, source.replace(/\.ts$/, '.js'))
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, outputText)
  }
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({
    name: 'fastify-openapi-security', version: '1.2.3', type: 'module', exports: { '.': './lib/index.js', './package.json': './package.json' }
  }))
  return path.join(folder, 'lib/cli/main.js')
}

t.test('installed, without a loader of its own', async (t) => {
  // Below the dependencies of the project, so that they are found.
  const folder = path.join(ROOT, 'node_modules/.cache', `cli-${process.pid}`)
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const main = await install(folder)

  await t.test('JavaScript needs none', async (t) => {
    await writeFile(path.join(folder, 'app.js'), `
      import Fastify from 'fastify'
      import fastifySecurity from 'fastify-openapi-security'
      export async function build () {
        const app = Fastify()
        await app.register(fastifySecurity, { schemes: {}, security: [] })
        app.get('/', async () => 'hello')
        return app
      }`)
    const { code, stdout, stderr } = await runNode([main, 'audit', path.join(folder, 'app.js')])
    t.match(stdout, /GET, HEAD {2}\/ {4}anyone/)
    t.strictSame([code, stderr], [0, ''])
  })

  await t.test('TypeScript is loaded by what the project has, where Node.js cannot', async (t) => {
    for (const file of ['typescript.ts', 'method.ts']) await copyFile(fixture(file), path.join(folder, file))
    const { code, stdout, stderr } = await runNode([main, 'audit', 'typescript.ts', '--check'], folder)
    t.match(stdout, /POST {4}\/things {2}partner {6}route/)
    t.strictSame([code, stderr], [0, 'no findings\n'])
  })

  await t.test('or it is said what is missing', async (t) => {
    const project = await mkdtemp(path.join(tmpdir(), 'project-'))
    t.teardown(() => rm(project, { recursive: true }))
    await writeFile(path.join(project, 'app.ts'), 'enum Port { Default = 3000 }\nexport const port = Port.Default')
    const { code, stdout, stderr } = await runNode([main, 'audit', 'app.ts'], project)
    t.match(stderr, /app\.ts is TypeScript, or imports some, and Node\.js v\S+ cannot load it by itself\. Install tsx beside it/)
    t.equal(stderr.split('\n').length, 2, 'one line')
    t.strictSame([code, stdout], [2, ''])
  })

  await t.test('the version is that of the package', async (t) => {
    t.strictSame(await runNode([main, '--version']), { code: 0, stdout: '1.2.3\n', stderr: '' })
  })
})
