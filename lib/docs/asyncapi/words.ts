import type { Requirement, Security } from '../../requirement/parse.ts'

/** An alternative in words: `` `oauth` (`pets:read`) and `partner` ``. */
export function describeAlternative (alternative: Requirement): string {
  return Object.entries(alternative)
    .map(([name, needed]) => needed.length === 0 ? code(name) : `${code(name)} (${needed.map(code).join(', ')})`)
    .join(' and ')
}

/** What is asked, in a sentence. */
export function describeSecurity (security: Security): string {
  const alternatives = security.filter((alternative) => Object.keys(alternative).length > 0)
  if (alternatives.length === 0) return 'No credentials are asked for.'
  const words = alternatives.map(describeAlternative).join(', or ')
  if (alternatives.length < security.length) return `Credentials are optional, anonymous clients are let in. Those that count: ${words}.`
  return `Credentials that are asked for: ${words}.`
}

function code (text: string): string {
  return `\`${text}\``
}
