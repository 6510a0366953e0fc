import t from 'tap'
import { revocations } from '../../../lib/websocket/revocations.ts'
import type { Bearing } from '../../../lib/websocket/session.ts'

const ada: Bearing = { scheme: 'oauth', credentials: { subject: 'ada' } }
const bob: Bearing = { scheme: 'key', credentials: { subject: 'bob' } }
const isAda = ({ credentials }: Bearing): boolean => Reflect.get(credentials, 'subject') === 'ada'

t.test('what is revoked while something is verified, and only that', async (t) => {
  const noted = revocations()
  noted.note(isAda)
  const first = noted.watch()
  t.equal(first.isRevoked([ada]), false, 'before it began')
  noted.note(({ scheme }) => scheme === 'nothing')
  t.equal(first.isRevoked([ada, bob]), false, 'another')
  const second = noted.watch()
  noted.note(isAda)
  t.strictSame([first.isRevoked([bob, ada]), second.isRevoked([ada])], [true, true], 'one of several')
  t.strictSame([first.isRevoked([bob]), first.isRevoked([])], [false, false])
  second.stop()
  noted.note(({ scheme }) => scheme === 'key')
  t.strictSame([first.isRevoked([bob]), second.isRevoked([bob])], [true, false], 'after its end it is not told')
})
