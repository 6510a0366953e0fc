import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { Failure } from './failure.ts'

/** What applications, and the functions that make them, are commonly exported as; the likeliest first. */
const NAMES: readonly string[] = ['default', 'app', 'build', 'buildApp', 'createApp']

const USABLE = 'Export a Fastify instance, a function without required parameters that returns one (as default, app, build, buildApp or ' +
  'createApp), or a Fastify plugin as default; or name another export with --export.'

/** A Fastify plugin, with a callback or without. */
type Plugin = (instance: FastifyInstance, options: object, done?: (error?: Error) => void) => unknown

/** An application within something that is not thenable: whoever awaits an instance gets the outermost one instead. */
export interface Obtained {
  readonly app: FastifyInstance
}

type Exports = Readonly<Record<string, unknown>>

/**
 * Gets the application out of what a module exports.
 *
 * @param name the export to use; `null` to find one
 * @param path of the module, absolute
 * @throws Failure if there is none; otherwise what the application throws while it is built
 */
export async function obtainApplication (exports: Exports, name: string | null, path: string): Promise<Obtained> {
  const values = valuesOf(exports, name === null ? NAMES : [name])
  for (const value of values) {
    const built = await buildFrom(value)
    if (built !== undefined) return built
  }
  // A function with parameters is a plugin by the convention of fastify-cli if it is the default, or if it was asked for.
  const plugin = (name === null ? valuesOf(exports, ['default']) : values).find(isPlugin)
  if (plugin !== undefined) return await hostPlugin(plugin, path)
  throw new Failure(name === null
    ? `${path} exports no application; ${describe(exports)}. ${USABLE}`
    : `${path} exports ${values.length === 0 ? 'nothing' : 'no application'} as "${name}"; ${describe(exports)}. ${USABLE}`)
}

/** Looks in the default too: Node.js has all of a CommonJS module there, and cannot always tell what else it exports. */
function valuesOf (exports: Exports, names: readonly string[]): unknown[] {
  const { default: inner } = exports
  const namespaces = [exports, ...(typeof inner === 'object' && inner !== null && !isInstance(inner) ? [inner] : [])]
  const values = namespaces.flatMap((namespace) => names.map((name): unknown => Reflect.get(namespace, name)))
  return values.filter((value) => value !== undefined)
}

/** @returns `undefined` if nothing comes of it */
async function buildFrom (value: unknown): Promise<Obtained | undefined> {
  if (typeof value !== 'function') return await settle(value)
  if (value.length > 0 || isClass(value)) return undefined
  return await settle(Reflect.apply(value, undefined, []))
}

async function settle (value: unknown): Promise<Obtained | undefined> {
  const settled: unknown = isInstance(value) ? undefined : await value
  const app = settled ?? value
  return isInstance(app) ? { app } : undefined
}

/** Known by what it can do, because the project of the application has a Fastify of its own. */
function isInstance (value: unknown): value is FastifyInstance {
  if (typeof value !== 'object' || value === null) return false
  return ['ready', 'close', 'inject', 'register', 'printRoutes'].every((member) => typeof Reflect.get(value, member) === 'function')
}

function isPlugin (value: unknown): value is Plugin {
  return typeof value === 'function' && value.length > 0 && !isClass(value)
}

function isClass (value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value))
}

/**
 * Registers a plugin on an instance made by the Fastify of its project.
 *
 * @returns the instance that the plugin got, where its security is
 */
async function hostPlugin (plugin: Plugin, path: string): Promise<Obtained> {
  const { default: Fastify }: { default: () => FastifyInstance } = await import(pathToFileURL(findFastify(path)).href)
  const app = Fastify()
  let own = app
  const hosted = plugin.length < 3
    ? async (instance: FastifyInstance, options: object): Promise<void> => { await plugin(own = instance, options) }
    : (instance: FastifyInstance, options: object, done: (error?: Error) => void): void => { plugin(own = instance, options, done) }
  // What fastify-plugin has noted on it stays in force.
  app.register(Object.assign(hosted, plugin) as FastifyPluginAsync)
  await app.ready()
  // On an encapsulated instance these are avvio's, which fail when all is loaded.
  if (own !== app) Object.assign(own, { ready: () => app.ready(), close: () => app.close() })
  return { app: own }
}

function findFastify (path: string): string {
  try {
    return createRequire(path).resolve('fastify')
  } catch (cause) {
    throw new Failure(`${path} exports a Fastify plugin, but there is no Fastify beside it to register it with`, { cause })
  }
}

function describe (exports: Exports): string {
  const names = Object.keys(exports).filter((name) => name !== '__esModule' && name !== 'module.exports')
  return names.length === 0 ? 'it exports nothing' : `it exports ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`
}
