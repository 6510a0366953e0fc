import { covers } from '../requirement/scopes.ts'
import type { Requirement, Security } from '../requirement/parse.ts'
import type { Held } from '../scheme.ts'

/** Whether what a request was let in with satisfies a further requirement. `[]` asks nothing. */
export function holds (auth: unknown, security: Security): boolean {
  return security.length === 0 || security.some((requirement) => isHeld(auth, requirement))
}

function isHeld (auth: unknown, requirement: Requirement): boolean {
  return Object.entries(requirement).every(([name, scopes]) => {
    const held = (auth as Record<string, Held | undefined> | null)?.[name] // what the guard puts there
    return held !== undefined && covers(held.scopes, scopes)
  })
}
