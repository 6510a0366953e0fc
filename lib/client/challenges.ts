import type { Challenge } from '../syntax.ts'

// Sticky: each reads at a position. None has two repetitions that could share a character and both give it up, so all are linear.
/** A scheme, or with the equals sign the start of a parameter. */
const WORD = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)([\t ]*=[\t ]*)?/y
const TOKEN68 = /[\t ]+([A-Za-z0-9\-._~+/]+=*)(?=[\t ]*(?:,|$))/y
/** More than a token, since servers leave out quotes. */
const UNQUOTED = /[^\t ,"]*/y
const DELIMITER = /[\t ,]|$/y

/**
 * Reads the challenges of a `WWW-Authenticate` field (RFC 9110 §11.6.1) as a recipient should, in time linear in its length: what can be
 * made out is returned, and the rest is left out. Several challenges in one field, several fields joined with commas, empty list elements
 * (§5.6.1.2), values with and without quotes and unknown schemes are all read. Of a parameter given twice the first counts. Never throws.
 *
 * @param header as `response.headers.get('www-authenticate')` gives it, or an array of field lines
 * @returns schemes as written (compare them without regard to case), parameter names in lower case
 * @example
 * ```ts
 * import { parseChallenges } from 'fastify-openapi-security/client'
 *
 * const response = await fetch('https://api.example/pets')
 * const bearer = parseChallenges(response.headers.get('www-authenticate')).find(({ scheme }) => scheme.toLowerCase() === 'bearer')
 * if (bearer?.params['error'] === 'insufficient_scope') console.log(`ask for ${bearer.params['scope']}`)
 * ```
 */
export function parseChallenges (header: string | readonly string[] | null | undefined): Challenge[] {
  const text = Array.isArray(header) ? header.join(', ') : String(header ?? '')
  const challenges: Challenge[] = []
  /** Of the challenge that parameters belong to; `null` after something that is none, so that its parameters do not go to another. */
  let params: Record<string, string> | null = null
  let isElementStart = true
  for (let at = 0; at < text.length;) {
    if (isDelimiter(text, at)) {
      isElementStart ||= text[at] === ','
      at++
      continue
    }
    const piece = readPiece(text, at)
    if (piece === null) break
    at = piece.end
    if (piece.name !== undefined && piece.value !== undefined) {
      const name = piece.name.toLowerCase()
      if (params !== null && !(name in params)) params[name] = piece.value
    } else if (isElementStart) {
      params = null
      if (piece.name !== undefined && isDelimiter(text, at)) {
        params = Object.create(null) as Record<string, string> // no prototype, so no name is special
        TOKEN68.lastIndex = at
        const token68 = TOKEN68.exec(text)?.[1]
        challenges.push(token68 === undefined ? { scheme: piece.name, params } : { scheme: piece.name, token68, params })
        at = token68 === undefined ? at : TOKEN68.lastIndex
      }
    }
    isElementStart = false
  }
  return challenges
}

/** Whether a separator or the end is there. */
function isDelimiter (text: string, at: number): boolean {
  DELIMITER.lastIndex = at
  return DELIMITER.test(text)
}

/** A parameter has a name and a value, a scheme only a name; anything else is neither and to be passed over. */
interface Piece {
  readonly name?: string
  readonly value?: string
  readonly end: number
}

/** @returns `null` if quotes are opened and not closed, so that nothing behind can be told apart */
function readPiece (text: string, at: number): Piece | null {
  WORD.lastIndex = at
  const [, name, equals] = WORD.exec(text) ?? []
  if (name === undefined) return text[at] === '"' ? readQuoted(text, at) : { end: at + 1 }
  const end = WORD.lastIndex
  if (equals === undefined) return { name, end }
  if (text[end] === '"') {
    const quoted = readQuoted(text, end)
    return quoted === null ? null : { name, ...quoted }
  }
  UNQUOTED.lastIndex = end
  const value = UNQUOTED.exec(text)?.[0] ?? ''
  return { name, value, end: end + value.length }
}

/** Reads character by character: an expression would need memory for each quoted-pair. */
function readQuoted (text: string, start: number): { value: string, end: number } | null {
  let value = ''
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return { value, end: at + 1 }
    if (text[at] === '\\') at++
    value += text[at] ?? ''
  }
  return null
}
