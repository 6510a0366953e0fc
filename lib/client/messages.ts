/** What the server says about credentials on an open connection. */
export type Control =
  | { readonly type: 'authenticated', readonly expiresAt: number | undefined }
  | { readonly type: 'expiring', readonly expiresAt: number }
  | { readonly type: 'refused', readonly code: string }

/** The server's are shorter; what is longer is the application's and is not to be parsed twice. */
const LONGEST = 200
const HINT = /"(?:authenticated|expiring|refused)"/

/** Reads a message about credentials; `null` if it is about something else. */
export function readControl (data: unknown): Control | null {
  if (typeof data !== 'string' || data.length > LONGEST || !HINT.test(data)) return null
  const message = parseObject(data)
  const { type, expires_at: expiresAt, code } = message
  const isTime = typeof expiresAt === 'number'
  if (type === 'authenticated' && (isTime || expiresAt === undefined)) return { type, expiresAt }
  if (type === 'refused' && typeof code === 'string') return { type, code }
  // Comes unasked, so it has to be exactly this; applications too may have something that expires.
  if (type === 'expiring' && isTime && Object.keys(message).length === 2) return { type, expiresAt }
  return null
}

/** What brings a token: the first message of a connection, or a renewal. */
export function writeAuthenticate (token: string): string {
  return JSON.stringify({ type: 'authenticate', token })
}

function parseObject (text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : {} // looked at
  } catch {
    return {}
  }
}
