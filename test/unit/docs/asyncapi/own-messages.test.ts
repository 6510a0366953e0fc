import t from 'tap'
import { ownMessages, type Talk } from '../../../../lib/docs/asyncapi/own-messages.ts'
import { FIRST_MESSAGE } from '../../../../lib/websocket/message-format.ts'

const quiet: Talk = { firstMessage: null, renewal: null, warns: true, judges: false }
const custom = { ...FIRST_MESSAGE, read: () => null, accepted: () => 'fine' }

t.test('what the plugin says depends on what is on', async (t) => {
  const table: [what: string, talk: Partial<Talk>, said: string[]][] = [
    ['nothing', {}, []],
    ['first message', { firstMessage: FIRST_MESSAGE }, ['receive authenticate open', 'send authenticated']],
    ['renewal', { renewal: FIRST_MESSAGE }, ['receive authenticate', 'send authenticated', 'send expiring', 'send refused']],
    ['both', { firstMessage: FIRST_MESSAGE, renewal: FIRST_MESSAGE }, ['receive authenticate open', 'send authenticated', 'send expiring', 'send refused']],
    ['no warnings', { renewal: FIRST_MESSAGE, warns: false }, ['receive authenticate', 'send authenticated', 'send refused']],
    ['nothing said on acceptance', { firstMessage: { ...FIRST_MESSAGE, accepted: null } }, ['receive authenticate open']],
    ['a format of its own', { firstMessage: custom }, ['receive authenticate open, unknown', 'send authenticated, unknown']],
    ['messages', { judges: true }, ['send problem']]
  ]
  for (const [what, talk, said] of table) {
    t.strictSame(ownMessages({ ...quiet, ...talk }).map(({ action, type, isOpen, payload }) =>
      `${action} ${type}${isOpen ? ' open' : ''}${payload === null ? ', unknown' : ''}`), said, what)
  }
})

t.test('the message says what it does', async (t) => {
  const summary = (talk: Partial<Talk>) => ownMessages({ ...quiet, ...talk })[0]?.summary
  t.equal(summary({ renewal: FIRST_MESSAGE }), 'Renews the credentials of the connection.')
  t.match(summary({ firstMessage: FIRST_MESSAGE }), /^Authenticates [^.]*\.$/)
  t.match(summary({ firstMessage: FIRST_MESSAGE, renewal: FIRST_MESSAGE }), /^Authenticates .* Renews /)
})
