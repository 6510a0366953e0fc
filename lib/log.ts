import type { FastifyRequest } from 'fastify'
import type { RefusalRecord } from './challenge/record.ts'
import { VerifierMisuse } from './decision/judge.ts'
import type { Settings } from './options.ts'

const HIDDEN = '[redacted]'
/** An error may be its own cause. */
const MAX_CAUSES = 4

/** Tells the server's owner why a request was refused, and what became of each scheme; one line. Loggers may change what they are given. */
export function logRefusal (request: FastifyRequest, level: Settings['logLevel'], record: RefusalRecord): void {
  if (level !== 'silent') request.log[level]({ ...record }, 'request refused')
}

/** Tells the server's owner that a verifier could not tell; whatever was presented is kept out of the text. */
export function logVerifierError (request: FastifyRequest, scheme: string, error: unknown, credential: unknown): void {
  const secrets = secretsIn(credential)
  const told = error instanceof VerifierMisuse ? 'programming error in a verifier' : 'a verifier could not tell'
  request.log.error({ scheme, err: withoutSecrets(error, secrets) }, `${told}; the request is refused`)
}

/** A new error with the texts of another: its other members, such as a client's request, may hold the credential too. */
function withoutSecrets (error: unknown, secrets: readonly string[], depth = 0): Error {
  if (!(error instanceof Error)) return new Error(redact(textOf(error), secrets))
  const { name, message, stack, cause } = error
  const told = cause === undefined || depth === MAX_CAUSES ? {} : { cause: withoutSecrets(cause, secrets, depth + 1) }
  const safe = new Error(redact(textOf(message), secrets), told)
  return Object.assign(safe, { name: redact(textOf(name), secrets), stack: redact(textOf(stack), secrets) })
}

function textOf (value: unknown): string {
  try {
    return String(value)
  } catch {
    return `an ${typeof value} without a text`
  }
}

/** The texts of a credential as they are, as in a URL, and as in a Basic Authorization field. */
function secretsIn (credential: unknown): string[] {
  const values = typeof credential === 'object' && credential !== null ? Object.values(credential) : [credential]
  const texts = values.filter((value): value is string => typeof value === 'string' && value !== '')
  const forms = texts.flatMap((text) =>
    [text, encodeURIComponent(Buffer.from(text).toString()), new URLSearchParams({ text }).toString().slice('text='.length)])
  forms.push(Buffer.from(texts.join(':')).toString('base64'))
  return [...new Set(forms)].filter((text) => text !== '').sort((a, b) => b.length - a.length)
}

function redact (text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text)
}
