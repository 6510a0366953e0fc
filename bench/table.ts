import { BARE, VERIFY, type Case } from './cases.ts'
import type { Cost } from './child.ts'

export function median (values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] ?? NaN : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** Median of what one side costs more than another, round by round. */
function added (costs: readonly Cost[], base: readonly Cost[], of: (cost: Cost) => number): number {
  return median(costs.map((cost, round) => of(cost) - of(base[round] ?? cost)))
}

const cpu = (cost: Cost): number => cost.cpu
const main = (cost: Cost): number => cost.main ?? NaN

/** Prints one line for each side: what a request costs, and what the job adds, in microseconds and in requests to bare Fastify. */
export function printCase ({ name, goal, sides }: Case, measured: ReadonlyMap<string, readonly Cost[]>): void {
  const bare = measured.get(BARE) ?? []
  const bareCost = median(bare.map(cpu))
  const verify = measured.has(VERIFY) ? added(measured.get(VERIFY) ?? [], bare, cpu) : null
  console.log(`\n${name}   (goal: ${goal})`)
  for (const [side, { base = BARE, ours }] of Object.entries(sides)) {
    const costs = measured.get(side) ?? []
    const more = added(costs, measured.get(base) ?? [], cpu)
    const columns = [
      `${ours === true ? '>' : ' '} ${side.padEnd(28)}`,
      `${median(costs.map(cpu)).toFixed(2).padStart(8)} µs`,
      side === base ? '' : `${signed(more)} µs ${signed(more / bareCost)} bare`
    ]
    if (verify !== null && side !== BARE) {
      columns.push(`${(more / verify).toFixed(2)} × verify`, `main ${signed(added(costs, bare, main))} µs`)
    }
    console.log(columns.join('  '))
  }
}

function signed (value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`.padStart(8)
}
