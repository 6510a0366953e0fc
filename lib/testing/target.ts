import { basePaths, pathTemplate, templateOf } from '../docs/paths.ts'
import { isObject, type Json } from '../docs/openapi.ts'
import type { KnownRoute } from '../routes.ts'
import { resolve, type Operation } from './operations.ts'

/** Where a request for an operation goes. */
export interface Target {
  readonly path: string
  /** Fields that the constraints of the route ask for. */
  readonly headers: Readonly<Record<string, string>>
}

/** Values for parameters of which nothing is known, by format. */
const FORMATS: Readonly<Record<string, string>> = {
  uuid: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  date: '2024-01-31',
  'date-time': '2024-01-31T12:00:00Z',
  time: '12:00:00Z',
  email: 'someone@example.com',
  hostname: 'host.example',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://host.example/'
}
/** Tried in this order where there is a pattern; the first goes for everything else, since most patterns in URLs are for numbers. */
const CANDIDATES = ['1', 'a', 'A', 'abc', 'ABC', '12', '123', '1234', 'name', 'some-name', FORMATS['uuid'] ?? '', FORMATS['date'] ?? '', '0123456789abcdef01234567']

/**
 * Makes the target of requests for an operation.
 *
 * @param values path parameters by name, given by the caller
 */
export function targetFor (document: Json, operation: Operation, route: KnownRoute, values: Readonly<Record<string, string>>): Target {
  const path = operation.path.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] ?? '' : valueOf(document, operation, name)
    return name === '*' ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value)
  })
  return { path: baseOf(document, operation, route) + path, headers: headersFor(route) }
}

/** What @fastify/swagger took off the URL of the route. */
function baseOf (document: Json, { path, servers }: Operation, { options: { url } }: KnownRoute): string {
  const isBase = (base: string) => url.startsWith(base) && templateOf(url.slice(base.length)) === pathTemplate(path)
  return ['', ...basePaths(servers), ...basePaths(document['servers'])].find(isBase) ?? ''
}

function headersFor ({ options }: KnownRoute): Record<string, string> {
  const { version, host }: { version?: unknown, host?: unknown } = options.constraints ?? {}
  return {
    ...(typeof version === 'string' ? { 'accept-version': version } : {}),
    ...(typeof host === 'string' ? { host } : {})
  }
}

function valueOf (document: Json, { parameters }: Operation, name: string): string {
  const parameter = parameters.find((one) => one['in'] === 'path' && one['name'] === name) ?? {}
  const schema = resolve(document, parameter['schema'])
  const known: Json = isObject(schema) ? schema : {}
  const said = [parameter['example'], ...exampleValues(document, parameter['examples']), known['example'], first(known['examples']), known['default'],
    known['const'], first(known['enum'])].find((value) => typeof value === 'string' ? value !== '' : typeof value === 'number' || typeof value === 'boolean')
  return said === undefined ? makeUp(known) : String(said)
}

function exampleValues (document: Json, examples: unknown): unknown[] {
  return isObject(examples) ? Object.values(examples).map((one) => resolve(document, one)).map((one) => isObject(one) ? one['value'] : undefined) : []
}

function first (list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined
}

function makeUp ({ type, format, pattern, minimum, minLength }: Json): string {
  const types = [type].flat()
  if (types.includes('integer') || types.includes('number')) return String(typeof minimum === 'number' ? Math.ceil(minimum) : 1)
  if (types.includes('boolean')) return 'true'
  if (typeof format === 'string' && Object.hasOwn(FORMATS, format)) return FORMATS[format] ?? ''
  const fitting = typeof pattern === 'string' ? CANDIDATES.find((one) => matches(pattern, one)) : undefined
  return (fitting ?? CANDIDATES[0] ?? '').padEnd(typeof minLength === 'number' ? minLength : 0, '1')
}

/** The pattern is the application's own. */
function matches (pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text)
  } catch {
    return false
  }
}
