import { refuse, type CredentialSource, type Refusal } from '../scheme.ts'

const AMBIGUOUS = refuse('credentials_ambiguous')
const MALFORMED = refuse('credentials_malformed')

/** Reads a query parameter as the application's query string parser left it; a repeated one is ambiguous. */
export function readQuery (source: CredentialSource, name: string): string | Refusal | undefined {
  const { query } = source
  if (typeof query !== 'object' || query === null || !Object.hasOwn(query, name)) return undefined
  const value: unknown = Reflect.get(query, name)
  if (value === undefined) return undefined
  if (Array.isArray(value)) return AMBIGUOUS
  return typeof value === 'string' && value !== '' ? value : MALFORMED
}
