import { Agent, get } from 'node:http'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { readFixtures } from './fixtures.ts'
import { PATH } from './side.ts'
import { median } from './table.ts'
import { serve } from './throughput.ts'

/** Milliseconds a good client waits between requests, and how many requests it makes in one measurement. */
const PAUSE = 2
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** How long good requests wait for an answer, the 99th of a hundred, while forged tokens pour in, against the same server at rest. */
export async function flood (fixtures: string, quick: boolean): Promise<void> {
  console.log('\nflood of forged RS256 tokens   (goal: good traffic waits ≤ 2 × as long, 99th of 100)')
  const { child, port } = await serve('this package', fixtures)
  const good = readFixtures(fixtures).signed.RS256.tokens[0] ?? ''
  const ratios: number[] = []
  const rates: number[] = []
  try {
    await waits(port, good, 200)
    for (let round = 0; round < (quick ? 2 : 7); round++) {
      const idle = await waits(port, good, quick ? 200 : 500)
      const flooder = fork(fileURLToPath(new URL('./flooder.js', import.meta.url)), [String(port), fixtures])
      await once(flooder, 'message')
      const flooded = await waits(port, good, quick ? 200 : 500)
      flooder.send('stop')
      const [rate] = await once(flooder, 'message')
      rates.push(Number(rate))
      ratios.push(flooded / idle)
    }
  } finally {
    child.kill()
    agent.destroy()
  }
  console.log(`> ${'this package'.padEnd(28)}  ${median(ratios).toFixed(2)} × idle, under ${median(rates).toFixed(0)} forged tokens a second`)
}

/** Milliseconds. */
async function waits (port: number, token: string, count: number): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    const [response] = await once(get({ port, host: '127.0.0.1', path: PATH, agent, headers: { authorization: `Bearer ${token}` } }), 'response')
    response.resume()
    await once(response, 'end')
    times.push(performance.now() - start)
    await new Promise((resolve) => { setTimeout(resolve, PAUSE) })
  }
  return times.sort((a, b) => a - b)[Math.floor(count * 0.99)] ?? NaN
}
