/** One challenge of a `WWW-Authenticate` field (RFC 9110 §11.3). */
export interface Challenge {
  /** As written on the wire; compare it without regard to case (RFC 9110 §11.1). */
  readonly scheme: string
  readonly token68?: string
  /** Decoded values by lower-cased name, in wire order save for names made of digits. Has no prototype. */
  readonly params: Readonly<Record<string, string>>
}

/** The start of an `Authorization` value (RFC 9110 §11.4). */
export interface CredentialsStart {
  /** Lower-cased (RFC 9110 §11.1). */
  readonly scheme: string
  /** What follows the spaces, unjudged: the scheme decides whether it is a token68 or parameters. May be empty. */
  readonly rest: string
}

// Every expression here is linear: no two neighbouring repetitions share a character, so giving one up never helps the other.
// The sticky ones read at a position, see endOf().
const TCHAR = '[!#$%&\'*+\\-.^_`|~0-9A-Za-z]'
const WHITESPACE = '[\\t ]*'
const TOKEN68_TEXT = '[A-Za-z0-9\\-._~+/]+=*'
const QUOTABLE = '[\\t\\x20-\\x7E\\x80-\\xFF]'
const QDTEXT = '[\\t\\x20\\x21\\x23-\\x5B\\x5D-\\x7E\\x80-\\xFF]'

const TOKEN = new RegExp(`^${TCHAR}+$`)
const TOKEN68 = new RegExp(`^${TOKEN68_TEXT}$`)
const FIELD_TEXT = /^[\x20-\x7E]*$/
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/

const SCHEME = new RegExp(`${TCHAR}+`, 'y')
const SPACES = / +/y
const COMMA = new RegExp(`${WHITESPACE},${WHITESPACE}`, 'y')
/** Stands alone, so a comma or the end follows; before anything else it is the start of a parameter. */
const TOKEN68_ALONE = new RegExp(` +(${TOKEN68_TEXT})(?=${WHITESPACE}(?:,|$))`, 'y')
const PARAMETER = new RegExp(
  `(${TCHAR}+)${WHITESPACE}=${WHITESPACE}(?:(${TCHAR}+)|"(${QDTEXT}*(?:\\\\${QUOTABLE}${QDTEXT}*)*)")`, 'y')

const SPACE = 0x20
const UPPER_A = 0x41
const UPPER_Z = 0x5A
const TO_LOWER = 0x20

// The predicates take anything, since RegExp.test reads ['a'] and 1 as if they were strings.

/** Whether it is a token (RFC 9110 §5.6.2). */
export function isToken (text: unknown): boolean {
  return typeof text === 'string' && TOKEN.test(text)
}

/** Whether it is a token68 (RFC 9110 §11.2), which is also the b64token of RFC 6750 §2.1. */
export function isToken68 (text: unknown): boolean {
  return typeof text === 'string' && TOKEN68.test(text)
}

/** Whether it holds visible ASCII characters and spaces only, so that it can be sent in a field value (RFC 9110 §5.5). */
export function isFieldText (text: unknown): boolean {
  return typeof text === 'string' && FIELD_TEXT.test(text)
}

/** Whether it is a scope-token (RFC 6749 §3.3). */
export function isScopeToken (text: unknown): boolean {
  return typeof text === 'string' && SCOPE_TOKEN.test(text)
}

/** Whether it can name a protection space (RFC 9110 §11.5): field text that is not empty. */
export function isRealm (text: unknown): boolean {
  return text !== '' && isFieldText(text)
}

/** Where a sticky expression that starts at a position ends, or -1. Unlike `exec` it allocates nothing. */
function endOf (pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : -1
}

/**
 * Reads the scheme word off an `Authorization` value (RFC 9110 §11.4): a token, then one or more spaces, then the rest.
 *
 * @returns `null` if there is no scheme word, or something other than a space follows it
 */
export function parseCredentials (field: string): CredentialsStart | null {
  const end = endOf(SCHEME, field, 0)
  if (end < 0) return null
  let rest = end
  while (field.charCodeAt(rest) === SPACE) rest++
  if (rest === end && end < field.length) return null
  return { scheme: field.slice(0, end).toLowerCase(), rest: field.slice(rest) }
}

/**
 * What {@link parseCredentials} reads after one scheme word, and `undefined` after any other, without making anything of what is not
 * asked for.
 *
 * @param scheme a token in lower case
 */
export function credentialsFor (field: string, scheme: string): string | undefined {
  const end = scheme.length
  for (let i = 0; i < end; i++) {
    const code = field.charCodeAt(i)
    if ((code >= UPPER_A && code <= UPPER_Z ? code + TO_LOWER : code) !== scheme.charCodeAt(i)) return undefined
  }
  let rest = end
  while (field.charCodeAt(rest) === SPACE) rest++
  return rest === end && end < field.length ? undefined : field.slice(rest)
}

/**
 * Reads a `WWW-Authenticate` value by the grammar for senders (RFC 9110 §11.6.1, §5.6.1.1), in time linear in its length.
 * Several field lines count as one value (RFC 9110 §5.3).
 *
 * @returns `null` if it does not parse, has an empty list element, repeats a parameter within a challenge (RFC 9110 §11.2),
 *   or holds no challenge at all
 */
export function parseChallenges (field: string | readonly string[]): Challenge[] | null {
  const text = typeof field === 'string' ? field : field.join(', ')
  const challenges: Challenge[] = []
  for (let at = 0; at >= 0;) {
    const read = readChallenge(text, at)
    if (read === null) return null
    challenges.push(read.challenge)
    if (read.end === text.length) return challenges
    at = endOf(COMMA, text, read.end)
  }
  return null
}

function readChallenge (text: string, start: number): { challenge: Challenge, end: number } | null {
  let end = endOf(SCHEME, text, start)
  if (end < 0) return null
  const scheme = text.slice(start, end)
  const params: Record<string, string> = Object.create(null)
  TOKEN68_ALONE.lastIndex = end
  const token68 = TOKEN68_ALONE.exec(text)?.[1]
  if (token68 !== undefined) return { challenge: { scheme, token68, params }, end: TOKEN68_ALONE.lastIndex }
  // A comma continues the parameters if a token and `=` follow; otherwise it is the one before the next challenge.
  for (let next = endOf(SPACES, text, end); next >= 0; next = endOf(COMMA, text, end)) {
    PARAMETER.lastIndex = next
    const parameter = PARAMETER.exec(text)
    if (parameter === null) break
    const [, name = '', token, quoted = ''] = parameter
    const key = name.toLowerCase()
    if (key in params) return null
    params[key] = token ?? quoted.replace(/\\(.)/g, '$1')
    end = PARAMETER.lastIndex
  }
  return { challenge: { scheme, params }, end }
}

/**
 * Writes a challenge, every value as a quoted-string: realms have to be (RFC 9110 §11.5).
 *
 * @param params names and values in wire order
 * @throws TypeError if the scheme or a name is not a token, a name is repeated in any letter case, or a value has characters
 *   other than visible ASCII and spaces
 */
export function writeChallenge (scheme: string, params: Iterable<readonly [name: string, value: string]>): string {
  if (!isToken(scheme)) throw new TypeError(`Authentication scheme ${JSON.stringify(scheme)} is not a token (RFC 9110 §11.1)`)
  const names = new Set<string>()
  const written: string[] = []
  for (const [name, value] of params) {
    if (!isToken(name)) throw new TypeError(`Parameter name ${JSON.stringify(name)} of ${scheme} is not a token (RFC 9110 §11.2)`)
    if (names.has(name.toLowerCase())) throw new TypeError(`Parameter ${name} of ${scheme} is repeated (RFC 9110 §11.2)`)
    if (!isFieldText(value)) {
      throw new TypeError(`Parameter ${name} of ${scheme} has characters other than visible ASCII and spaces (RFC 9110 §5.5)`)
    }
    names.add(name.toLowerCase())
    written.push(`${name}="${value.replace(/["\\]/g, '\\$&')}"`)
  }
  return written.length === 0 ? scheme : `${scheme} ${written.join(', ')}`
}
