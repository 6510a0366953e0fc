import t from 'tap'
import type { Carrier } from '../../lib/client/carriers.ts'
import type { ConnectOptions } from '../../lib/client/options.ts'
import { tokenOf } from '../behaviour/connections/app.ts'
import { CLASSES, emptied, follow, serve, ticketOf } from './server.ts'

// Slow machines get the time they need; what is waited for has its own limit.
t.setTimeout(170_000)

/** With what the server selects if the application offers nothing. */
const CARRIERS: readonly (readonly [carrier: Carrier, alone: string])[] = [
  ['subprotocol', 'open fastify-openapi-security'], ['message', 'open'], ['ticket', 'open'], ['header', 'open'], ['query', 'open']
]

for (const [name, WebSocket] of CLASSES) {
  t.test(`${name}: every carrier brings a token to the application`, async (t) => {
    const app = await serve({ firstMessage: true })
    t.teardown(() => app.close())
    for (const [carrier, alone] of CARRIERS) {
      for (const [protocols, opened] of [[[], alone], [['chat.v2', 'chat.v1'], 'open chat.v2']] as const) {
        const options: Partial<ConnectOptions> = {
          WebSocket, carrier, protocols, queue: 1, ...(carrier === 'ticket' ? { ticket: () => ticketOf(app, tokenOf('ada')) } : {})
        }
        const { live, log, messages, until } = follow(app, [tokenOf('ada')], options)
        live.send('hello')
        await until('hello from ada')
        t.strictSame([log, messages], [[opened], ['hello from ada']], `${carrier}: ${opened}`)
        live.close()
      }
    }
    await emptied(app)
  })

  t.test(`${name}: a refusal can be read, and 3003 is for good`, async (t) => {
    const app = await serve({ firstMessage: true })
    t.teardown(() => app.close())
    const reader: string = tokenOf('ada', [])
    const table: [carrier: Carrier, tokens: string[], end: string, asked: number][] = [
      ['subprotocol', ['nobody'], 'closed 3000 credentials_invalid', 5],
      ['subprotocol', ['gone'], 'closed 3000 token_expired', 5],
      ['subprotocol', [reader], 'closed 3003 scope_insufficient read', 1],
      ['message', ['gone'], 'closed 3000 token_expired', 5],
      ['message', [reader], 'closed 3003 scope_insufficient read', 1],
      ['header', [reader], 'closed 3003 scope_insufficient read', 1],
      ['query', ['nobody'], 'closed 3000 credentials_invalid', 5]
    ]
    for (const [carrier, tokens, end, asked] of table) {
      const followed = follow(app, tokens, { WebSocket, carrier })
      await followed.until(end)
      t.equal(followed.asked.length, asked, `${carrier}: ${end}`)
      t.strictSame(followed.asked, Array.from({ length: asked }, (_, i) => i > 0), 'with fresh ones')
    }
    const spent = await ticketOf(app, tokenOf('ada'))
    const first = follow(app, [], { WebSocket, ticket: () => spent })
    await first.until('open')
    const second = follow(app, [], { WebSocket, ticket: () => spent })
    await second.until('closed 3000 credentials_invalid')
    first.live.close()
    await emptied(app)
  })

  t.test(`${name}: what cannot be judged now is tried again until it can`, async (t) => {
    const app = await serve()
    t.teardown(() => app.close())
    const { live, log, until } = follow(app, ['down', 'down', tokenOf('ada')], { WebSocket })
    await until('open fastify-openapi-security', 3)
    t.strictSame(log.filter((entry) => entry.startsWith('waiting')), Array(2).fill('waiting 1013 verifier_unavailable'))
    live.close()
    await emptied(app)
  })

  t.test(`${name}: refused over HTTP it can only be told that the handshake failed, and a fresh token gets in`, async (t) => {
    const app = await serve({ refuse: 'http' })
    t.teardown(() => app.close())
    const { live, asked, until } = follow(app, ['gone', tokenOf('ada')], { WebSocket })
    await until('waiting 1006')
    await until('open fastify-openapi-security')
    t.strictSame(asked, [false, true])
    live.close()
    await emptied(app)
  })
}
