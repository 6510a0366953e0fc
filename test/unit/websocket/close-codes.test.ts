import t from 'tap'
import { REASONS, type Reason } from '../../../lib/errors.ts'
import { closeCodeOf, closingFor } from '../../../lib/websocket/close-codes.ts'

t.test('each status has its code (W-14)', async (t) => {
  const table: [status: number, code: number][] = [[400, 1008], [401, 3000], [403, 3003], [404, 1008], [429, 1013], [503, 1013]]
  for (const [status, code] of table) t.equal(closeCodeOf(status), code, String(status))
})

t.test('a reason fits into a close frame and is visible ASCII (W-15)', async (t) => {
  for (const reason of Object.keys(REASONS) as Reason[]) {
    for (const scopes of [[], ['pets:read'], Array.from({ length: 40 }, (_, i) => `scope-${i}`)]) {
      const closing = closingFor(reason, scopes)
      t.ok(Buffer.byteLength(closing.reason) <= 123 && /^[\x20-\x7e]+$/.test(closing.reason), closing.reason)
      t.equal(closing.reason, scopes.length > 1 ? reason : [reason, ...scopes].join(' '))
      t.equal(closing.code, closeCodeOf(REASONS[reason].status))
    }
  }
  t.strictSame(closingFor('credentials_missing', [], 3008), { code: 3008, reason: 'credentials_missing' })
  const fits = 'x'.repeat(123 - 'scope_insufficient '.length)
  t.equal(closingFor('scope_insufficient', [fits]).reason.length, 123)
  t.equal(closingFor('scope_insufficient', [`${fits}x`]).reason, 'scope_insufficient')
})
