const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const OPEN = 0x7b
const CLOSE = 0x7d

/**
 * Whether any object in a JSON text gives one member twice. `JSON.parse` lets the last one win where another reader takes the first
 * (RFC 8259 §4), so two parties would see two different tokens (RFC 7519 §4). One pass over the text.
 *
 * @param json text that `JSON.parse` has accepted
 */
export function hasDuplicateMember (json: string): boolean {
  const open: Set<string>[] = []
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === OPEN) {
      open.push(new Set())
    } else if (code === CLOSE) {
      open.pop()
    } else if (code === QUOTE) {
      const start = at
      at = endOfString(json, start)
      // In valid JSON only a member name is followed by a colon.
      if (!isName(json, at + 1)) continue
      const names = open.at(-1)
      const name = unescaped(json.slice(start, at + 1))
      if (names === undefined || names.has(name)) return true
      names.add(name)
    }
  }
  return false
}

function endOfString (json: string, start: number): number {
  let at = start + 1
  while (at < json.length && json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at
}

function isName (json: string, after: number): boolean {
  let at = after
  // What JSON calls white space is all at or below U+0020, and nothing else is in valid text.
  while (json.charCodeAt(at) <= 0x20) at++
  return json.charCodeAt(at) === COLON
}

function unescaped (literal: string): string {
  return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1)
}
