import { isDeepStrictEqual } from 'node:util'
import type { Requirement, Security } from '../../requirement/parse.ts'
import type { AsyncApiOperation } from './objects.ts'
import type { WriteScheme } from './schemes.ts'
import { describeSecurity } from './words.ts'

/** The fields of an operation that say what is asked. */
export type SecurityFields = Pick<AsyncApiOperation, 'security' | 'x-security' | 'description'>

/**
 * Writes what an operation asks. A list of AsyncAPI is satisfied by any of its schemes, and there is no way to make it optional; what it
 * cannot say is in words and as an extension.
 */
export function writeSecurity (security: Security, write: WriteScheme): SecurityFields {
  const sizes = security.map((alternative) => Object.keys(alternative).length)
  const references = security.flatMap((alternative) => Object.keys(alternative).map((name) => write(name, alternative)))
  const distinct = new Map(references.map((reference) => [reference.$ref, reference]))
  const isExact = sizes.every((size) => size === 1)
  return {
    ...(references.length === 0 || sizes.includes(0) ? {} : { security: [...distinct.values()] }),
    ...(isExact ? {} : { description: describeSecurity(security), 'x-security': writeRequirements(security) })
  }
}

/** The exact form, for extensions. */
export function writeRequirements (security: Security): Record<string, string[]>[] {
  return security.map((alternative) => Object.fromEntries(Object.entries(alternative).map(([name, needed]) => [name, [...needed]])))
}

/**
 * What the sender of a message must have presented in all: what lets connections in, and what the message asks beyond that. A connection
 * holds the credentials of one alternative, so messages that ask for other schemes are open to those of other alternatives only; if there
 * are none, everything that would be needed is named all the same.
 */
export function combine (route: Security, message: Security): Security {
  if (message.length === 0) return route
  const pairs = route.flatMap((held) => message.map((asked) => ({ held, asked })))
  const possible = pairs.filter(({ held, asked }) => Object.keys(asked).every((name) => Object.hasOwn(held, name)))
  return distinct((possible.length === 0 ? pairs : possible).map(({ held, asked }) => merge(held, asked)))
}

/** Whether some connection can satisfy a message. */
export function isSatisfiable (route: Security, message: Security): boolean {
  return message.length === 0 ||
    route.some((held) => message.some((asked) => Object.keys(asked).every((name) => Object.hasOwn(held, name))))
}

function merge (held: Requirement, asked: Requirement): Requirement {
  return Object.fromEntries([...new Set([...Object.keys(held), ...Object.keys(asked)])].map((name) =>
    [name, [...new Set([...held[name] ?? [], ...asked[name] ?? []])]]))
}

function distinct (security: Security): Security {
  return security.filter((alternative, i) => security.findIndex((other) => isDeepStrictEqual(other, alternative)) === i)
}
