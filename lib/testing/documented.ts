import { isObject, type Json } from '../docs/openapi.ts'
import { resolve } from './operations.ts'

/** What a document says of a header field. */
export interface DocumentedHeader {
  /** As in the document. */
  readonly name: string
  readonly required: boolean
  /** What it may be, if that is a list. */
  readonly values: readonly string[] | null
  readonly examples: readonly Example[]
}

/** What a document shows of a value. */
export interface Example {
  /** `''` for the only one. */
  readonly key: string
  readonly value: unknown
}

/** What a document says of a body of one media type. */
export interface DocumentedBody {
  readonly schema: unknown
  readonly examples: readonly Example[]
}

/** What a document says of a response. */
export interface DocumentedResponse {
  /** By lower-cased name. */
  readonly headers: ReadonlyMap<string, DocumentedHeader>
  /** By media type without parameters, in lower case; empty if the document says nothing of a body. */
  readonly bodies: ReadonlyMap<string, DocumentedBody>
}

/** The statuses that a document names for an operation. */
export function documentedStatuses (operation: Json): string[] {
  return isObject(operation['responses']) ? Object.keys(operation['responses']).filter((status) => !status.startsWith('x-')) : []
}

/** What a document says of one status of an operation: by its code, else by its range, else by default; `null` if nothing. */
export function responseFor (document: Json, operation: Json, status: number): DocumentedResponse | null {
  const { responses } = operation
  if (!isObject(responses)) return null
  const key = [String(status), `${Math.floor(status / 100)}XX`, 'default'].find((one) => Object.hasOwn(responses, one))
  const response = key === undefined ? undefined : resolve(document, responses[key])
  if (!isObject(response)) return null
  const { headers, content } = response
  return {
    headers: new Map(entries(document, headers).map(([name, header]) => [name.toLowerCase(), readHeader(document, name, header)])),
    bodies: new Map(entries(document, content).map(([type, body]) => [mediaType(type), { schema: resolve(document, body['schema']), examples: examplesOf(document, body) }]))
  }
}

/** A media type without its parameters. */
export function mediaType (field: string | undefined): string {
  return (field ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

function readHeader (document: Json, name: string, header: Json): DocumentedHeader {
  const schema = resolve(document, header['schema'])
  const { enum: list, example, const: only }: Json = isObject(schema) ? schema : {}
  const values = Array.isArray(list) ? list.map(String) : only === undefined ? null : [String(only)]
  const shown = examplesOf(document, header)
  return { name, required: header['required'] === true, values, examples: shown.length > 0 || example === undefined ? shown : [{ key: '', value: example }] }
}

function examplesOf (document: Json, { example, examples }: Json): Example[] {
  const several = entries(document, examples).map(([key, one]) => ({ key, value: one['value'] }))
  return example === undefined ? several : [{ key: '', value: example }, ...several]
}

function entries (document: Json, map: unknown): [string, Json][] {
  if (!isObject(map)) return []
  return Object.entries(map).flatMap(([name, value]) => {
    const resolved = resolve(document, value)
    return isObject(resolved) ? [[name, resolved] as [string, Json]] : []
  })
}
