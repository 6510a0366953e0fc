import type { InjectOptions } from 'fastify'
import type { Scheme } from '../scheme.ts'
import { mint, writeCookies } from './mint.ts'

/** A request with credentials on it. */
export interface Addressed {
  readonly request: InjectOptions
  /** Schemes for which something was put on it, or which are presented without. */
  readonly sent: ReadonlySet<string>
}

/** Puts credentials on a simulated request, each where its scheme looks for it, unless the caller has put something there. */
export function address (options: InjectOptions, schemes: ReadonlyMap<string, Scheme>): Addressed {
  const given = readFields(options.headers)
  const named = [...schemes].filter(([, scheme]) => !isTaken(scheme, options, given))
  const { headers, cookies, query } = mint(named.map(([, scheme]) => scheme))
  const cookie = [given.get('cookie')?.value ?? [], writeCookies(cookies)].flat().filter((text) => text !== '').join('; ')
  const fields: Record<string, unknown> = { ...options.headers, ...headers }
  if (Object.keys(cookies).length > 0) {
    delete fields[given.get('cookie')?.name ?? 'cookie']
    fields['cookie'] = cookie
  }
  return {
    request: { ...options, headers: fields as NonNullable<InjectOptions['headers']>, ...withQuery(options.query, query) }, // theirs, and strings
    sent: new Set(named.map(([name]) => name))
  }
}

interface Field {
  /** As the caller wrote it. */
  readonly name: string
  readonly value: string | readonly string[]
}

function readFields (headers: InjectOptions['headers']): Map<string, Field> {
  return new Map(Object.entries(headers ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), { name, value: Array.isArray(value) ? value.map(String) : String(value) }] as const]))
}

function isTaken ({ location }: Scheme, options: InjectOptions, given: ReadonlyMap<string, Field>): boolean {
  switch (location.in) {
    case 'authorization': return given.has('authorization')
    case 'header': return given.has(location.name)
    case 'cookie': return cookieNames(options, given).includes(location.name)
    case 'query': return queryNames(options).includes(location.name)
    case 'certificate': return false
  }
}

function cookieNames ({ cookies }: InjectOptions, given: ReadonlyMap<string, Field>): string[] {
  const inField = [given.get('cookie')?.value ?? []].flat().flatMap((line) => line.split(';')).map((pair) => pair.split('=')[0]?.trim() ?? '')
  return [...inField, ...(Array.isArray(cookies) ? cookies.map(({ name }) => name) : Object.keys(cookies ?? {}))]
}

function queryNames ({ url, path, query }: InjectOptions): string[] {
  const target = url ?? path
  const inTarget = typeof target === 'string' ? new URL(target, 'http://localhost').searchParams.keys() : keysOf(target?.query)
  return [...inTarget, ...keysOf(query)]
}

function keysOf (query: InjectOptions['query']): Iterable<string> {
  return typeof query === 'string' ? new URLSearchParams(query).keys() : Object.keys(query ?? {})
}

function withQuery (given: InjectOptions['query'], added: Readonly<Record<string, string>>): Pick<InjectOptions, 'query'> {
  if (Object.keys(added).length === 0) return {}
  return { query: typeof given === 'string' ? `${given}&${new URLSearchParams(added)}` : { ...given, ...added } }
}
