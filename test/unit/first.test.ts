import t from 'tap'
import Fastify, { type FastifyInstance } from 'fastify'
import { runFirst } from '../../lib/first.ts'

t.test('the hook added last runs first, in child scopes too', async (t) => {
  const app = Fastify()
  const order: string[] = []
  app.addHook('onRoute', () => { order.push('earlier') })
  app.addHook('onRoute', () => { order.push('last') })
  t.equal(runFirst(app, 'onRoute'), true)
  app.addHook('onRoute', () => { order.push('later') })
  await app.register(async (child) => {
    child.addHook('onRoute', () => { order.push('child') })
    child.get('/', { exposeHeadRoute: false }, async () => '')
  })
  await app.ready()
  t.strictSame(order, ['last', 'earlier', 'later', 'child'])
})

t.test('where there are no such hooks nothing happens', async (t) => {
  for (const app of [{}, { [Symbol('fastify.hooks')]: null }, { [Symbol('fastify.hooks')]: { onRoute: 1 } }]) {
    t.equal(runFirst(app as unknown as FastifyInstance, 'onRoute'), false)
  }
})
