import { randomBytes } from 'node:crypto'
import { nameLocation } from '../policy.ts'
import { refuse, type CredentialSource, type Location, type Refusal, type Scheme, type Schemes } from '../scheme.ts'

/** What goes on the wire for some schemes. */
export interface Sending {
  /** By lower-cased name; `cookie` is not among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** To be kept out of every text. */
  readonly secrets: readonly string[]
}

export const NOTHING: Sending = Object.freeze({ headers: {}, cookies: {}, query: {}, secrets: [] })

const INVALID = refuse('credentials_invalid')
/** Neither a token68 nor base64 nor parameters. */
const GARBLED = '"garbled'

/** What tells where a credential goes. */
export type Addressee = Pick<Scheme, 'location' | 'challenge'>

/** Makes a credential of each scheme, addressed to it as its clients would; one for all that look in the same place. */
export function mint (schemes: Iterable<Addressee>): Sending {
  return send([...schemes].map((scheme) => [scheme, newCredential()] as const))
}

/** Addresses something to a scheme that cannot be a credential; `null` where anything can be one, or nothing is sent. */
export function garble (scheme: Scheme): Sending | null {
  const { location } = scheme
  if (location.in === 'cookie' || location.in === 'certificate') return null
  const value = location.in === 'authorization' && location.scheme !== '*' ? GARBLED : ''
  return send([[scheme, value]])
}

/** Valid as token68 (RFC 9110 §11.2) and as `user-id:password` in base64 (RFC 7617 §2), without padding. */
function newCredential (): string {
  return Buffer.from(`principal:${randomBytes(16).toString('hex')}`).toString('base64')
}

function send (credentials: readonly (readonly [Addressee, string])[]): Sending {
  const headers: Record<string, string> = {}
  const named = { header: headers, cookie: {} as Record<string, string>, query: {} as Record<string, string> }
  const secrets: string[] = []
  for (const [{ location, challenge }, value] of credentials) {
    if (location.in === 'certificate') continue
    if (location.in !== 'authorization') named[location.in][location.name] ??= value
    else headers['authorization'] ??= location.scheme === '*' ? value : `${challenge?.scheme ?? location.scheme} ${value}`
    if (value !== '' && value !== GARBLED) secrets.push(value, Buffer.from(value, 'base64').toString())
  }
  return { headers, cookies: named.cookie, query: named.query, secrets }
}

/**
 * What verifying comes to where several schemes read what was made for some of them: those that are not meant find it not valid.
 *
 * @param meant what those come to for which it was made
 */
export function judge (schemes: Schemes, meant: ReadonlyMap<string, object | Refusal>): Map<string, object | Refusal> {
  const places = new Set([...meant.keys()].flatMap((name) => schemes[name] === undefined ? [] : [nameCarrier(schemes[name].location)]))
  const verdicts = new Map<string, object | Refusal>(meant)
  for (const [name, { location }] of Object.entries(schemes)) {
    if (!verdicts.has(name) && location.in !== 'certificate' && places.has(nameCarrier(location))) verdicts.set(name, INVALID)
  }
  return verdicts
}

/** Like the place of a credential, but schemes with different words in the Authorization field do not read each other's. */
export function nameCarrier (location: Location): string {
  return location.in === 'authorization' ? `authorization ${location.scheme}` : nameLocation(location)
}

/** The field for the cookies of a sending, `''` without any. */
export function writeCookies (cookies: Readonly<Record<string, string>>): string {
  return Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; ')
}

/** A request as schemes would read it if it were sent, to see beforehand what they make of it. */
export function sourceOf ({ headers, cookies, query }: Sending): CredentialSource {
  const fields = { ...headers, ...(Object.keys(cookies).length === 0 ? {} : { cookie: writeCookies(cookies) }) }
  return { headers: fields, query, raw: { rawHeaders: Object.entries(fields).flat() }, ip: '127.0.0.1' }
}
