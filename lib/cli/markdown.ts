import { printable } from './printable.ts'
import type { Finding, Report } from './report.ts'
import { rowsOf } from './rows.ts'

const TITLES = ['Method', 'URL', 'Requirement', 'Declared', 'Documented', 'WebSocket']

/** Writes the routes as a table of GitHub's Markdown, and the findings, if they were looked for, as a list. */
export function writeMarkdown ({ title, version, routes, findings }: Report): string {
  const rows = rowsOf(routes).map(({ methods, url, requirement, source, documented, websocket }) =>
    [methods.join(', '), codeSpan(url), escapeMarkdown(requirement), source, documented, websocket ? 'yes' : ''])
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    `# Access to ${escapeMarkdown([title ?? 'the API', version ?? []].flat().join(' '))}`,
    '',
    line(TITLES),
    line(TITLES.map(() => '---')),
    ...rows.map(line),
    '',
    ...(findings === null ? [] : ['## Findings', '', ...listFindings(findings), ''])
  ].join('\n')
}

function listFindings (findings: readonly Finding[]): string[] {
  if (findings.length === 0) return ['None.']
  return findings.map(({ rule, method, url, message }) =>
    `- **${rule}**${url === null ? '' : ` ${[method ?? [], codeSpan(url)].flat().join(' ')}`}: ${escapeMarkdown(message)}`)
}

/** Takes the meaning from every character that has one in Markdown (CommonMark §2.4). */
export function escapeMarkdown (text: string): string {
  return printable(text).replace(/[\\`*_{}[\]<>#|~&]/g, '\\$&')
}

/** Between more backticks than the text has in a row (CommonMark §6.1); a pipe would end the cell even there. */
export function codeSpan (text: string): string {
  const runs = (text.match(/`+/g) ?? []).map(({ length }) => length)
  const ticks = '`'.repeat(Math.max(0, ...runs) + 1)
  const padding = /^`|`$/.test(text) ? ' ' : ''
  return `${ticks}${padding}${printable(text).replaceAll('|', '\\|')}${padding}${ticks}`
}
