import t from 'tap'
import { collectComponents } from '../../../lib/docs/components.ts'
import { refusalsOf } from '../../../lib/docs/refusals.ts'
import { byStatus, mergeResponse, nameResponse, problemSchema, writeResponse } from '../../../lib/docs/responses.ts'
import { FIELD_TEXT, type Json } from '../../../lib/docs/openapi.ts'
import type { Security } from '../../../lib/requirement/parse.ts'
import { ProblemSchema } from '../../../schemas/problem.ts'
import { protect } from './protections.ts'

const problem = { $ref: '#/components/schemas/Problem' }

function refused (security: Security, status: number, origins = false) {
  return refusalsOf(protect(security), { origins, subprotocol: false }).filter(({ answer }) => answer.status === status)
}

t.test('refusals are grouped by status, in order', async (t) => {
  const groups = byStatus(refusalsOf(protect([{ oauth: ['pets:read'] }]), { origins: true, subprotocol: false }))
  t.strictSame(groups.map((group) => group.map(({ answer }) => answer.status)), [[400], [401, 401, 401], [403, 403], [503]])
})

t.test('responses are named after what they say', async (t) => {
  const table: [name: string, security: Security, status: number, origins?: boolean][] = [
    ['Unauthorized.Bearer', [{ oauth: [] }], 401],
    ['Unauthorized.Bearer', [{ service: [] }], 401],
    ['Unauthorized.Bearer_pets-read_pets-write', [{ oauth: ['pets:read', 'pets:write'] }], 401],
    ['Unauthorized.Bearer.ApiKey_X-API-Key', [{ partner: [] }, { oauth: [] }], 401],
    ['Unauthorized.ApiKey_key.ApiKey_sid', [{ param: [], session: [] }], 401],
    ['BadRequest', [{ partner: [] }], 400],
    ['BadRequest.Bearer', [{ oauth: [] }], 400],
    ['Forbidden.Bearer_pets-read', [{ oauth: ['pets:read'] }], 403],
    ['Forbidden.admin', [{ partner: ['admin'] }], 403],
    ['Forbidden.certificate_missing.access_denied', [{ tls: [] }], 403],
    ['Forbidden.origin_not_allowed', [{ oauth: [] }], 403, true],
    ['TooManyRequests', [{ fixed: [] }], 429],
    ['ServiceUnavailable', [{ oauth: [] }], 503]
  ]
  for (const [name, security, status, origins] of table) {
    const group = refused(security, status, origins)
    t.equal(nameResponse(group, problem), name, JSON.stringify(security))
    t.equal(nameResponse(group, null), `${name}.bare`)
  }
})

t.test('a 401 shows each reason, its challenges and its body', async (t) => {
  const refusals = refused([{ oauth: ['pets:read'] }, { fixed: [] }], 401)
  const [missing, malformed, invalid, ofKey] = refusals.map(({ answer }) => answer.challenges.join(', '))
  const components = collectComponents(undefined)
  t.strictSame(writeResponse(refusals, problem, components), {
    description: 'Credentials are missing or not valid; WWW-Authenticate tells which are accepted.',
    headers: {
      'Cache-Control': { $ref: '#/components/headers/NoStore' },
      'WWW-Authenticate': {
        description: 'How to authenticate (RFC 9110 §11.6.1).',
        required: true,
        schema: FIELD_TEXT,
        examples: {
          credentials_missing: { value: missing }, credentials_malformed: { value: malformed }, credentials_invalid: { value: invalid }
        }
      }
    },
    content: {
      'application/problem+json': {
        schema: problem,
        examples: {
          credentials_missing: { $ref: '#/components/examples/credentials_missing' },
          credentials_malformed: { $ref: '#/components/examples/credentials_malformed' },
          credentials_invalid: { $ref: '#/components/examples/credentials_invalid' }
        }
      }
    }
  })
  t.equal(ofKey, missing, 'a key that fails changes nothing in the challenges')
  const { examples } = components.toJson() as { examples: Record<string, { value: unknown }> }
  const bodies = refusals.slice(0, 3).map(({ answer }) => JSON.parse(answer.body) as unknown)
  t.strictSame(Object.values(examples).map(({ value }) => value), bodies)
})

t.test('header fields are documented where they can occur', async (t) => {
  const table: [security: Security, status: number, fields: string[]][] = [
    [[{ oauth: [] }], 400, ['WWW-Authenticate']],
    [[{ partner: [] }], 400, []],
    [[{ partner: [] }], 401, ['WWW-Authenticate']],
    [[{ oauth: ['pets:read'] }], 403, ['WWW-Authenticate']],
    [[{ proof: [] }], 401, ['WWW-Authenticate', 'DPoP-Nonce']],
    [[{ proof: [] }, { oauth: ['pets:read'] }], 403, ['WWW-Authenticate']],
    [[{ partner: ['admin'] }], 403, []],
    [[{ tls: [] }], 403, []],
    [[{ fixed: [] }], 429, []],
    [[{ oauth: [] }], 503, ['Retry-After']]
  ]
  for (const [security, status, fields] of table) {
    const components = collectComponents(undefined)
    const { headers = {} } = writeResponse(refused(security, status), problem, components) as { headers?: Record<string, Json> }
    t.strictSame(Object.keys(headers), ['Cache-Control', ...fields], `${status} ${JSON.stringify(security)}`)
    t.match(headers, status === 401 ? { 'WWW-Authenticate': { required: true } } : {})
    t.notMatch(headers, status === 403 || status === 400 ? { 'WWW-Authenticate': { required: true } } : { none: 1 })
    for (const field of Object.values(headers)) t.match(components.resolve(field), { schema: { type: /string|integer/ } })
  }
})

t.test('several reasons are told apart by name; bodies that name scopes stand where they are', async (t) => {
  const components = collectComponents(undefined)
  const { content, description } = writeResponse(refused([{ oauth: ['pets:read'] }], 403, true), problem, components) as
    { description: string, content: Record<string, { examples: Json }> }
  t.match(content['application/problem+json']?.examples, {
    scope_insufficient: { value: { code: 'scope_insufficient', required_scopes: ['pets:read'] } },
    origin_not_allowed: { $ref: '#/components/examples/origin_not_allowed' }
  })
  t.equal(description, 'The credentials presented do not grant the required scopes. The origin of this request is not allowed.')
})

t.test('without a body of ours there is no content', async (t) => {
  t.notOk('content' in writeResponse(refused([{ oauth: [] }], 401), null, collectComponents(undefined)))
})

t.test('what an application declares stays, and what is missing is added', async (t) => {
  const ours: Json = { description: 'ours', headers: { 'WWW-Authenticate': 1 }, content: { 'application/problem+json': 2 } }
  const table: [what: string, declared: Json, merged: Json][] = [
    ['nothing', {}, ours],
    ['the words of @fastify/swagger', { description: 'Default Response' }, ours],
    ['a description', { description: 'theirs' }, { ...ours, description: 'theirs' }],
    ['a body', { content: { 'application/json': 3 } }, { ...ours, content: { 'application/json': 3, 'application/problem+json': 2 } }],
    ['a body of the same type', { content: { 'application/problem+json': 3 } }, { ...ours, content: { 'application/problem+json': 3 } }],
    ['the field', { headers: { 'www-authenticate': 3, 'X-A': 4 } }, { ...ours, headers: { 'www-authenticate': 3, 'X-A': 4 } }],
    ['another field', { headers: { 'X-A': 4 } }, { ...ours, headers: { 'X-A': 4, 'WWW-Authenticate': 1 } }],
    ['links and extensions', { links: { a: {} }, 'x-a': 1 }, { ...ours, links: { a: {} }, 'x-a': 1 }]
  ]
  for (const [what, declared, merged] of table) t.same(mergeResponse(Object.freeze(declared), ours), merged, what)
  t.strictSame(mergeResponse({ description: 'theirs' }, { description: 'ours' }), { description: 'theirs' }, 'no fields without a value')
})

t.test('the schema of the body keeps to keywords of every version', async (t) => {
  const schema = problemSchema()
  t.notMatch(JSON.stringify(schema), /"const"|"\$id"/)
  t.match(schema, { type: 'object', properties: { type: { type: 'string', enum: ['about:blank'] } } })
  t.match(ProblemSchema.properties.type, { const: 'about:blank' }, 'the original is as before')
})
