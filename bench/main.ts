/**
 * `npm run bench [-- --quick] [-- words]`: what guarding a request costs, beside those who do the same job. Every side of a case is a
 * process of its own, so that none spoils the other's compiled code; the rounds of the sides take turns. With words, only the cases
 * whose names hold one.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CASES, type Case } from './cases.ts'
import type { Cost } from './child.ts'
import { flood } from './flood.ts'
import { writeFixtures } from './fixtures.ts'
import { printCase } from './table.ts'
import { throughput } from './throughput.ts'

/** How thorough a run is. */
interface Effort {
  readonly rounds: number
  /** CPU milliseconds before the first round, and of a round. */
  readonly warm: number
  readonly round: number
}

const THOROUGH: Effort = { rounds: 11, warm: 700, round: 120 }
const QUICK: Effort = { rounds: 3, warm: 150, round: 30 }

const words = process.argv.slice(2)
const quick = words.includes('--quick')
const effort = quick ? QUICK : THOROUGH
const wanted = words.filter((word) => !word.startsWith('--'))

const SCRIPT = fileURLToPath(new URL('./child.js', import.meta.url))

function start (one: Case, side: string, fixtures: string): ChildProcess {
  const child = fork(SCRIPT, [one.name, side, fixtures, String(effort.warm), String(effort.round)])
  return child.setMaxListeners(0)
}

/** The next thing a side's process says. */
async function answer (child: ChildProcess, name: string): Promise<unknown> {
  const [said] = await Promise.race([once(child, 'message'), once(child, 'exit')])
  if (child.exitCode !== null) throw new Error(`${name}: the process ended with ${child.exitCode}`)
  return said
}

async function order (child: ChildProcess, name: string): Promise<Cost> {
  child.send('round')
  return await answer(child, name) as Cost // child.ts sends it
}

async function measure (one: Case, fixtures: string): Promise<Map<string, Cost[]>> {
  const children = new Map<string, ChildProcess>()
  const costs = new Map<string, Cost[]>()
  try {
    for (const side of Object.keys(one.sides)) children.set(side, start(one, side, fixtures))
    await Promise.all([...children].map(async ([side, child]) => { await answer(child, `${one.name}, ${side}`) }))
    for (let round = 0; round < effort.rounds; round++) {
      const turns = [...children]
      // Each round begins with another side and every other one goes backwards, so that a drift of the machine favours none.
      turns.push(...turns.splice(0, round % turns.length))
      if (round % 2 === 1) turns.reverse()
      for (const [side, child] of turns) costs.set(side, [...costs.get(side) ?? [], await order(child, `${one.name}, ${side}`)])
    }
  } finally {
    for (const child of children.values()) child.kill()
  }
  return costs
}

const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((word) => name.toLowerCase().includes(word.toLowerCase()))
const folder = mkdtempSync(join(tmpdir(), 'bench-'))
try {
  const fixtures = join(folder, 'fixtures.json')
  writeFixtures(fixtures)
  console.log(`Node.js ${process.version}, ${quick ? 'quick, ' : ''}medians of ${effort.rounds} rounds; added: over the side without the job`)
  for (const one of CASES) if (isWanted(one.name)) printCase(one, await measure(one, fixtures))
  if (isWanted('flood')) await flood(fixtures, quick)
  if (isWanted('throughput')) await throughput(fixtures, quick)
} finally {
  rmSync(folder, { recursive: true })
}
