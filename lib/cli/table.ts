import { printable } from './printable.ts'
import type { Report } from './report.ts'
import { rowsOf, type Row } from './rows.ts'
import { admitsAnonymous } from './words.ts'

/** What a table is written for. */
export interface Terminal {
  /** In characters; `null` if lines may be of any length. */
  readonly width: number | null
  /** Whether it understands ANSI escapes. */
  readonly colors: boolean
}

interface Column {
  readonly title: string
  cell (row: Row): string
}

const COLUMNS: readonly Column[] = [
  { title: 'Method', cell: ({ methods }) => methods.join(', ') },
  { title: 'URL', cell: ({ url }) => url },
  { title: 'Requirement', cell: ({ requirement }) => requirement },
  { title: 'Declared', cell: ({ source }) => source },
  { title: 'Documented', cell: ({ documented }) => documented },
  { title: 'WebSocket', cell: ({ websocket }) => websocket ? 'yes' : '' }
]
const GAP = '  '
/** What long texts may be broken down to; narrower ones cannot be read. */
const MIN_WIDTH = 16
const BOLD = '1'
const YELLOW = '33'

/** Writes the routes as a table of plain text; where it must be narrow, URLs and requirements go on over several lines. */
export function writeTable ({ routes }: Report, { width, colors }: Terminal): string {
  const rows = rowsOf(routes)
  const cells = rows.map((row) => COLUMNS.map(({ cell }) => printable(cell(row))))
  const titles = COLUMNS.map(({ title }) => title)
  const widths = fit(titles.map((title, column) => Math.max(...[title, ...cells.map((texts) => texts[column] ?? '')].map(lengthOf))), width)
  const paint = (lines: string[], color: string): string[] => colors ? lines.map((line) => `\u001b[${color}m${line}\u001b[0m`) : lines
  return [
    ...paint(layOut(titles, widths), BOLD),
    widths.map((one) => '─'.repeat(one)).join(GAP),
    ...rows.flatMap((row, i) => {
      const lines = layOut(cells[i] ?? [], widths)
      return admitsAnonymous(row.security) ? paint(lines, YELLOW) : lines
    }),
    ''
  ].join('\n')
}

/** Takes from the widest columns what is too much. */
export function fit (widths: readonly number[], available: number | null): number[] {
  const fitted = [...widths]
  if (available === null) return fitted
  let excess = fitted.reduce((sum, one) => sum + one, GAP.length * (fitted.length - 1)) - available
  while (excess > 0) {
    const widest = fitted.indexOf(Math.max(...fitted))
    if ((fitted[widest] ?? 0) <= MIN_WIDTH) break
    fitted[widest] = (fitted[widest] ?? 0) - 1
    excess--
  }
  return fitted
}

function layOut (texts: readonly string[], widths: readonly number[]): string[] {
  const columns = texts.map((text, i) => wrap(text, widths[i] ?? 0))
  const height = Math.max(...columns.map(({ length }) => length))
  return Array.from({ length: height }, (_, line) =>
    columns.map((lines, i) => (lines[line] ?? '') + ' '.repeat(Math.max(0, (widths[i] ?? 0) - lengthOf(lines[line] ?? '')))).join(GAP).trimEnd())
}

/** Breaks after spaces and slashes, and anywhere within what is too long even so. */
export function wrap (text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const part of text.split(/(?<=[ /])/)) {
    if (lengthOf(line) + lengthOf(part.trimEnd()) > width && line !== '') {
      lines.push(line.trimEnd())
      line = ''
    }
    const characters = [...part]
    while (characters.length > width && lengthOf(line + part.trimEnd()) > width) lines.push(characters.splice(0, width).join(''))
    line += characters.join('')
  }
  return [...lines, line.trimEnd()]
}

/** In code points, which is the width of everything that URLs are commonly made of. */
function lengthOf (text: string): number {
  return [...text].length
}
