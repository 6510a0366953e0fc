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
const SERVERS = ['bare Fastify', 'this package'] as const
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/**
 * How long good requests wait for an answer, the 99th of a hundred, while forged tokens pour in, against the same server at rest. The
 * server without a guard shows what is the machine's part, on which client, server and flood share the processors.
 */
export async function flood (fixtures: string, quick: boolean): Promise<void> {
  console.log('\nflood of forged RS256 tokens   (goal: good traffic waits ≤ 2 × as long, 99th of 100)')
  const token = readFixtures(fixtures).signed.RS256.tokens[0] ?? ''
  const sides = await Promise.all(SERVERS.map(async (which) => {
    return { which, ratios: [] as number[], rates: [] as number[], ...await serve(which, fixtures) }
  }))
  try {
    for (const { port } of sides) await waits(port, token, 200)
    for (let round = 0; round < (quick ? 2 : 7); round++) {
      for (const { port, ratios, rates } of round % 2 === 0 ? sides : [...sides].reverse()) {
        const { ratio, rate } = await flooded(port, token, fixtures, quick ? 200 : 500)
        ratios.push(ratio)
        rates.push(rate)
      }
    }
  } finally {
    for (const { child } of sides) child.kill()
    agent.destroy()
  }
  for (const { which, ratios, rates } of sides) {
    const mark = which === 'this package' ? '>' : ' '
    console.log(`${mark} ${which.padEnd(28)}  ${median(ratios).toFixed(2)} × idle, under ${median(rates).toFixed(0)} a second`)
  }
}

async function flooded (port: number, token: string, fixtures: string, count: number): Promise<{ ratio: number, rate: number }> {
  const idle = await waits(port, token, count)
  const flooder = fork(fileURLToPath(new URL('./flooder.js', import.meta.url)), [String(port), fixtures])
  await once(flooder, 'message')
  const during = await waits(port, token, count)
  flooder.send('stop')
  const [rate] = await once(flooder, 'message')
  return { ratio: during / idle, rate: Number(rate) }
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
