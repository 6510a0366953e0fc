import assert from 'node:assert'
import { REASONS, type Reason } from '../../lib/errors.ts'
import { isFieldText, isScopeToken, parseChallenges, type Challenge } from '../../lib/syntax.ts'

/** What `inject()`, `http.request` and `fetch` can all be brought to. */
export interface JudgedResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, number | string | readonly string[] | undefined>>
  readonly body: string
  /** Of the request; needed for HEAD only. */
  readonly method?: string
}

export interface JudgedContext {
  /** Every credential of the run, each of eight characters or more. */
  readonly secrets?: readonly string[]
  /** The application wrote a challenge of its own, which may stand on any status and is held to the grammar only. */
  readonly appChallenge?: boolean
}

/**
 * The oracles that hold for every response (STANDARDS §0), whatever was asked.
 *
 * @returns the challenges, read strictly
 * @throws AssertionError that says which oracle the response breaks
 */
export function judge (response: JudgedResponse, context: JudgedContext = {}): Challenge[] {
  const challenges = judgeChallenges(response, context)
  judgeRefusal(response, context)
  judgeProblem(response)
  assert.ok(!/(?:\n|\\n)[ \t]+at /.test(response.body), `the body holds a stack trace: ${response.body}`)
  judgeSecrets(context.secrets ?? [], [
    ...Object.entries(response.headers).map(([name, value]) => [`header ${name}`, `${name}: ${String(value)}`] as const),
    ['the body', response.body]
  ])
  return challenges
}

/**
 * No captured log line holds a credential (STANDARDS §0, oracle 4).
 *
 * @throws AssertionError that names the line and the secret's beginning
 */
export function judgeLogs (lines: readonly string[], secrets: readonly string[]): void {
  judgeSecrets(secrets, lines.map((line, index) => [`log line ${index}`, line]))
}

function judgeChallenges (response: JudgedResponse, { appChallenge = false }: JudgedContext): Challenge[] {
  const lines = fieldLines(response, 'www-authenticate')
  if (lines.length === 0) {
    assert.notStrictEqual(response.statusCode, 401, '401 without a challenge (RFC 9110 §15.5.2)')
    return []
  }
  const combined = lines.join(', ')
  assert.ok(appChallenge || [400, 401, 403].includes(response.statusCode), `${response.statusCode} with a challenge: ${combined}`)
  // Without what stands in quotes, the commas left are those between list elements.
  const bare = combined.replace(/"(?:[^"\\]|\\[^])*"?/g, '""')
  assert.ok(!/(?:^|,)[ \t]*(?:,|$)/.test(bare), `empty list element (RFC 9110 §5.6.1.1): ${combined}`)
  assert.ok(!/(?:^|[ \t,])realm[ \t]*=(?![ \t]*")/i.test(bare), `realm is not quoted (RFC 9110 §11.5): ${combined}`)
  const challenges = parseChallenges(combined)
  assert.ok(challenges !== null, `does not parse as challenges, or repeats a parameter (RFC 9110 §11.2, §11.6.1): ${combined}`)
  for (const line of lines) assert.ok(parseChallenges(line) !== null, `a field line does not parse alone (STANDARDS G-10): ${line}`)
  for (const challenge of challenges) judgeChallenge(challenge, combined)
  if (!appChallenge) judgeOwnText(challenges, combined)
  return challenges
}

/** RFC 6750 §3, which DPoP shares (RFC 9449 §7.1). */
function judgeChallenge ({ scheme, params }: Challenge, combined: string): void {
  const { scope, error, error_description: description } = params
  assert.ok(scheme.toLowerCase() !== 'bearer' || Object.keys(params).length > 0, `naked Bearer challenge (RFC 6750 §3): ${combined}`)
  assert.notStrictEqual(scope, '', `empty scope (RFC 6750 §3): ${combined}`)
  assert.ok(scope === undefined || scope.split(' ').every(isScopeToken), `malformed scope (RFC 6749 §3.3): ${combined}`)
  for (const text of [error, description]) {
    assert.ok(text === undefined || /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/.test(text), `malformed error or description (RFC 6750 §3): ${combined}`)
  }
}

/** What we ask of our own challenges beyond the grammar (STANDARDS B-07, G-04, G-06). */
function judgeOwnText (challenges: readonly Challenge[], combined: string): void {
  for (const { scheme, params } of challenges) {
    assert.ok(scheme.toLowerCase() !== 'bearer' || params['realm'] !== undefined, `Bearer challenge without a realm: ${combined}`)
  }
  assert.ok(isFieldText(combined), `challenge with characters other than visible ASCII and spaces: ${combined}`)
  assert.ok(!combined.replace(/\\["\\]/g, '').includes('\\'), `quoted-pair of a character that needs none: ${combined}`)
}

/** Oracle 3: nothing may keep a refusal. */
function judgeRefusal (response: JudgedResponse, { appChallenge = false }: JudgedContext): void {
  const challenged = !appChallenge && fieldLines(response, 'www-authenticate').length > 0
  const refused = isProblem(response) && [400, 401, 403, 429, 503].includes(response.statusCode)
  if (!challenged && !refused) return
  const directives = fieldLines(response, 'cache-control').join(',').split(',').map((directive) => directive.trim().toLowerCase())
  assert.ok(directives.includes('no-store'), `refusal without Cache-Control: no-store, but "${directives.join(', ')}"`)
}

/** RFC 9457, and our closed list of codes. */
function judgeProblem (response: JudgedResponse): void {
  if (!isProblem(response)) return
  const { body, statusCode } = response
  if (response.method?.toUpperCase() === 'HEAD') return assert.strictEqual(body, '', 'answer to HEAD with a body (RFC 9110 §9.3.2)')
  const { status, code } = readObject(body)
  assert.strictEqual(status, statusCode, `the problem says status ${String(status)}, the response ${statusCode} (RFC 9457 §3.1.2)`)
  assert.ok(typeof code === 'string' && isReason(code), `the problem's code is not a refusal reason: ${String(code)}`)
  assert.strictEqual(statusCode, REASONS[code].status, `the problem's code ${code} belongs to ${REASONS[code].status}, not to ${statusCode}`)
}

/** Oracle 4, also for a secret in a URL or in JSON. */
function judgeSecrets (secrets: readonly string[], places: readonly (readonly [place: string, text: string])[]): void {
  for (const [index, secret] of secrets.entries()) {
    assert.ok(secret.length >= 8, `secret ${index} is too short to be searched for: use eight characters or more`)
    const forms = new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    for (const [place, text] of places) {
      for (const form of forms) assert.ok(!text.includes(form), `${place} holds secret ${index} (${secret.slice(0, 4)}…): ${text}`)
    }
  }
}

function isProblem (response: JudgedResponse): boolean {
  return fieldLines(response, 'content-type').some((type) => /^application\/problem\+json *(?:;|$)/i.test(type))
}

function isReason (code: string): code is Reason {
  return Object.hasOwn(REASONS, code)
}

function readObject (body: string): Record<string, unknown> {
  let problem: unknown
  try {
    problem = JSON.parse(body)
  } catch {
    assert.fail(`the problem is not JSON: ${body}`)
  }
  assert.ok(typeof problem === 'object' && problem !== null && !Array.isArray(problem), `the problem is not a JSON object: ${body}`)
  return { ...problem }
}

function fieldLines ({ headers }: JudgedResponse, field: string): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    name.toLowerCase() === field && value !== undefined ? [value].flat().map(String) : [])
}
