import type { FastifyInstance } from 'fastify'
import { compile, type Compiled } from '../policy.ts'
import type { Registration } from '../registration.ts'
import type { Security } from '../requirement/parse.ts'
import type { KnownRoute } from '../routes.ts'
import type { Json } from '../docs/openapi.ts'
import type { CheckBody } from './body-schema.ts'
import { differencesOf } from './differences.ts'
import { exchange, type Received, type Sent } from './exchange.ts'
import { finding, type Difference, type Finding } from './finding.ts'
import { documentedSecurity, meaningOf, type Operation } from './operations.ts'
import { plan, type Plan } from './plans.ts'
import { foreignProbe, probesOf, PUBLIC_PROBES, type Probe } from './probes.ts'
import { targetFor, type Target } from './target.ts'
import { upgrade } from './upgrade.ts'

/** What the operations of one document are compared with. */
export interface Auditing {
  readonly app: FastifyInstance
  readonly document: Json
  readonly registration: Registration
  readonly check: CheckBody
  readonly handlers: boolean
  readonly parameters: Readonly<Record<string, string>>
  /** In milliseconds. */
  readonly timeout: number
}

/** What came of it. */
export interface Audited {
  /** How many were sent. */
  readonly requests: number
  readonly findings: readonly Finding[]
}

/** Compares one operation with its route. */
export async function auditOperation (auditing: Auditing, operation: Operation, route: KnownRoute): Promise<Audited> {
  const { document, registration: { settings } } = auditing
  const { method, path } = operation
  const read = readSecurity(document, operation, settings.schemes)
  const findings = read.differs(route).map((difference) => finding({ method, path, websocket: false, probe: '' }, difference))
  const policy = read.policy ?? (route.protection === 'public' ? 'public' : route.protection.policy)
  // The handlers of public routes would run.
  if (!auditing.handlers && route.protection === 'public') return { requests: 0, findings }
  const target = targetFor(document, operation, route, auditing.parameters)
  const probes = policy === 'public' ? PUBLIC_PROBES : probesOf(policy, settings.schemes)
  const own = await tryAll(auditing, operation, route, target, probes, false)
  findings.push(...own.findings)
  if (!own.reachable || !route.websocket || method !== 'GET') return { requests: own.requests, findings }
  const foreign = policy === 'public' || settings.origins === null ? [] : foreignProbe(policy, settings.schemes)
  const upgrades = await tryAll(auditing, operation, route, target, [...probes, ...foreign], true)
  return { requests: own.requests + upgrades.requests, findings: [...findings, ...upgrades.findings] }
}

interface DocumentedSecurity {
  /** What the document asks for; `null` if it cannot be read. */
  readonly policy: Compiled | null
  differs (route: KnownRoute): Difference[]
}

function readSecurity (document: Json, operation: Operation, schemes: Parameters<typeof compile>[1]): DocumentedSecurity {
  const mend = 'Make the document again from the application, or mend what changes `security`.'
  const differ = (route: KnownRoute, expected: string): Difference[] => [{ kind: 'security', expected, actual: JSON.stringify(route.security), mend }]
  try {
    const security: Security = documentedSecurity(document, operation)
    const policy = compile(security, schemes, 'The document')
    return { policy, differs: (route) => meaningOf(security) === meaningOf(route.security) ? [] : differ(route, JSON.stringify(security)) }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { policy: null, differs: (route) => differ(route, `something that cannot be read (${problem})`) }
  }
}

async function tryAll (
  auditing: Auditing, operation: Operation, route: KnownRoute, target: Target, probes: readonly Probe[], websocket: boolean
): Promise<Audited & { readonly reachable: boolean }> {
  const findings: Finding[] = []
  let requests = 0
  for (const probe of probes) {
    const going = plan(probe.verdicts, probe.presented, !auditing.handlers)
    const sent: Sent = { method: operation.method, target, sending: probe.sending, plan: going, timeout: auditing.timeout }
    const received = websocket ? await upgrade(auditing.app, originFor(auditing, probe), sent) : await exchange(auditing.app, sent)
    requests++
    const place = { method: operation.method, path: operation.path, websocket, probe: probe.name }
    if (isElsewhere(route, going, received)) {
      return { requests, findings: [...findings, finding(place, unreachable(target, going, received))], reachable: false }
    }
    const differences = received === null ? unanswered(auditing, going) : differencesOf(auditing, operation, probe, going, received)
    findings.push(...differences.map((difference) => finding(place, difference, probe.sending.secrets)))
  }
  return { requests, findings, reachable: true }
}

function originFor ({ registration: { settings: { origins } } }: Auditing, { foreign }: Probe): string | null {
  if (foreign) return 'https://foreign.invalid'
  return origins === null ? null : [...origins][0] ?? null
}

/** Whether a request went to another route, or to none. */
function isElsewhere ({ url, options, protection }: KnownRoute, { reached }: Plan, received: Received | null): boolean {
  if (reached !== null) return reached !== url && reached !== options.url
  return protection !== 'public' && received?.status === 404
}

function unreachable ({ path }: Target, { reached }: Plan, received: Received | null): Difference {
  return {
    kind: 'unreachable',
    expected: `${path} to get to the route`,
    actual: reached === null ? `status ${received?.status}` : `the route ${reached}`,
    mend: 'Give values that match in the option `parameters`, or examples in the schema of the parameters. ' +
      'Routes constrained by anything but a host name or a version cannot be tried.'
  }
}

/** A handler may keep its callers waiting. */
function unanswered ({ timeout }: Auditing, { admitted }: Plan): Difference[] {
  if (admitted) return []
  const mend = 'Look for a hook that never ends, or that ends the connection.'
  return [{ kind: 'no_answer', expected: 'an answer', actual: `none within ${timeout} ms`, mend }]
}
