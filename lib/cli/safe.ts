/** Methods that ask for nothing to be changed (RFC 9110 §9.2.1), with QUERY. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY'])

/** Whether a method only reads. One that nobody knows may do anything. */
export function isSafe (method: string): boolean {
  return SAFE.has(method)
}
