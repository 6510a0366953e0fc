import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { FastifyInstance } from 'fastify'

/** What starting an application costs. */
export interface Cost {
  /** Of processor time, because others may use the machine. */
  readonly milliseconds: number
  readonly megabytes: number
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void // what the flag makes

/** Medians of starting each application so often, in turn, so that whatever else the machine does is shared. */
export async function measureInTurn (starts: readonly (() => Promise<FastifyInstance>)[], times: number): Promise<Cost[]> {
  const costs = starts.map((): Cost[] => [])
  for (const start of starts) await (await start()).close()
  for (let i = 0; i < times; i++) {
    for (const [j, start] of starts.entries()) costs[j]?.push(await measure(start))
  }
  return costs.map((one) => ({
    milliseconds: median(one.map(({ milliseconds }) => milliseconds)),
    megabytes: median(one.map(({ megabytes }) => megabytes))
  }))
}

async function measure (start: () => Promise<FastifyInstance>): Promise<Cost> {
  const before = await usedHeap()
  const started = process.cpuUsage()
  const app = await start()
  const { user, system } = process.cpuUsage(started)
  const milliseconds = (user + system) / 1000
  const megabytes = (await usedHeap() - before) / 2 ** 20
  await app.close()
  return { milliseconds, megabytes }
}

/** In bytes, without what is still to be finalised. */
async function usedHeap (): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await new Promise(setImmediate)
    collectGarbage()
  }
  return process.memoryUsage().heapUsed
}

function median (values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
