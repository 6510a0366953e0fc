import type { Protection } from '../routes.ts'
import type { Components, Reference } from './components.ts'
import type { Json } from './openapi.ts'
import { refusalsOf, type Surroundings } from './refusals.ts'
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
 * @param bare whether there is no body, or the application writes it
 */
export type Refusals = (protection: Protection, surroundings: Surroundings, bare: boolean) => readonly RefusalResponse[]

/** Starts a collection for one document. */
export function prepareRefusals (components: Components): Refusals {
  const prepared = new Map<Protection, Map<string, readonly RefusalResponse[]>>()
  return (protection, surroundings, bare) => {
    let variants = prepared.get(protection)
    if (variants === undefined) prepared.set(protection, variants = new Map())
    const key = `${surroundings.origins} ${surroundings.subprotocol} ${surroundings.limited === true} ${bare}`
    let responses = variants.get(key)
    if (responses === undefined) variants.set(key, responses = prepare(protection, surroundings, bare, components))
    return responses
  }
}

function prepare (protection: Protection, surroundings: Surroundings, bare: boolean, components: Components): RefusalResponse[] {
  const problem = bare ? null : components.add('schemas', 'Problem', problemSchema())
  return byStatus(refusalsOf(protection, surroundings)).map((group) => {
    const response = writeResponse(group, problem, components)
    let reference: Reference | undefined
    return {
      status: String(group[0]?.answer.status),
      response,
      reference () {
        reference ??= components.add('responses', nameResponse(group, problem), response)
        return reference
      }
    }
  })
}
