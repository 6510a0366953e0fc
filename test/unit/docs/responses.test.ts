import t from 'tap'
import { refusalsOf } from '../../../lib/docs/refusals.ts'
import { byStatus, mergeResponse, nameResponse, problemSchema, writeResponse } from '../../../lib/docs/responses.ts'
import type { Json } from '../../../lib/docs/openapi.ts'
import type { Security } from '../../../lib/requirement/parse.ts'
import { ProblemSchema } from '../../../schemas/problem.ts'
import { protect } from './protections.ts'

const problem = { $ref: '#/components/schemas/Problem' }

function refused (security: Security, status: number, origins = false) {
  return refusalsOf(protect(security), origins).filter((refusal) => refusal.status === status)
}

t.test('refusals are grouped by status, in order', async (t) => {
  const groups = byStatus(refusalsOf(protect([{ oauth: ['pets:read'] }]), true))
  t.strictSame(groups.map((group) => group.map(({ status }) => status)), [[400], [401], [403, 403], [503]])
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
    ['Forbidden.certificate_missing', [{ tls: [] }], 403],
    ['Forbidden.origin_not_allowed', [{ oauth: [] }], 403, true],
    ['ServiceUnavailable', [{ oauth: [] }], 503]
  ]
  for (const [name, security, status, origins] of table) {
    const group = refused(security, status, origins)
    t.equal(nameResponse(group, problem), name, JSON.stringify(security))
    t.equal(nameResponse(group, null), `${name}.bare`)
  }
})

t.test('a 401 says what an anonymous request is told', async (t) => {
  const { answers } = protect([{ oauth: ['pets:read'] }, { partner: [] }])
  t.strictSame(writeResponse(refused([{ oauth: ['pets:read'] }, { partner: [] }], 401), problem), {
    description: 'Credentials are missing or not valid; WWW-Authenticate tells which are accepted.',
    headers: {
      'WWW-Authenticate': {
        description: 'How to authenticate (RFC 9110 §11.6.1).',
        required: true,
        schema: { type: 'string' },
        example: answers.anonymous?.challenges.join(', ')
      }
    },
    content: { 'application/problem+json': { schema: problem, example: JSON.parse(answers.anonymous?.body ?? '') } }
  })
})

t.test('header fields are documented where they can occur', async (t) => {
  const table: [security: Security, status: number, fields: string[], required: string[]][] = [
    [[{ oauth: [] }], 400, ['WWW-Authenticate'], []],
    [[{ partner: [] }], 400, [], []],
    [[{ partner: [] }], 401, ['WWW-Authenticate'], ['WWW-Authenticate']],
    [[{ oauth: ['pets:read'] }], 403, ['WWW-Authenticate'], []],
    [[{ partner: ['admin'] }], 403, [], []],
    [[{ tls: [] }], 403, [], []],
    [[{ oauth: [] }], 503, ['Retry-After'], ['Retry-After']]
  ]
  for (const [security, status, fields, required] of table) {
    const { headers = {} } = writeResponse(refused(security, status), problem) as { headers?: Record<string, { required?: boolean }> }
    t.strictSame(Object.keys(headers), fields, `${status} ${JSON.stringify(security)}`)
    t.strictSame(fields.filter((field) => headers[field]?.required), required, `${status} ${JSON.stringify(security)}: required`)
  }
})

t.test('several reasons are told apart by name', async (t) => {
  const { content, description } = writeResponse(refused([{ oauth: ['pets:read'] }], 403, true), problem) as
    { description: string, content: Record<string, { examples: Record<string, { value: { code: string } }> }> }
  t.strictSame(Object.entries(content['application/problem+json']?.examples ?? {}).map(([name, { value }]) => [name, value.code]),
    [['scope_insufficient', 'scope_insufficient'], ['origin_not_allowed', 'origin_not_allowed']])
  t.equal(description, 'The credentials presented do not grant the required scopes. The origin of this request is not allowed.')
})

t.test('without a body of ours there is no content', async (t) => {
  t.notOk('content' in writeResponse(refused([{ oauth: [] }], 401), null))
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
