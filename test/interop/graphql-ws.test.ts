import t from 'tap'
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql'
import { createClient, type Client } from 'graphql-ws'
import { makeHandler } from 'graphql-ws/use/@fastify/websocket'
import { WebSocket } from 'ws'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { start, tokenOf } from '../behaviour/connections/app.ts'
import { portOf } from '../support/drivers.ts'

interface Context { readonly extra: { readonly request: { readonly auth: unknown } } }

const query = new GraphQLObjectType<unknown, { readonly auth: unknown }>({
  name: 'Query', fields: { auth: { type: GraphQLString, resolve: (_source, _arguments, { auth }) => JSON.stringify(auth) } }
})
const subscription = new GraphQLObjectType({
  name: 'Subscription',
  fields: {
    ticks: {
      type: GraphQLString,
      async * subscribe () {
        for (let tick = 0; tick < 100; tick++) {
          yield { ticks: String(tick) }
          await wait(20)
        }
      }
    }
  }
})
const schema = new GraphQLSchema({ query, subscription })

/** Finds the token of a graphql-ws client in its greeting. */
function read (message: string): string | null | undefined {
  const { type, payload } = JSON.parse(message) as { type: string, payload?: { token?: string } }
  return type === 'connection_init' ? payload?.token ?? null : undefined
}

async function serve (): Promise<FastifyInstance> {
  const { app } = await start({ firstMessage: { read, deliver: true, accepted: null } }, (app) => {
    const context = ({ extra: { request } }: Context) => ({ auth: request.auth })
    app.get('/graphql', { websocket: true }, makeHandler({ schema, context: context as never }) as never) // its types know no schemes
  })
  return app
}

interface Talking {
  readonly client: Client
  /** Close code and reason. */
  readonly ended: Promise<string>
  readonly acknowledged: { count: number }
}

function talk (app: FastifyInstance, connectionParams: Record<string, unknown>): Talking {
  const acknowledged = { count: 0 }
  let end: (how: string) => void = () => {}
  const ended = new Promise<string>((resolve) => { end = resolve })
  const client = createClient({
    url: `ws://127.0.0.1:${portOf(app)}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
    on: {
      connected: () => { acknowledged.count++ },
      closed: (event) => {
        const { code, reason } = event as { code: number, reason: string } // a CloseEvent
        end(`${code} ${reason}`.trim())
      }
    }
  })
  return { client, ended, acknowledged }
}

async function ask (client: Client): Promise<unknown> {
  const { value } = await client.iterate({ query: '{ auth }' }).next()
  return value?.data?.['auth']
}

t.test('a graphql-ws client authenticates by its connectionParams', async (t) => {
  const app = await serve()
  const { client, ended, acknowledged } = talk(app, { token: tokenOf('late/ada') })
  t.equal(await ask(client), '{"oauth":{"subject":"ada","scopes":["read"]}}', 'the resolver sees who it is')
  t.equal(acknowledged.count, 1, 'the protocol\'s own server answers the greeting, once')
  await client.dispose()
  t.equal(await ended, '1000 Normal Closure')
  await app.close()
})

t.test('who does not gets the reason', async (t) => {
  const app = await serve()
  const table: [name: string, connectionParams: Record<string, unknown>, how: string][] = [
    ['no token', {}, '3000 credentials_malformed'], ['an expired token', { token: 'gone' }, '3000 token_expired'],
    ['an invalid token', { token: 'nobody' }, '3000 credentials_invalid'], ['too few scopes', { token: tokenOf('ada', []) }, '3003 scope_insufficient read']
  ]
  for (const [name, connectionParams, how] of table) {
    const { client, ended, acknowledged } = talk(app, connectionParams)
    await t.rejects(ask(client), name)
    t.equal(await ended, how, name)
    t.equal(acknowledged.count, 0)
  }
  await app.close()
})

t.test('a subscription ends with the token', async (t) => {
  const app = await serve()
  const { client, ended } = talk(app, { token: tokenOf('ada', ['read'], 0.5) })
  let ticks = 0
  const going = (async () => { for await (const { data } of client.iterate({ query: 'subscription { ticks }' })) if (data !== null) ticks++ })()
  await t.rejects(going)
  t.equal(await ended, '3000 token_expired')
  t.ok(ticks > 0 && ticks < 100, `after ${ticks} ticks`)
  await app.close()
})
