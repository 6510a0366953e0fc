/** In what a document and an application differ. */
export type FindingKind =
  /** The document says who may call, and the route asks for something else. */
  | 'security'
  /** Documented as protected, and let in. */
  | 'let_in'
  /** Documented as public or as satisfied, and refused. */
  | 'refused'
  | 'status_undocumented'
  /** `WWW-Authenticate` is not as documented. */
  | 'challenge'
  /** A header field that is documented as required, or its value. */
  | 'header'
  | 'body'
  | 'operation_without_route'
  | 'route_without_operation'
  /** A `$ref` points to nothing. */
  | 'reference'
  /** A made-up request does not get to the route. */
  | 'unreachable'
  /** Nothing came back in time. */
  | 'no_answer'

/** One place where a document and an application differ. Holds no credential. */
export interface Finding {
  /** In upper case; `''` where it is not about an operation. */
  readonly method: string
  /** As in the document, or the URL of a route that it lacks. */
  readonly path: string
  /** Whether it showed in a WebSocket handshake. */
  readonly websocket: boolean
  /** What was presented, in words; `''` where nothing had to be sent. */
  readonly probe: string
  readonly kind: FindingKind
  /** What the document says. */
  readonly expected: string
  readonly actual: string
  /** All of it in one line, with the mend where there is one. */
  readonly message: string
}

/** Where and how it was found. */
export type Place = Pick<Finding, 'method' | 'path' | 'websocket' | 'probe'>

/** A difference before it is said where. */
export interface Difference {
  readonly kind: FindingKind
  readonly expected: string
  readonly actual: string
  /** What to do about it. */
  readonly mend: string
}

const HIDDEN = '[redacted]'
/** A page of HTML says no more than how it begins. */
const MAX_LENGTH = 1200

/**
 * Makes a finding.
 *
 * @param secrets what must not stand in it
 */
export function finding (place: Place, { kind, expected, actual, mend }: Difference, secrets: readonly string[] = []): Finding {
  const clean = (text: string) => oneLine(secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text))
  const told = { expected: clean(expected), actual: clean(actual) }
  const { method, path, websocket, probe } = place
  const where = [method, path, ...(websocket ? ['as a WebSocket handshake'] : []), ...(probe === '' ? [] : [`with ${probe}`])].join(' ').trim()
  return Object.freeze({ ...place, kind, ...told, message: clean(`${where}: ${kind}: expected ${told.expected}, got ${told.actual}. ${mend}`) })
}

function oneLine (text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line
}
