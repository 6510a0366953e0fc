// Run by node-test.test.ts under node:test: nothing here may need another test framework.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asPrincipal, auditDocument } from '../../lib/testing.ts'
import { asked, make, ok } from './app.ts'

test('the document says what the application does', async () => {
  const app = await make((app) => {
    app.get('/pets', asked({ oauth: ['read'] }), ok)
    app.get('/live', { websocket: true, ...asked({ oauth: [] }) }, () => {})
  })
  const { findings, operations } = await auditDocument(app)
  assert.deepEqual(findings.map(({ message }) => message), [])
  assert.equal(operations, 2)
  assert.equal((await asPrincipal(app, { oauth: { scopes: ['read'] } }).inject('/pets')).statusCode, 200)
  await app.close()
})
