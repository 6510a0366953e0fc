import t from 'tap'
import { tokenOf } from '../behaviour/connections/app.ts'
import { portOf } from '../support/drivers.ts'
import { CLASSES, emptied, follow, serve } from './server.ts'

// Slow machines get the time they need; what is waited for has its own limit.
t.setTimeout(170_000)

const OPEN = 'open fastify-openapi-security'

for (const [name, WebSocket] of CLASSES) {
  // Tokens that end do so once, so each class has its own.
  const ada = `ada-${name}`

  t.test(`${name}: a connection that ends with its token comes back with a fresh one`, async (t) => {
    const app = await serve()
    t.teardown(() => app.close())
    const { live, log, asked, until } = follow(app, [tokenOf(ada, ['read'], 1), tokenOf(ada)], { WebSocket })
    await until(OPEN, 2)
    t.strictSame(log, [OPEN, 'waiting 3000 token_expired', 'connecting', OPEN])
    t.strictSame(asked, [false, true])
    live.close()
    await emptied(app)
  })

  t.test(`${name}: where the server takes renewals the same connection goes on beyond its token`, async (t) => {
    const app = await serve({ renewal: true })
    t.teardown(() => app.close())
    const tokens = [tokenOf(ada, ['read'], 4), tokenOf(ada, ['read'], 4.5), tokenOf(ada)]
    const { live, log, messages, asked, until } = follow(app, tokens, { WebSocket })
    // Each half-way, so that the first token has ended by then.
    await until('renewed', 2)
    live.send('still')
    await until(`still from ${ada}`)
    t.strictSame(log, [OPEN, 'renewed', 'renewed'])
    t.strictSame(messages, [`still from ${ada}`], 'and the application hears nothing of it')
    t.strictSame(asked, [false, true, true])
    live.close()
    await emptied(app)
  })

  t.test(`${name}: where it does not, no token goes over an open connection`, async (t) => {
    const app = await serve({ warnBefore: 1 })
    t.teardown(() => app.close())
    const { live, log, messages, until } = follow(app, [tokenOf(ada, ['read'], 1.5), tokenOf(ada)], { WebSocket })
    await until(OPEN, 2)
    t.strictSame([log, messages], [[OPEN, 'waiting 3000 token_expired', 'connecting', OPEN], []])
    live.close()
    await emptied(app)
  })

  t.test(`${name}: a first message says when to renew, by the client's own clock`, async (t) => {
    const app = await serve({ firstMessage: true, warnBefore: 0 })
    t.teardown(() => app.close())
    const tokens = [tokenOf(ada, ['read'], 3), tokenOf(ada)]
    const { live, log, asked, until } = follow(app, tokens, { WebSocket, carrier: 'message', renewal: { before: 2 } })
    await until('renewed')
    t.strictSame([log, asked], [['open', 'renewed'], [false, true]])
    live.close()
    await emptied(app)
  })

  t.test(`${name}: a refused renewal is tried again`, async (t) => {
    const app = await serve({ renewal: true, warnBefore: 60 })
    t.teardown(() => app.close())
    const { live, log, until } = follow(app, [tokenOf(ada, ['read'], 3.5), 'gone', tokenOf('eve'), tokenOf(ada)], { WebSocket })
    await until('renewed')
    t.strictSame(log, [OPEN, 'not renewed: token_expired', 'not renewed: access_denied', 'renewed'])
    live.close()
    await emptied(app)
  })

  t.test(`${name}: a renewal that loses scopes ends it for good`, async (t) => {
    const app = await serve({ renewal: true, warnBefore: 60 })
    t.teardown(() => app.close())
    const { live, log, until } = follow(app, [tokenOf(ada, ['read'], 3.6), tokenOf(ada, [])], { WebSocket })
    await until('closed 3003 scope_insufficient read')
    t.strictSame(log, [OPEN, 'closed 3003 scope_insufficient read'])
    t.equal(live.state, 'closed')
    await emptied(app)
  })

  t.test(`${name}: a revoked connection comes back with a fresh token`, async (t) => {
    const app = await serve()
    t.teardown(() => app.close())
    const { live, log, asked, until } = follow(app, [tokenOf(ada), tokenOf(ada, ['read', 'write'])], { WebSocket })
    await until(OPEN)
    t.equal(app.security.revoke(({ credentials }) => credentials['subject'] === ada), 1)
    await until(OPEN, 2)
    t.strictSame(log, [OPEN, 'waiting 3000 token_revoked', 'connecting', OPEN])
    t.strictSame(asked, [false, true])
    live.close()
    await emptied(app)
  })

  t.test(`${name}: an application that goes away is waited for, also while nothing listens`, async (t) => {
    const app = await serve()
    const port = portOf(app)
    const { live, log, until } = follow(app, [tokenOf(ada)], { WebSocket })
    await until(OPEN)
    await app.close()
    await until('waiting 1006', 3)
    t.equal(log[1], 'waiting 1001')
    const again = await serve({}, port)
    t.teardown(() => again.close())
    await until(OPEN, 2)
    live.send('back')
    await until(`back from ${ada}`)
    live.close()
    await emptied(again)
  })
}
