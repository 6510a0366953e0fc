/**
 * `npm run check:docs`: type-checks every ```ts and ```js block of README.md, CONTRIBUTING.md and docs/, and every TSDoc example of lib/.
 * Blocks without an import or a require see the names of .ci/docs/prelude.ts.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Block, blocksOf, pages } from './docs-blocks.ts'
import { execute } from './execute.ts'
import { type Check, tally } from './tally.ts'

const FOLDER = 'node_modules/.cache/docs-blocks'
const ROOT = path.relative(FOLDER, '.')

/** Interfaces merge across a program, so a block that augments a module is a program of its own. */
function programs (blocks: readonly Block[]): Map<string, Block[]> {
  const groups = new Map<string, Block[]>()
  for (const block of blocks) {
    const name = /^\s*declare (module|global)\b/m.test(block.code)
      ? `${block.page}:${block.line}`
      : block.complete ? 'blocks with imports' : 'blocks that rely on the prelude'
    groups.set(name, [...groups.get(name) ?? [], block])
  }
  return groups
}

function write (name: string, blocks: readonly Block[]): string {
  const folder = path.join(FOLDER, name.replace(/[^\w.-]+/g, '-'))
  mkdirSync(folder)
  const files = blocks.map((block) => {
    const file = `${block.page.replaceAll('/', '__')}__${block.line}.${block.extension}`
    // As many empty lines as stand above the block, so that the compiler's line numbers are the page's.
    writeFileSync(path.join(folder, file), '\n'.repeat(block.line) + block.code + (block.extension.startsWith('c') ? '' : '\nexport {}\n'))
    return file
  })
  const javascript = blocks.some((block) => block.extension.endsWith('js'))
  const prelude = blocks.some((block) => !block.complete)
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({
    extends: path.join('..', ROOT, 'tsconfig.json'),
    compilerOptions: {
      rootDir: path.join('..', ROOT),
      noUnusedLocals: false,
      noUnusedParameters: false,
      ...(javascript ? { allowJs: true, checkJs: true, noImplicitAny: false, erasableSyntaxOnly: false } : {})
    },
    include: [],
    files: prelude ? [...files, path.join('..', ROOT, '.ci/docs/prelude.ts')] : files
  }))
  return folder
}

function check (name: string, blocks: readonly Block[]): Check {
  const folder = write(name, blocks)
  return {
    name: `${name}${blocks.length > 1 ? ` (${blocks.length})` : ''}`,
    run: async () => {
      const { code, stdout, stderr } = await execute(process.execPath,
        ['node_modules/typescript7/bin/tsc', '--noEmit', '--pretty', 'false', '-p', folder])
      const faults = `${stdout}${stderr}`.replace(/^\S*\/([^/\s]+?)__\d+\.[cm]?[jt]s(?=\()/gm, (_, page: string) => page.replaceAll('__', '/'))
      return code === 0 ? '' : faults || `exit code ${code}`
    }
  }
}

rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER, { recursive: true })
writeFileSync(path.join(FOLDER, 'package.json'), '{ "type": "module" }\n')

const blocks = pages().flatMap((page) => blocksOf(page, readFileSync(page, 'utf8')))
const unchecked = blocks.filter((block) => block.marks.includes('no-check'))
const groups = [
  ...[...programs(blocks.filter((block) => block.extension.endsWith('ts')))].map(([name, group]) => check(`ts: ${name}`, group)),
  ...[...programs(blocks.filter((block) => block.extension.endsWith('js')))].map(([name, group]) => check(`js: ${name}`, group))
]
await tally([
  {
    name: `every block is checked (${blocks.length} blocks)`,
    run: async () => unchecked.map(({ page, line }) => `${page}(${line}): "no-check" is not allowed`).join('\n')
  },
  ...groups
], 2)
