/**
 * `npm run bench:documents [routes] [rounds]`: what the plugin adds to starting an application, to its memory and to its document. Both
 * sides declare the same `security`; one only declares it. Each measurement is a process of its own, and the sides take turns.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifySecurity, { apiKey, bearer, defineSchemes, oauth2, secrets } from '../lib/index.ts'

interface Measured {
  /** CPU milliseconds until `ready()`. */
  readonly ready: number
  /** Bytes per route, after `ready()`. */
  readonly heap: number
  /** CPU milliseconds of `app.swagger()`. */
  readonly document: number
  /** Bytes of the document as JSON. */
  readonly size: number
}

const SCOPES = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`thing${i}:read`, `Read things ${i}.`]))
const verify = secrets([{ value: 'a secret of nobody', credentials: { name: 'nobody' } }])
const schemes = defineSchemes({
  oauth: oauth2({ flows: { clientCredentials: { tokenUrl: 'https://id.example/token', scopes: SCOPES } }, verify }),
  partner: apiKey({ in: 'header', name: 'X-API-Key', verify }),
  service: bearer({ realm: 'services', verify })
})

function securityOf (i: number): Record<string, string[]>[] {
  const read = [`thing${i % 40}:read`]
  return [[{ oauth: read }], [{ oauth: read }, { partner: [] }], [{ service: [] }], []][i % 4] ?? []
}

/** Routes of the usual size: some words, a few parameters, a body of six members, about a kilobyte in the document. */
function addRoutes (app: FastifyInstance, count: number): void {
  const text = { type: 'string' }
  const thing = { id: { type: 'string', format: 'uuid' }, name: text, owner: text, created: { type: 'string', format: 'date-time' }, tags: { type: 'array', items: text } }
  for (let i = 0; i < count; i++) {
    const schema = {
      operationId: `getThing${i}`,
      summary: `A thing of kind ${i}`,
      description: 'Answers with the thing, if it is there and the caller may see it.',
      tags: [`tag${i % 50}`],
      security: securityOf(i),
      params: { type: 'object', properties: { id: { type: 'string', format: 'uuid', description: 'Which thing.' } } },
      querystring: { type: 'object', properties: { fields: { ...text, description: 'The members to answer with.' }, page: { type: 'integer', minimum: 1 } } },
      response: {
        200: { description: 'The thing.', type: 'object', properties: thing, required: ['id', 'name'] },
        404: { description: 'There is no such thing.', type: 'object', properties: { message: text } }
      }
    }
    app.get(`/things-${i}/:id`, { schema }, async () => ({}))
  }
}

function cpu (since = { user: 0, system: 0 }): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

async function measure (side: string, count: number): Promise<Measured> {
  const app: FastifyInstance = Fastify({ exposeHeadRoutes: false })
  const components = { securitySchemes: Object.fromEntries(Object.entries(schemes).map(([name, { definition }]) => [name, definition])) }
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Things', version: '1.0.0' }, components: components as never } })
  gc?.()
  const empty = process.memoryUsage().heapUsed
  const started = process.cpuUsage()
  if (side === 'plugin') await app.register(fastifySecurity, { schemes, security: [] })
  addRoutes(app, count)
  await app.ready()
  const ready = cpu(started)
  gc?.()
  const heap = (process.memoryUsage().heapUsed - empty) / count
  const making = process.cpuUsage()
  const document = app.swagger()
  return { ready, heap, document: cpu(making), size: JSON.stringify(document).length }
}

async function inProcess (side: string, count: number): Promise<Measured> {
  const child = fork(fileURLToPath(import.meta.url), ['--measure', side, String(count)], { execArgv: [...process.execArgv, '--expose-gc'] })
  const [message] = await once(child, 'message')
  return message as Measured
}

function median (values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

async function main (count: number, rounds: number): Promise<void> {
  const sides: Record<string, Measured[]> = { plain: [], plugin: [] }
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? ['plain', 'plugin'] : ['plugin', 'plain']) sides[side]?.push(await inProcess(side, count))
  }
  console.log(`${count} routes, medians of ${rounds} rounds, sides in turns`)
  for (const [key, unit] of [['ready', 'ms CPU'], ['heap', 'bytes a route'], ['document', 'ms CPU'], ['size', 'bytes']] as const) {
    const [plain = NaN, plugin = NaN] = ['plain', 'plugin'].map((side) => median(sides[side]?.map((measured) => measured[key]) ?? []))
    console.log(`${key.padEnd(9)} ${(plugin / plain).toFixed(2)} ×   ${plain.toFixed(0)} → ${plugin.toFixed(0)} ${unit}`)
  }
}

const [flag, side = '', count = ''] = process.argv.slice(2)
if (flag === '--measure') process.send?.(await measure(side, Number(count)))
else await main(Number(flag ?? 10_000), Number(side === '' ? 7 : side))
