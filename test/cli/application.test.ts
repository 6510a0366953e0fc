import Fastify, { type FastifyInstance, type FastifyPluginCallback } from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'
import { obtainApplication } from '../../lib/cli/application.ts'

const HERE = import.meta.filename
type Exports = Readonly<Record<string, unknown>>

/** An application that can be told from others. */
function named (name: string): FastifyInstance {
  const app = Fastify()
  app.get(`/${name}`, async () => name)
  return app
}

async function nameOf ({ app }: { app: FastifyInstance }): Promise<string> {
  await app.ready()
  return /\/?(\w+) \(GET/.exec(app.printRoutes({ commonPrefix: false }))?.[1] ?? ''
}

const plugin = async (app: FastifyInstance): Promise<void> => { app.get('/plugin', async () => '') }
const callback: FastifyPluginCallback = (app, _options, done) => {
  app.get('/callback', async () => '')
  setImmediate(done)
}

const rows: readonly (readonly [shape: string, exports: Exports, name: string | null, found: string])[] = [
  ['an instance as default', { default: named('one') }, null, 'one'],
  ['an instance as app', { app: named('one'), port: 3000 }, null, 'one'],
  ['a promise', { default: Promise.resolve(named('one')) }, null, 'one'],
  ['a promise as app', { app: Promise.resolve(named('one')) }, null, 'one'],
  ['build', { build: () => named('one') }, null, 'one'],
  ['build, async', { build: async () => named('one') }, null, 'one'],
  ['buildApp with optional parameters', { buildApp: async (_options = {}) => named('one') }, null, 'one'],
  ['createApp', { createApp: () => named('one') }, null, 'one'],
  ['app as a factory', { app: () => named('one') }, null, 'one'],
  ['a default factory', { default: () => named('one') }, null, 'one'],
  ['the default before others', { build: () => named('two'), default: named('one') }, null, 'one'],
  ['what is an application before what is not', { default: () => undefined, app: 'pets', build: () => named('one') }, null, 'one'],
  ['a plugin as default', { default: plugin }, null, 'plugin'],
  ['a plugin with a callback', { default: callback }, null, 'callback'],
  ['a plugin that is not encapsulated', { default: fp(plugin) }, null, 'plugin'],
  ['a factory before a plugin', { default: plugin, build: () => named('one') }, null, 'one'],
  ['CommonJS', { default: { build: () => named('one') } }, null, 'one'],
  ['CommonJS, compiled', { default: { __esModule: true, default: () => named('one') } }, null, 'one'],
  ['CommonJS, a plugin', { default: plugin, 'module.exports': plugin }, null, 'plugin'],
  ['by name', { default: named('two'), server: named('one') }, 'server', 'one'],
  ['a factory by name', { makeServer: async () => named('one') }, 'makeServer', 'one'],
  ['a plugin by name', { routes: plugin }, 'routes', 'plugin'],
  ['by name in CommonJS', { default: { server: named('one') } }, 'server', 'one']
]

t.test('what applications are exported as', async (t) => {
  for (const [shape, exports, name, found] of rows) {
    const obtained = await obtainApplication(exports, name, HERE)
    t.equal(await nameOf(obtained), found, shape)
    await obtained.app.close()
  }
})

t.test('what is none is told of with what there is', async (t) => {
  class Server { app = 1 }
  const rows: readonly (readonly [shape: string, exports: Exports, name: string | null, message: RegExp])[] = [
    ['nothing', {}, null, /exports no application; it exports nothing\. Export a Fastify instance/],
    ['something else', { port: 3000, start () {} }, null, /it exports port, start\./],
    ['a function that returns nothing', { default: async () => {} }, null, /it exports default\./],
    ['a class', { default: Server }, null, /it exports default\./],
    ['a factory that needs to be told something', { build: (_options: object) => named('one') }, null, /it exports build\./],
    ['many exports', Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`e${i}`, i])), null, /e8, e9, …\./],
    ['a name that is not there', { app: named('one') }, 'server', /exports nothing as "server"; it exports app\./],
    ['a name of something else', { app: named('one'), port: 3000 }, 'port', /exports no application as "port"/]
  ]
  for (const [shape, exports, name, message] of rows) await t.rejects(obtainApplication(exports, name, HERE), { message }, shape)
})

t.test('what goes wrong while it is built is what is told', async (t) => {
  const fault = new Error('no database')
  const fails = () => { throw fault }
  await t.rejects(obtainApplication({ build: fails }, null, HERE), fault)
  await t.rejects(obtainApplication({ default: Promise.reject(fault) }, null, HERE), fault)
  await t.rejects(obtainApplication({ default: async (_app: FastifyInstance) => fails() }, null, HERE), fault, 'a plugin')
  await t.rejects(obtainApplication({ default: plugin }, null, '/nowhere/app.js'), { message: /no Fastify beside it/ })
})
