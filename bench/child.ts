/** The process of one side: makes it, warms it up, and answers each order with what the requests of one round cost. */
import { readFileSync } from 'node:fs'
import { CASES } from './cases.ts'
import { readFixtures } from './fixtures.ts'
import type { Side } from './side.ts'

/** What one request cost in one round, in microseconds. */
export interface Cost {
  /** CPU time of the process, all threads. */
  readonly cpu: number
  /** CPU time of the main thread, or `null` where the system does not tell. */
  readonly main: number | null
}

/** Requests under way at once, where they do not end at once. */
const IN_FLIGHT = 32

function run (side: Side, count: number, from: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let started = 0
    let ended = 0
    let starting = false
    const done = (status: number): void => {
      ended++
      if (status !== side.status) return reject(new Error(`answered ${status} instead of ${side.status}`))
      if (ended === count) resolve()
      else if (!starting && started === ended) start()
    }
    function start (): void {
      starting = true
      while (started < count && started - ended < IN_FLIGHT) side.start(from + started++, done)
      starting = false
    }
    start()
  })
}

/** Nanoseconds. */
function mainThread (): number | null {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0])
  } catch {
    return null
  }
}

async function measure (side: Side, count: number, from: number): Promise<Cost> {
  const main = mainThread()
  const cpu = process.cpuUsage()
  await run(side, count, from)
  const { user, system } = process.cpuUsage(cpu)
  const end = mainThread()
  return { cpu: (user + system) / count, main: main === null || end === null ? null : (end - main) / 1000 / count }
}

/** Runs until that much CPU time is spent, in growing steps; tells how many requests fill a round. */
async function warmUp (side: Side, warm: number, round: number): Promise<{ from: number, count: number }> {
  let spent = 0
  let from = 0
  let count = 32
  let { cpu } = await measure(side, count, from)
  while (spent < warm * 1000) {
    spent += cpu * count
    from += count
    count = Math.max(32, Math.min(count * 2, Math.ceil(round * 1000 / cpu)))
    cpu = (await measure(side, count, from)).cpu
  }
  return { from: from + count, count: Math.max(32, Math.ceil(round * 1000 / cpu)) }
}

const [name = '', sideName = '', fixtures = '', warm = '', round = ''] = process.argv.slice(2)
const build = CASES.find((one) => one.name === name)?.sides[sideName]?.build
if (build === undefined) throw new Error(`no such side: ${name}, ${sideName}`)
const side = await build(readFixtures(fixtures))
let { from, count } = await warmUp(side, Number(warm), Number(round))
process.on('message', () => {
  measure(side, count, from).then((cost) => {
    from += count
    process.send?.(cost)
  })
})
process.on('unhandledRejection', (error) => { throw error })
process.send?.('ready')
