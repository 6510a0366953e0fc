import type { FastifyRequest } from 'fastify'
import type { Denial } from './decision/decide.ts'
import { VerifierMisuse } from './decision/judge.ts'
import type { Settings } from './options.ts'
import type { Policy } from './policy.ts'
import { Refusal, type Outcome } from './scheme.ts'

const HIDDEN = '[redacted]'

/** Tells the server's owner why a request was refused, and what became of each scheme; one line. */
export function logRefusal (
  request: FastifyRequest, level: Settings['logLevel'], policy: Policy, { reason }: Denial, outcomes: readonly Outcome[]
): void {
  if (level === 'silent') return
  const schemes: Record<string, string> = {}
  policy.slots.forEach(({ name }, slot) => {
    const outcome = outcomes[slot]
    schemes[name] = outcome === undefined ? 'not presented' : outcome instanceof Refusal ? outcome.reason : 'accepted'
  })
  request.log[level]({ reason, schemes }, 'request refused')
}

/** Tells the server's owner that a verifier could not tell; whatever was presented is kept out of the text. */
export function logVerifierError (request: FastifyRequest, scheme: string, error: unknown, credential: unknown): void {
  const secrets = secretsIn(credential)
  const err = error instanceof Error
    ? { type: error.name, message: redact(error.message, secrets), stack: redact(error.stack ?? '', secrets), cause: causeOf(error, secrets) }
    : { type: typeof error, message: redact(String(error), secrets) }
  const message = error instanceof VerifierMisuse ? 'programming error in a verifier; the request is refused' : 'a verifier could not tell; the request is refused'
  request.log.error({ scheme, err }, message)
}

function causeOf ({ cause }: Error, secrets: readonly string[]): string | undefined {
  return cause === undefined ? undefined : redact(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), secrets)
}

function secretsIn (credential: unknown): string[] {
  const values = typeof credential === 'object' && credential !== null ? Object.values(credential) : [credential]
  return values.filter((value): value is string => typeof value === 'string' && value !== '').sort((a, b) => b.length - a.length)
}

function redact (text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text)
}
