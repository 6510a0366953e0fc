import { pathOf } from '../paths.ts'
import type { AsyncApiReference, AsyncApiServer } from './objects.ts'
import type { Servers } from './servers.ts'

/** The parameter of an address that stands for what a wildcard matches. */
export const WILDCARD = 'wildcard'

/** The path of a route as a Channel Address Expression; parameters that may be left out are there. */
export function templateOf (url: string): string {
  return pathOf(url).replaceAll('{*}', `{${WILDCARD}}`).replaceAll('}?', '}')
}

/** The address of a path at a server that stands before it. */
export function addressAt (path: string, { pathname = '' }: AsyncApiServer): string {
  if (path === pathname) return '/'
  return path.startsWith(`${pathname}/`) ? path.slice(pathname.length) : path
}

/** The address of a path, and the servers where it is that, if not all of them. */
export function addressOf (path: string, servers: Servers): { readonly address: string, readonly servers?: AsyncApiReference[] } {
  const addresses = [...servers].map(([key, server]) => ({ key, address: addressAt(path, server) }))
  const [{ address } = { address: path }] = addresses
  const agreeing = addresses.filter((other) => other.address === address)
  if (agreeing.length === addresses.length) return { address }
  return { address, servers: agreeing.map(({ key }) => ({ $ref: `#/servers/${key}` })) }
}
