import { isObject, type Json } from '../openapi.ts'
import { placeOf, placesOf } from '../places.ts'
import type { Policy } from '../../policy.ts'
import { WILDCARD } from './address.ts'
import type { AsyncApiChannel } from './objects.ts'
import { propertiesOf, standalone, withoutProperties, type FindSchema } from './schema.ts'

/** What a handshake brings beside its path. */
export interface Bringing {
  /** The route's own schema. */
  readonly schema: Json
  readonly find: FindSchema
  /** `null` for a public route. */
  readonly policy: Policy | null
  /** Query parameters that may hold a token or a ticket, and what they are. */
  readonly carriers: ReadonlyMap<string, string>
}

/** Fields of which a client sets none by itself. */
const OTHER_FIELDS: ReadonlySet<string> = new Set(['cookie', 'sec-websocket-protocol'])

/**
 * The WebSockets Channel Binding 0.1.0. Where a credential lies is said by its scheme and not repeated; what the plugin takes in the query
 * instead is, because no scheme says it.
 */
export function writeBindings ({ schema, find, policy, carriers }: Bringing): AsyncApiChannel['bindings'] {
  const places = placesOf(policy)
  const query = addCarriers(standalone(schema['querystring'] ?? schema['query'], find), carriers, places)
  const declared = standalone(schema['headers'], find)
  const headers = declared === null
    ? null
    : withoutProperties(declared, (name) => OTHER_FIELDS.has(name.toLowerCase()) || places.has(placeOf('header', name)))
  return {
    ws: {
      method: 'GET',
      ...(query === null ? {} : { query }),
      ...(headers === null || Object.keys(propertiesOf(headers)).length === 0 ? {} : { headers }),
      bindingVersion: '0.1.0'
    }
  }
}

function addCarriers (declared: Json | null, carriers: Bringing['carriers'], places: ReadonlySet<string>): Json | null {
  if (declared === null && carriers.size === 0) return null
  const schema = withoutProperties(declared ?? {}, (name) => places.has(placeOf('query', name)) && !carriers.has(name))
  const added = Object.fromEntries([...carriers].map(([name, description]) => [name, { type: 'string', description }]))
  return { ...schema, properties: { ...added, ...propertiesOf(schema) } }
}

/** Parameter Objects for what stands in braces in an address; they are texts. */
export function writeParameters (address: string, params: unknown, find: FindSchema): Record<string, object> {
  const { '*': wildcard = WHATEVER_FOLLOWS, ...others } = propertiesOf(standalone(params, find))
  const declared: Json = { [WILDCARD]: wildcard, ...others }
  return Object.fromEntries([...address.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) =>
    [name, writeParameter(Object.hasOwn(declared, name) ? declared[name] : undefined)]))
}

const WHATEVER_FOLLOWS: Json = { description: 'Whatever follows, with its slashes.' }

function writeParameter (schema: unknown): Json {
  const { description, enum: values, const: only, default: usual, examples } = isObject(schema) ? schema : {}
  const choices = texts(only === undefined ? values : [only])
  return {
    ...(typeof description === 'string' ? { description } : {}),
    ...(choices === null ? {} : { enum: choices }),
    ...(usual === undefined || typeof usual === 'object' ? {} : { default: String(usual) }),
    ...(texts(examples) === null ? {} : { examples: texts(examples) })
  }
}

function texts (values: unknown): string[] | null {
  return Array.isArray(values) && values.length > 0 ? values.map(String) : null
}
