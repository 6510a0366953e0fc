import { BOOT_ERRORS } from '../errors.ts'

/** An object of a document. Applications have a hand in it, so nothing about its members is certain. */
export type Json = Readonly<Record<string, unknown>>

/** The value of a header field in visible ASCII (RFC 9110 §5.5); Node.js takes no more bytes of all fields. */
export const FIELD_TEXT: Json = { type: 'string', pattern: '^[\\t -~]+$', maxLength: 16384 }

/** The minor version of OpenAPI 3. Later ones are written like the newest known. */
export type Version = 0 | 1 | 2

export function isObject (value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A deep copy, so that whoever changes the document does not change what is enforced. */
export function copy<T> (value: T): T {
  return JSON.parse(JSON.stringify(value)) as T // documents are JSON
}

/**
 * Reads which OpenAPI a document is.
 *
 * @throws FST_SECURITY_DOCUMENT_UNSUPPORTED
 */
export function readVersion (document: Json): Version {
  const { openapi, swagger } = document
  const minor = typeof openapi === 'string' ? /^3\.(\d+)/.exec(openapi)?.[1] : undefined
  if (minor === undefined) {
    throw new BOOT_ERRORS.FST_SECURITY_DOCUMENT_UNSUPPORTED(swagger === undefined ? `OpenAPI ${String(openapi)}` : `Swagger ${String(swagger)}`)
  }
  return minor === '0' ? 0 : minor === '1' ? 1 : 2
}
