import Fastify from 'fastify'
import { apiKey, bearer, type Scheme } from 'fastify-openapi-security'
import t from 'tap'
import { plug } from './boot/row.ts'

/** As another copy of the package makes it: another class, whose values are no instances of ours. */
class ForeignRefusal {
  readonly reason: string
  readonly status = 401

  constructor (reason: string) {
    this.reason = reason
  }

  get [Symbol.for('fastify-openapi-security.refusal')] () { return this.reason }
}

t.test('a refusal of another copy of the package is a refusal', async (t) => {
  const refusing = (reason: string) => () => new ForeignRefusal(reason) as never // the types of two copies are the same
  const unread = apiKey({ in: 'header', name: 'X-Unread', verify: () => ({ name: 'everyone' }) })
  const app = Fastify()
  t.teardown(() => app.close())
  await plug(app as never, {
    schemes: {
      revoked: bearer({ realm: 'revoked', verify: refusing('token_revoked') }),
      newer: apiKey({ in: 'header', name: 'X-Newer', verify: refusing('something_new') }),
      later: apiKey({ in: 'header', name: 'X-Later', verify: async () => refusing('access_denied')() }),
      unread: { ...unread, read: () => new ForeignRefusal('credentials_malformed') } satisfies Scheme
    },
    security: []
  })
  const table: [scheme: string, headers: Record<string, string>, status: number, code: string][] = [
    ['revoked', { authorization: 'Bearer canary' }, 401, 'token_revoked'],
    ['newer', { 'x-newer': 'canary' }, 401, 'credentials_invalid'],
    ['later', { 'x-later': 'canary' }, 403, 'access_denied'],
    ['unread', {}, 401, 'credentials_malformed']
  ]
  for (const [scheme] of table) app.get(`/${scheme}`, { schema: { security: [{ [scheme]: [] }] } }, async () => 'in')
  for (const [scheme, headers, status, code] of table) {
    const response = await app.inject({ url: `/${scheme}`, headers })
    t.equal(response.statusCode, status, scheme)
    t.equal(response.json<{ code: string }>().code, code, scheme)
  }
})
