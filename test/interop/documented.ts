type Json = Readonly<Record<string, unknown>>

/** The bodies that a document gives as examples of an operation's refusals with a status. */
export function documentedProblems (document: object, operation: string, status: number): unknown[] {
  const at = (value: unknown, ...path: string[]): unknown =>
    path.reduce((found, name) => resolve(document, (found as Json | undefined)?.[name]), value) // JSON
  const content = at(document, 'paths', `/${operation}`, 'get', 'responses', String(status), 'content', 'application/problem+json')
  const example = at(content, 'example')
  const examples = Object.keys((at(content, 'examples') ?? {}) as Json).map((name) => at(content, 'examples', name, 'value')) // Example Objects
  return example === undefined ? examples : [example]
}

/** Follows a Reference Object within the document. */
function resolve (document: object, value: unknown): unknown {
  const reference = (value as { $ref?: unknown } | null | undefined)?.$ref // JSON
  if (typeof reference !== 'string') return value
  const names = reference.slice('#/'.length).split('/').map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  return resolve(document, names.reduce<unknown>((found, name) => (found as Json | undefined)?.[name], document))
}
