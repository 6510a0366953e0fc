import t from 'tap'
import { copy, isObject, readVersion, type Version } from '../../../lib/docs/openapi.ts'

t.test('versions of OpenAPI 3 are read, and later ones count as the newest known', async (t) => {
  const table: [openapi: string, version: Version][] = [['3.0.0', 0], ['3.0.3', 0], ['3.1.0', 1], ['3.1', 1], ['3.2.0', 2], ['3.10.0', 2], ['3.3.0', 2]]
  for (const [openapi, version] of table) t.equal(readVersion({ openapi }), version, openapi)
})

t.test('security cannot be documented in anything else', async (t) => {
  const table: [document: object, named: RegExp][] = [
    [{ swagger: '2.0' }, /"Swagger 2\.0"/], [{ openapi: '2.0' }, /"OpenAPI 2\.0"/], [{ openapi: '4.0.0' }, /"OpenAPI 4\.0\.0"/], [{}, /"OpenAPI undefined"/],
    [{ openapi: 3.1 }, /"OpenAPI 3\.1"/]
  ]
  for (const [document, message] of table) t.throws(() => readVersion({ ...document }), { code: 'FST_SECURITY_DOCUMENT_UNSUPPORTED', message })
})

t.test('only objects are objects', async (t) => {
  for (const value of [null, undefined, [], 'text', 1, () => {}]) t.equal(isObject(value), false)
  t.equal(isObject({}), true)
})

t.test('a copy has nothing in common with the original', async (t) => {
  const original = Object.freeze({ a: Object.freeze([1]) })
  t.strictSame(copy(original), original)
  t.not(copy(original).a, original.a)
})
