import type { InjectOptions } from 'fastify'
import { mutualTls, type BasicCredential } from 'fastify-openapi-security'
import { schemesFrom } from 'fastify-openapi-security/document'

const responses = { 200: { description: 'Well.', content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } } } }
const petId = { name: 'petId', in: 'path', required: true, schema: { type: 'string' } }

/** A description that was there before any program: requirements of every kind below one base path. */
export const DOCUMENT = freeze({
  openapi: '3.1.0',
  info: { title: 'Pets', version: '1.0.0', license: { name: 'MIT', identifier: 'MIT' } },
  servers: [{ url: 'https://api.example/v1' }],
  security: [{ oauth: [] }],
  paths: {
    '/pets': {
      get: { operationId: 'listPets', summary: 'List pets', responses },
      post: {
        operationId: 'addPet',
        security: [{ oauth: ['pets:read', 'pets:write'] }],
        requestBody: { content: { 'application/json': { schema: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } } } },
        responses: { ...responses, 401: { description: 'Log in first.' } }
      }
    },
    '/pets/{petId}': {
      parameters: [petId],
      get: { operationId: 'showPet', security: [{ oauth: ['pets:read'] }, { partner: [] }], responses },
      delete: { operationId: 'removePet', security: [{ oauth: ['pets:write'], partner: ['keeper'] }], responses }
    },
    '/pets/{petId}/vet': { get: { operationId: 'showVet', parameters: [petId], security: [{ staff: ['vet'] }], responses } },
    '/greeting': { get: { operationId: 'greet', security: [{}, { oauth: [] }], responses } },
    '/machines': { get: { operationId: 'listMachines', security: [{ machine: [] }], responses } },
    '/health': { get: { operationId: 'showHealth', security: [], responses } }
  },
  components: {
    securitySchemes: {
      oauth: {
        type: 'oauth2',
        description: 'Whoever keeps pets.',
        flows: { clientCredentials: { tokenUrl: 'https://id.example/token', scopes: { 'pets:read': 'Read', 'pets:write': 'Change' } } }
      },
      partner: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      staff: { type: 'http', scheme: 'Basic' },
      machine: { type: 'mutualTLS' }
    }
  }
} as const)

export type OperationId = 'listPets' | 'addPet' | 'showPet' | 'removePet' | 'showVet' | 'greet' | 'listMachines' | 'showHealth'

/** Verifiers who believe whoever says which scopes he holds, as `ok,scope,scope`. */
function held (text: string): { scopes: string[] } | null {
  const [ok, ...scopes] = text.split(',')
  return ok === 'ok' ? { scopes } : null
}

/** The schemes of {@link DOCUMENT}. */
export function makeSchemes () {
  return schemesFrom(DOCUMENT, {
    oauth: (token) => held(Buffer.from(token, 'base64url').toString()),
    partner: held,
    staff: ({ password }: BasicCredential) => held(password),
    machine: mutualTls({ proxy: { header: 'Client-Cert', addresses: ['192.0.2.1'] }, verify: () => null })
  })
}

export function oauth (...scopes: string[]): Record<string, string> {
  return { authorization: `Bearer ${Buffer.from(['ok', ...scopes].join()).toString('base64url')}` }
}

export function partner (...roles: string[]): Record<string, string> {
  return { 'x-api-key': ['ok', ...roles].join() }
}

export function staff (...roles: string[]): Record<string, string> {
  return { authorization: `Basic ${btoa(`ada:${['ok', ...roles].join()}`)}` }
}

const WRONG = { authorization: 'Bearer d3Jvbmc' }

/** What callers get, whoever implements the description. */
export const CASES: readonly [operation: OperationId, method: 'GET' | 'POST' | 'DELETE' | 'HEAD', path: string, headers: Record<string, string>, status: number][] = [
  ['listPets', 'GET', '/pets', {}, 401],
  ['listPets', 'GET', '/pets', WRONG, 401],
  ['listPets', 'GET', '/pets', partner(), 401],
  ['listPets', 'GET', '/pets', oauth(), 200],
  ['listPets', 'HEAD', '/pets', {}, 401],
  ['listPets', 'HEAD', '/pets', oauth(), 200],
  ['addPet', 'POST', '/pets', {}, 401],
  ['addPet', 'POST', '/pets', oauth('pets:write'), 403],
  ['addPet', 'POST', '/pets', oauth('pets:read', 'pets:write'), 200],
  ['showPet', 'GET', '/pets/7', {}, 401],
  ['showPet', 'GET', '/pets/7', oauth('pets:write'), 403],
  ['showPet', 'GET', '/pets/7', oauth('pets:read'), 200],
  ['showPet', 'GET', '/pets/7', partner(), 200],
  ['showPet', 'GET', '/pets/7', { ...WRONG, ...partner() }, 200],
  ['removePet', 'DELETE', '/pets/7', {}, 401],
  ['removePet', 'DELETE', '/pets/7', oauth('pets:write'), 401],
  ['removePet', 'DELETE', '/pets/7', partner('keeper'), 401],
  ['removePet', 'DELETE', '/pets/7', { ...oauth('pets:write'), ...partner() }, 403],
  ['removePet', 'DELETE', '/pets/7', { ...oauth('pets:write'), ...partner('keeper') }, 200],
  ['showVet', 'GET', '/pets/7/vet', oauth(), 401],
  ['showVet', 'GET', '/pets/7/vet', staff(), 403],
  ['showVet', 'GET', '/pets/7/vet', staff('vet'), 200],
  ['greet', 'GET', '/greeting', {}, 200],
  ['greet', 'GET', '/greeting', WRONG, 401],
  ['greet', 'GET', '/greeting', oauth(), 200],
  ['listMachines', 'GET', '/machines', {}, 403],
  ['showHealth', 'GET', '/health', {}, 200],
  ['showHealth', 'GET', '/health', WRONG, 200]
]

/** A request that a route's own schemas would let through. */
export function requestOf (method: InjectOptions['method'] & string, url: string, headers: Record<string, string>): InjectOptions {
  return { method, url, headers, ...(method === 'POST' ? { payload: { name: 'Rex' } } : {}) } as InjectOptions // its method is one of CASES
}

function freeze<T> (value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) Object.values(Object.freeze(value)).forEach(freeze)
  return value
}
