import { refuse, type CredentialSource, type Refusal } from '../scheme.ts'
import { isRepeated } from './lines.ts'

const AMBIGUOUS = refuse('credentials_ambiguous')
const MALFORMED = refuse('credentials_malformed')

/** @param name the field name in lower case */
export function readHeader (source: CredentialSource, name: string): string | Refusal | undefined {
  if (!Object.hasOwn(source.headers, name)) return undefined
  const value = source.headers[name]
  if (value === undefined) return undefined
  if (typeof value !== 'string' || isRepeated(source, name)) return AMBIGUOUS
  return value === '' ? MALFORMED : value
}
