import { printable } from '../printable.ts'

/** Markup that is safe to write into a page. Everything else is text, and escaped. */
export class Html {
  readonly text: string

  constructor (text: string) {
    this.text = text
  }
}

type Part = string | number | Html | readonly Html[] | null

/** Makes markup of a template, in which every string that is put in is text. */
export function html (strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((string, i) => string + write(parts[i] ?? null)).join(''))
}

function write (part: Part): string {
  if (part === null) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(({ text }) => text).join('')
  return escapeHtml(String(part))
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** For content and for attributes in quotes. */
export function escapeHtml (text: string): string {
  return printable(text.replace(/\s+/g, ' ')).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/** Sets apart what stands between backticks. */
export function withCode (text: string): Html[] {
  return text.split('`').map((part, i) => i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`)
}

/** `1 route`, `2 routes`. */
export function count (number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
