/**
 * `npm run check:types`: the project and every sample of test/types, each compiled by every supported TypeScript, and every example.
 * Declarations of schemes merge across a program, so each example and sample is a program of its own.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execute } from './execute.ts'
import { tally } from './tally.ts'

const COMPILERS = ['typescript', 'typescript7', 'typescript59']
const QUICKEST = 'typescript7'
const CACHE = 'node_modules/.cache/types'

interface Program { readonly name: string, readonly project: string }

/** Folders within a folder: each brings its tsconfig.json. */
function foldersOf (parent: string): Program[] {
  if (!existsSync(parent)) return []
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ name: path.join(parent, entry.name), project: path.join(parent, entry.name, 'tsconfig.json') }))
}

/** Single files within a folder: each gets a tsconfig.json. */
function filesOf (parent: string): Program[] {
  if (!existsSync(parent)) return []
  return readdirSync(parent).filter((file) => file.endsWith('.ts')).map((file) => {
    const folder = path.join(CACHE, file)
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({
      extends: path.relative(folder, 'tsconfig.json'),
      compilerOptions: { rootDir: path.relative(folder, '.') },
      include: [],
      files: [path.relative(folder, path.join(parent, file))]
    }))
    return { name: path.join(parent, file), project: folder }
  })
}

rmSync(CACHE, { recursive: true, force: true })
// Beside the samples stand folders that they share.
const samples = foldersOf('test/types').filter(({ project }) => existsSync(project))
const examples = [...foldersOf('examples'), ...filesOf('examples')]

const runs = [
  ...[{ name: 'project', project: 'tsconfig.json' }, ...samples].flatMap((program) => COMPILERS.map((compiler) => ({ ...program, compiler }))),
  ...examples.map((program) => ({ ...program, compiler: QUICKEST }))
]

await tally(runs.map(({ name, project, compiler }) => ({
  name: `${compiler} ${name}`,
  run: async () => {
    const { code, stdout, stderr } = await execute(process.execPath, [`node_modules/${compiler}/bin/tsc`, '--noEmit', '-p', project])
    return code === 0 ? '' : `${stdout}${stderr}` || `exit code ${code}`
  }
})), 2)
