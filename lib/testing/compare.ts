import { isDeepStrictEqual } from 'node:util'
import { CHALLENGE_FIELD } from '../challenge/fields.ts'
import { PROBLEM_TYPE } from '../challenge/problem.ts'
import type { CheckBody } from './body-schema.ts'
import { mediaType, type DocumentedBody, type DocumentedHeader, type DocumentedResponse, type Example } from './documented.ts'
import type { Received } from './exchange.ts'
import type { Difference } from './finding.ts'

const CHALLENGE = CHALLENGE_FIELD.toLowerCase()

/** Where a response differs from what is documented of its status. */
export function compare (documented: DocumentedResponse, received: Received, method: string, check: CheckBody): Difference[] {
  const body = method === 'HEAD' ? undefined : parse(received)
  const code = codeOf(received, body)
  const shown = [...documented.bodies.values()].flatMap(({ examples }) => examples)
  // Two examples may read the same; the one that is sent alone tells which field belongs to it.
  const like = shown.filter(({ value }) => isDeepStrictEqual(value, body))
  const only = like.length === 1 ? { key: like[0]?.key ?? '', alone: shown.length === 1 } : null
  return [
    ...[...documented.headers].flatMap(([field, header]) => compareHeader(header, received.headers[field], code, only)),
    ...undocumentedChallenge(documented, received),
    ...compareBody(documented, received, body, code, method, check)
  ]
}

/** The `code` of a problem; `null` if it is not one of ours. */
export function codeOf ({ headers }: Received, body: unknown): string | null {
  if (mediaType(headers['content-type']) !== PROBLEM_TYPE || typeof body !== 'object' || body === null) return null
  const code: unknown = Reflect.get(body, 'code')
  return typeof code === 'string' ? code : null
}

/** The body, if it is JSON. */
export function parse ({ headers, body }: Received): unknown {
  if (!/^application\/(?:[^;]+\+)?json$/.test(mediaType(headers['content-type']))) return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** The example that a body is like. */
interface Shown {
  readonly key: string
  /** Whether the status has no other. */
  readonly alone: boolean
}

function compareHeader (header: DocumentedHeader, value: string | undefined, code: string | null, body: Shown | null): Difference[] {
  const { name, required, values, examples } = header
  const isChallenge = name.toLowerCase() === CHALLENGE
  const kind = isChallenge ? 'challenge' : 'header'
  if (value === undefined) {
    if (!required && !(isChallenge && isShownWith(body, examples))) return []
    const mend = `Send ${name} with this answer, or document it as it is. What answers before the guard has to send it itself.`
    return [{ kind, expected: `${name}: ${examples.length === 0 ? '(any)' : write(shownFor(code, examples))}`, actual: `no ${name}`, mend }]
  }
  const shown = isChallenge ? examples : []
  const allowed = values ?? shown.map(({ value }) => String(value))
  if (allowed.length === 0 || allowed.includes(value)) return []
  const mend = 'Make the document again from the application, or mend what changes this field.'
  const expected = values === null ? write(shownFor(code, shown)) : values.join(' | ')
  return [{ kind, expected: `${name}: ${expected}`, actual: `${name}: ${value}`, mend }]
}

/** The examples that are about answers with a code, or all if none says so. */
function shownFor (code: string | null, examples: readonly Example[]): readonly Example[] {
  const about = examples.filter(({ key }) => code !== null && isAbout(code, key))
  return about.length === 0 ? examples : about
}

/** Keys begin with the code; what follows tells apart answers with the same one. */
function isAbout (code: string, key: string): boolean {
  return key === code || key.startsWith(`${code}.`)
}

/** Whether a field that not every answer has is shown with this one. */
function isShownWith (body: Shown | null, examples: readonly Example[]): boolean {
  return body !== null && examples.some(({ key }) => body.alone || (key !== '' && key === body.key))
}

function undocumentedChallenge ({ headers }: DocumentedResponse, received: Received): Difference[] {
  const value = received.headers[CHALLENGE]
  if (value === undefined || headers.has(CHALLENGE)) return []
  const mend = 'Document the field, or make the document again from the application.'
  return [{ kind: 'challenge', expected: `no ${CHALLENGE_FIELD}`, actual: `${CHALLENGE_FIELD}: ${value}`, mend }]
}

function compareBody (
  { bodies }: DocumentedResponse, received: Received, body: unknown, code: string | null, method: string, check: CheckBody
): Difference[] {
  if (bodies.size === 0 || method === 'HEAD') return []
  const type = mediaType(received.headers['content-type'])
  const documented = bodies.get(type) ?? bodies.get('*/*')
  if (documented === undefined) {
    const mend = 'Declare this response in the schema of the route, or let the plugin answer.'
    return [{ kind: 'body', expected: [...bodies.keys()].join(' | '), actual: type === '' ? 'no media type' : type, mend }]
  }
  if (body === undefined) return []
  const wrong = check(documented.schema, body)
  if (wrong !== null) {
    const mend = 'Make the schema fit what is sent.'
    return [{ kind: 'body', expected: `a body that is valid by the documented schema (${wrong})`, actual: received.body, mend }]
  }
  return code === null ? [] : compareProblem(documented, received, body, code)
}

/** A problem must read as the document shows it. */
function compareProblem ({ examples }: DocumentedBody, received: Received, body: unknown, code: string): Difference[] {
  if (examples.length === 0 || examples.some(({ value }) => isDeepStrictEqual(value, body))) return []
  const same = examples.filter(({ value }) => typeof value === 'object' && value !== null && Reflect.get(value, 'code') === code)
  const mend = 'Make the document again from the application, or mend what changes the examples.'
  return [{ kind: 'body', expected: write(same.length === 0 ? examples : same), actual: received.body, mend }]
}

function write (examples: readonly Example[]): string {
  return examples.map(({ value }) => typeof value === 'string' ? value : JSON.stringify(value)).join(' | ')
}
