import t from 'tap'
import { Type } from '@sinclair/typebox'
import { firstMessageOf, talkOf } from '../../../../lib/docs/asyncapi/talk.ts'
import { bearer } from '../../../../lib/index.ts'
import type { Requirement } from '../../../../lib/requirement/parse.ts'
import type { KnownRoute } from '../../../../lib/routes.ts'
import { readMessages } from '../../../../lib/websocket/declared-messages.ts'
import { FIRST_MESSAGE } from '../../../../lib/websocket/message-format.ts'
import { readRouteConfig } from '../../../../lib/websocket/settings.ts'
import { protect } from '../../docs/protections.ts'

function routeWith (security: readonly Requirement[], config?: object): KnownRoute {
  const protection = security.length === 0 ? 'public' as const : protect(security)
  const messages = readMessages(config, 'Route GET /')
  const socket = protection === 'public' ? null : readRouteConfig(config, { refuse: 'http', firstMessage: null, renewal: null }, 'Route GET /')
  return { security, protection, messages, socket } as unknown as KnownRoute // nothing else is looked at
}

const schema = (type: string) => Type.Object({ type: Type.Literal(type) })
const said = (route: KnownRoute) => talkOf(route, true).map(({ action, type, security }) => [action, type, security])

t.test('declared messages are said, and others where they are not declared', async (t) => {
  const read = [{ oauth: ['pets:read'] }]
  const table: [what: string, security: Requirement[], config: object | undefined, said: unknown[]][] = [
    ['nothing declared', read, undefined, [['receive', null, read], ['send', null, read]]],
    ['public', [], undefined, [['receive', null, []], ['send', null, []]]],
    ['none at all', read, { messages: {}, sends: {} }, [['send', 'problem', read]]],
    ['what is sent of a public route', [], { sends: { a: { schema: schema('a') } } }, [['receive', null, []], ['send', 'a', []]]],
    ['messages', read, { messages: { a: { schema: schema('a') }, b: { schema: schema('b'), security: [{ oauth: ['pets:write'] }] } } }, [
      ['receive', 'a', read], ['receive', 'b', [{ oauth: ['pets:read', 'pets:write'] }]], ['send', null, read], ['send', 'problem', read]
    ]],
    ['a first message', read, { firstMessage: true, renewal: false }, [
      ['receive', null, read], ['send', null, read], ['receive', 'authenticate', []], ['send', 'authenticated', read]
    ]],
    ['a first message where no token is asked for', [{ partner: [] }], { firstMessage: true, renewal: false }, [
      ['receive', null, [{ partner: [] }]], ['send', null, [{ partner: [] }]]
    ]]
  ]
  for (const [what, security, config, talk] of table) t.strictSame(said(routeWith(security, config)), talk, what)
})

t.test('what nobody can send is said to be so', async (t) => {
  const talk = talkOf(routeWith([{ oauth: [] }], { messages: { a: { schema: schema('a'), security: [{ partner: [] }] } } }), true)
  t.match(talk[0], { type: 'a', security: [{ oauth: [], partner: [] }], remark: /No connection/ })
  t.equal(talkOf(routeWith([{ oauth: [] }], { messages: { a: { schema: schema('a') } } }), true)[0]?.remark, undefined)
})

t.test('tokens come as the first message, and what says that it does', async (t) => {
  const carried = bearer({ websocket: ['header'], verify: () => null })
  const { policy } = protect([{ oauth: [] }])
  t.equal(firstMessageOf(policy, FIRST_MESSAGE), FIRST_MESSAGE)
  t.equal(firstMessageOf(policy, null), null)
  t.equal(firstMessageOf({ ...policy, slots: [{ name: 'carried', scheme: carried }] }, FIRST_MESSAGE), null)
  t.equal(firstMessageOf(protect([{ partner: [] }]).policy, FIRST_MESSAGE), null)
})
