import { refusalsOf, type Surroundings } from '../refusals.ts'
import { QUERY } from '../websocket.ts'
import type { Json } from '../openapi.ts'
import { TOKEN_PARAMETER } from '../../credentials/token.ts'
import type { KnownRoute } from '../../routes.ts'
import { addressOf, templateOf } from './address.ts'
import { describeEndings, describeRefusals, writeEndings, writeRefusals } from './endings.ts'
import { writeBindings, writeParameters } from './handshakes.ts'
import type { AsyncApiChannel } from './objects.ts'
import { writeRequirements } from './requirements.ts'
import type { Servers } from './servers.ts'
import { firstMessageOf } from './talk.ts'
import { describeSecurity } from './words.ts'

/** What a channel is written from. */
export interface ChannelSource {
  readonly route: KnownRoute
  readonly surroundings: Surroundings
  readonly servers: Servers
  /** What stands before a token that is offered as a subprotocol; `null` if none may be. */
  readonly subprotocol: string | null
  /** The operation in the OpenAPI document, if there is a link to it. */
  readonly operation: string | null
}

/** Writes the channel of a route, but for its messages. */
export function writeChannel ({ route, surroundings, servers, subprotocol, operation }: ChannelSource): Omit<AsyncApiChannel, 'messages'> {
  const { options, security, protection, instance } = route
  const schema = (options.schema ?? {}) as Json // FastifySchema has no index signature
  const policy = protection === 'public' ? null : protection.policy
  const find = (id: string): unknown => instance.getSchema(id)
  const { address, servers: at } = addressOf(templateOf(options.url), servers)
  const parameters = writeParameters(address, schema['params'], find)
  const { extensions, texts } = describeLife(route, surroundings)
  const offered = surroundings.subprotocol && subprotocol !== null ? describeSubprotocol(subprotocol) : ''
  return {
    address,
    ...(typeof schema['summary'] === 'string' ? { summary: schema['summary'] } : {}),
    description: [text(schema['description']), describeSecurity(security), offered, ...texts].filter((part) => part !== '').join('\n\n'),
    ...(at === undefined ? {} : { servers: at }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...tagsOf(schema['tags']),
    bindings: writeBindings({ schema, find, policy, carriers: carriersOf(route, surroundings) }),
    ...(operation === null ? {} : { externalDocs: { url: operation, description: 'The handshake and its answers, in OpenAPI.' } }),
    'x-security': writeRequirements(security),
    ...extensions
  }
}

/** How handshakes are refused, for which AsyncAPI has no place, and how connections end. */
function describeLife (
  { protection, socket }: KnownRoute, surroundings: Surroundings
): { readonly extensions: Pick<AsyncApiChannel, 'x-refusals' | 'x-close-codes'>, readonly texts: readonly string[] } {
  if (protection === 'public' || socket === null) return { extensions: {}, texts: [] }
  const refusals = writeRefusals(refusalsOf(protection, surroundings), surroundings.byClose === true)
  const endings = writeEndings(protection.policy, socket, firstMessageOf(protection.policy, socket.firstMessage) !== null)
  return {
    extensions: { 'x-refusals': refusals, 'x-close-codes': endings },
    texts: [describeRefusals(refusals), describeEndings(endings)]
  }
}

function describeSubprotocol (prefix: string): string {
  return `Where Authorization cannot be set, as in a browser, a token may be offered as a subprotocol beside a real one: \`${prefix}\` and ` +
    'the token in base64url. It is never the one that is agreed on.'
}

function carriersOf ({ protection }: KnownRoute, { query = [] }: Surroundings): ReadonlyMap<string, string> {
  const own = protection === 'public'
    ? []
    : protection.policy.slots.flatMap(({ scheme: { queryName, location } }) =>
      queryName === undefined || location.in === 'query' ? [] : [queryName])
  const describe = (name: string): string => (QUERY[name] ?? QUERY[TOKEN_PARAMETER])?.[1] ?? ''
  return new Map([...own, ...query].map((name) => [name, describe(name)]))
}

function tagsOf (tags: unknown): Pick<AsyncApiChannel, 'tags'> {
  const names = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : []
  return names.length === 0 ? {} : { tags: [...new Set(names)].map((name) => ({ name })) }
}

function text (value: unknown): string {
  return typeof value === 'string' ? value : ''
}
