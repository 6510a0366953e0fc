import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

export interface Block {
  readonly page: string
  /** Lines of the page above the block's first line of code. */
  readonly line: number
  readonly code: string
  readonly extension: 'ts' | 'js' | 'cjs'
  /** What stands after the language on the fence. */
  readonly marks: readonly string[]
  /** Brings its own imports, so it does not see the prelude. */
  readonly complete: boolean
}

const LANGUAGES: Readonly<Record<string, 'ts' | 'js'>> = {
  ts: 'ts', typescript: 'ts', mts: 'ts', js: 'js', javascript: 'js', mjs: 'js', cjs: 'js'
}

/** Every file that may hold examples. */
export function pages (): string[] {
  const under = (folder: string, ending: string): string[] => existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending)).map((name) => path.posix.join(folder, name))
    : []
  return [...['README.md', 'CONTRIBUTING.md'].filter((page) => existsSync(page)), ...under('docs', '.md'), ...under('lib', '.ts')].sort()
}

/** The fenced TypeScript and JavaScript blocks of a Markdown page, or of the doc comments of a module. */
export function blocksOf (page: string, text: string): Block[] {
  const lines = text.split('\n').map((line) => page.endsWith('.ts') ? /^\s*\*(?!\/) ?(.*)$/.exec(line)?.[1] ?? '' : line)
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; at++) {
    const fence = /^(\s*)(`{3,})(\w*)(.*)$/.exec(lines[at] ?? '')
    if (fence === null) continue
    const [, indent = '', ticks = '', language = '', rest = ''] = fence
    const start = at + 1
    do at += 1; while (at < lines.length && !lines[at]?.trimStart().startsWith(ticks))
    const kind = LANGUAGES[language.toLowerCase()]
    if (kind === undefined) continue
    const code = lines.slice(start, at).map((line) => line.startsWith(indent) ? line.slice(indent.length) : line).join('\n')
    blocks.push({ page, line: start, code, marks: rest.split(/\s+/).filter(Boolean), ...shape(kind, code) })
  }
  return blocks
}

function shape (kind: 'ts' | 'js', code: string): Pick<Block, 'extension' | 'complete'> {
  const imports = /^\s*import\b/m.test(code)
  const requires = /\brequire\s*\(/.test(code)
  return { extension: kind === 'js' && requires && !imports ? 'cjs' : kind, complete: imports || requires }
}
