/** The URL parser has turned every spelling of an IPv4 address into four decimal numbers. */
const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/

/**
 * Reads a URL that keys may be fetched from: https, or http on loopback, and without user information.
 *
 * @throws Error with a message that says what is wrong and repeats nothing of the URL
 */
export function trustedUrl (given: string | URL): URL {
  if (!URL.canParse(String(given))) throw new Error('is not an absolute URL')
  const url = new URL(given)
  if (url.username !== '' || url.password !== '') throw new Error('must not hold a user name or password')
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))) return url
  throw new Error('must be an https URL; http is allowed on loopback only')
}
