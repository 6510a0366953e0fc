import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { OPERATION } from './applications.ts'
import { present, type Presented } from './credentials.ts'
import type { DescribedOperation, Description, Operation } from './description.ts'
import { casesOf, expectationOf, type Expected } from './expectation.ts'

/** What asking every operation came to. */
export interface Answers {
  readonly requests: number
  readonly statuses: ReadonlyMap<number, number>
  readonly faults: readonly string[]
}

/** Asks every operation with nothing, with exactly enough for each alternative, and each time with one scope fewer. */
export async function askEverything (app: FastifyInstance, description: Description, operations: readonly Operation[]): Promise<Answers> {
  const statuses = new Map<number, number>()
  const faults: string[] = []
  let requests = 0
  for (const operation of operations) {
    for (const presented of casesOf(operation)) {
      const sent = present(description, presented)
      if (sent === null) continue
      const { example: url, method } = operation
      const response = await app.inject({ url, method: method as 'GET', headers: sent.headers, query: sent.query }) // any that Fastify knows
      requests++
      statuses.set(response.statusCode, (statuses.get(response.statusCode) ?? 0) + 1)
      const fault = compare(response, expectationOf(operation, presented), operation)
      if (fault !== '') faults.push(`${operation.name} with ${tell(presented)}: ${fault}`)
    }
  }
  return { requests, statuses, faults }
}

function compare (response: LightMyRequestResponse, expected: Expected, { name, method }: Operation): string {
  const { statusCode, headers } = response
  if (statusCode !== expected.status) return `${statusCode}, expected ${expected.status}`
  if (statusCode === 200) return headers[OPERATION] === name ? '' : `went to ${String(headers[OPERATION])}`
  if (headers['www-authenticate'] === undefined) return 'no challenge'
  if (method === 'HEAD') return response.body === '' ? '' : 'a body for HEAD'
  const scopes = response.json<{ required_scopes?: string[] }>().required_scopes ?? []
  const wanted = expected.status === 403 ? expected.scopes : []
  return scopes.join(' ') === wanted.join(' ') ? '' : `says scopes "${scopes.join(' ')}", expected "${wanted.join(' ')}"`
}

function tell (presented: Presented): string {
  return Object.keys(presented).length === 0 ? 'nothing' : JSON.stringify(presented)
}

/** What a completed description fails to say of its operations. */
export function judgeDocument (completed: Description, description: Description, operations: readonly Operation[]): string[] {
  return operations.flatMap(({ name, security }) => {
    const [method = '', path = ''] = name.split(' ')
    const { security: documented, responses = {} } = operationOf(completed, path, method)
    const guarded = security.some((requirement) => Object.keys(requirement).length > 0)
    // Who lacks a scope where anonymous callers are let in is one of those.
    const scoped = guarded && security.every((requirement) => Object.keys(requirement).length > 0) &&
      security.some((requirement) => Object.values(requirement).some((scopes) => scopes.length > 0))
    const declared = Object.keys(operationOf(description, path, method).responses ?? {})
    const mustSay = [...(guarded ? ['401', '503'] : []), ...(scoped ? ['403'] : []), ...declared]
    const missing = mustSay.filter((status) => !(status in responses))
    return [
      ...(JSON.stringify(documented) === JSON.stringify(security) ? [] : [`${name}: documented as ${JSON.stringify(documented)}`]),
      ...(missing.length === 0 ? [] : [`${name}: responses ${missing.join(', ')} are not documented`])
    ]
  })
}

function operationOf ({ paths }: Description, path: string, method: string): DescribedOperation {
  return paths[path]?.[method.toLowerCase()] ?? {}
}
