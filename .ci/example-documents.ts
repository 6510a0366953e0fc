import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'

/** Every version that documents are made in. */
export const VERSIONS = ['3.0.4', '3.1.1', '3.2.0']

/** Published by Fastify for every instance. */
const CREATED = 'fastify.initialization'

type Build = () => Promise<FastifyInstance>
type Register = (this: unknown, plugin: unknown, options?: unknown) => unknown

/** Builds applications whose documents are of another version than the one they ask `@fastify/swagger` for. */
export async function inVersion<T> (version: string, build: () => Promise<T>): Promise<T> {
  const replace = (message: unknown): void => {
    const { fastify } = message as { fastify: { register: Register } } // what Fastify publishes
    const { register } = fastify
    fastify.register = function (plugin, options) {
      if (plugin !== swagger) return register.call(this, plugin, options)
      const { openapi } = options as { openapi: object } // all examples document OpenAPI
      return register.call(this, plugin, { ...options as object, openapi: { ...openapi, openapi: version } }) // the same options
    }
  }
  subscribe(CREATED, replace)
  try {
    return await build()
  } finally {
    unsubscribe(CREATED, replace)
  }
}

/** The examples by their names. Their addresses are computed because declarations of schemes merge across a program. */
export async function examples (): Promise<Map<string, Build>> {
  const builds = new Map<string, Build>()
  for (const file of readdirSync('examples').filter((file) => file.endsWith('.ts'))) {
    const { build } = await load<{ build: Build }>(path.join('examples', file))
    builds.set(path.basename(file, '.ts'), build)
  }
  const { buildApi } = await load<{ buildApi (options: object): Promise<FastifyInstance> }>('examples/petstore/api.ts')
  const { newSecrets } = await load<{ newSecrets (): object }>('examples/petstore/schemes.ts')
  const live = await load<{ buildApi (options: object): Promise<FastifyInstance> }>('examples/live/api.ts')
  builds.set('live', () => live.buildApi({
    authorizationServer: { issuer: 'https://id.example', secrets: {} },
    resource: 'https://live.example',
    origins: ['https://live.example'],
    operatorKey: 'operator-key',
    warnBefore: 10
  }))
  return builds.set('petstore', () => buildApi({
    issuer: 'https://id.example',
    resource: 'https://pets.example',
    origins: ['https://pets.example'],
    clientId: 'petstore-browser',
    secrets: newSecrets()
  }))
}

/** An example's document in one version. */
export async function documentOf (build: Build, version: string): Promise<unknown> {
  const app = await inVersion(version, build)
  await app.ready()
  const document: unknown = app.swagger()
  await app.close()
  return document
}

async function load<T> (file: string): Promise<T> {
  return await import(pathToFileURL(file).href) as T // as written in the file
}
