import type { Protection } from '../routes.ts'
import type { Components, Reference } from './components.ts'
import type { Json } from './openapi.ts'
import { refusalsOf } from './refusals.ts'
import { byStatus, nameResponse, problemSchema, writeResponse } from './responses.ts'

/** A response that the guard of a route can come to. */
export interface RefusalResponse {
  readonly status: string
  readonly response: Json
  /** Puts it into the components, if it is not there. */
  reference (): Reference
}

/**
 * The responses of all routes that share a policy, written once.
 *
 * @param origins whether a policy on WebSocket origins applies
 * @param bare whether there is no body, or the application writes it
 */
export type Refusals = (protection: Protection, origins: boolean, bare: boolean) => readonly RefusalResponse[]

/** Starts a collection for one document. */
export function prepareRefusals (components: Components): Refusals {
  const prepared = new Map<Protection, Map<string, readonly RefusalResponse[]>>()
  return (protection, origins, bare) => {
    const variants = prepared.get(protection) ?? new Map<string, readonly RefusalResponse[]>()
    prepared.set(protection, variants)
    const key = `${origins} ${bare}`
    const known = variants.get(key) ?? prepare(protection, origins, bare, components)
    variants.set(key, known)
    return known
  }
}

function prepare (protection: Protection, origins: boolean, bare: boolean, components: Components): RefusalResponse[] {
  const problem = bare ? null : components.add('schemas', 'Problem', problemSchema())
  return byStatus(refusalsOf(protection, origins)).map((group) => {
    const response = writeResponse(group, problem)
    let reference: Reference | undefined
    return {
      status: String(group[0]?.status),
      response,
      reference () {
        reference ??= components.add('responses', nameResponse(group, problem), response)
        return reference
      }
    }
  })
}
