import { hash, timingSafeEqual } from 'node:crypto'
import { BOOT_ERRORS } from '../errors.ts'

/** A secret, or its SHA-256 digest in 64 hexadecimal digits, and the credentials it stands for. */
export type SecretEntry<Credentials extends object> =
  | { readonly value: string, readonly credentials: Credentials }
  | { readonly sha256: string, readonly credentials: Credentials }

/** Tells whose secret it is. Answers at once. */
export interface SecretsVerifier<Credentials extends object> {
  (credential: string): Credentials | null
  /** The reasons for which it refuses, for the documents: it can always tell. */
  readonly refusals: readonly ['credentials_invalid']
}

interface Known<Credentials> {
  readonly digest: Uint8Array
  readonly credentials: Credentials
}

const DIGEST = /^[0-9a-f]{64}$/i
const EMPTY = Buffer.from(digestOf(''), 'latin1').toString('hex')
/** What a presented secret is compared with when it is unknown, so that knowing and not knowing take the same steps. */
const NOBODY = new Uint8Array(32)
/** Where the digest of a presented secret is laid for the comparison: making a buffer each time costs more than the digest. */
const presented = Buffer.alloc(32)

/**
 * Makes a verifier of fixed secrets, for `apiKey` and `bearer`. Secrets are kept and looked up as SHA-256 digests: the time taken
 * depends neither on how many there are nor on how much of one was guessed. Meant for random secrets; passwords need a slow hash.
 *
 * @param entries at least one; with `sha256` the secret itself need not be in the configuration
 * @returns a function that answers at once: the credentials, or `null`
 * @throws FST_SECURITY_VERIFIER_INVALID if there are none, one is empty, begins or ends with white space, is no SHA-256 digest,
 * occurs twice, or has no credentials object
 * @example
 * ```ts
 * import { apiKey, secrets } from 'fastify-openapi-security'
 *
 * const partner = apiKey({
 *   in: 'header',
 *   name: 'X-API-Key',
 *   verify: secrets([
 *     { sha256: 'c0067d4af4e87f00dbac63b6156828237059172d1bbeac67427345d6a9fda484', credentials: { name: 'fedex' } }
 *   ])
 * })
 * ```
 */
export function secrets<Credentials extends object> (
  entries: readonly SecretEntry<Credentials>[]
): SecretsVerifier<Credentials> {
  if (!Array.isArray(entries) || entries.length === 0) throw invalid('give at least one entry')
  const known = new Map<string, Known<Credentials>>()
  entries.forEach((entry: SecretEntry<Credentials>, index) => {
    const digest = digestOfEntry(entry, index)
    if (known.has(digest)) throw invalid(`entry ${index} has the same secret as an earlier one`)
    known.set(digest, { digest: Buffer.from(digest, 'latin1'), credentials: entry.credentials })
  })
  const verify = (credential: string): Credentials | null => {
    const digest = digestOf(credential)
    const found = known.get(digest)
    presented.write(digest, 'latin1')
    return timingSafeEqual(presented, found?.digest ?? NOBODY) && found !== undefined ? found.credentials : null
  }
  return Object.assign(verify, { refusals: ['credentials_invalid'] as const })
}

function digestOfEntry (entry: unknown, index: number): string {
  const { value, sha256, credentials } = Object(entry) as Record<string, unknown> // every member is checked below
  if (typeof credentials !== 'object' || credentials === null) throw invalid(`entry ${index} needs \`credentials\`, an object`)
  if ((value === undefined) === (sha256 === undefined)) throw invalid(`entry ${index} needs \`value\` or \`sha256\`, and only one`)
  if (sha256 === undefined) {
    if (typeof value !== 'string' || value === '') throw invalid(`entry ${index}: \`value\` must be a string that is not empty`)
    if (value !== value.trim()) throw invalid(`entry ${index}: \`value\` begins or ends with white space, which no header field carries`)
    return digestOf(value)
  }
  if (typeof sha256 !== 'string' || !DIGEST.test(sha256)) throw invalid(`entry ${index}: \`sha256\` must be 64 hexadecimal digits`)
  if (sha256.toLowerCase() === EMPTY) throw invalid(`entry ${index}: \`sha256\` is the digest of nothing`)
  return Buffer.from(sha256, 'hex').toString('latin1')
}

/** One character for each byte: a string is had in a third of the time of a buffer. */
function digestOf (secret: string): string {
  return hash('sha256', secret, 'binary')
}

function invalid (mend: string) {
  return new BOOT_ERRORS.FST_SECURITY_VERIFIER_INVALID('secrets()', mend)
}
