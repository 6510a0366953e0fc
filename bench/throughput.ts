import { execFile, fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readFixtures } from './fixtures.ts'
import { PATH } from './side.ts'
import { median } from './table.ts'

const SERVERS = ['bare Fastify', 'this package', 'jose + LRU', 'fast-jwt cache'] as const
const execute = promisify(execFile)

/** Starts a server in a process of its own. */
export async function serve (which: string, fixtures: string): Promise<{ child: ChildProcess, port: number }> {
  const child = fork(fileURLToPath(new URL('./server.js', import.meta.url)), [which, fixtures])
  const [port] = await once(child, 'message')
  return { child, port: Number(port) }
}

/** Requests a second with a token that was seen before, as wrk counts them; each server in a process of its own, in turns. */
export async function throughput (fixtures: string, quick: boolean): Promise<void> {
  const token = readFixtures(fixtures).signed.RS256.tokens[0] ?? ''
  console.log('\nthroughput, JWT seen before   (goal: ≥ 0.93 × bare Fastify)')
  if (await execute('wrk', ['--version']).then(() => false, (error: NodeJS.ErrnoException) => error.code === 'ENOENT')) {
    console.log('  skipped: wrk is not installed')
    return
  }
  const servers = await Promise.all(SERVERS.map(async (which) => ({ which, rates: [] as number[], ...await serve(which, fixtures) })))
  try {
    for (let round = quick ? -1 : -2; round < (quick ? 2 : 7); round++) {
      for (const { port, rates } of round % 2 === 0 ? servers : [...servers].reverse()) {
        const { stdout } = await execute('wrk',
          ['-t1', '-c40', `-d${quick ? 1 : 3}s`, '-H', `Authorization: Bearer ${token}`, `http://127.0.0.1:${port}${PATH}`])
        if (stdout.includes('Non-2xx')) throw new Error(`throughput: refused\n${stdout}`)
        if (round >= 0) rates.push(Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]))
      }
    }
  } finally {
    for (const { child } of servers) child.kill()
  }
  const bare = servers[0]?.rates ?? []
  for (const { which, rates } of servers) {
    const ratio = median(rates.map((rate, round) => rate / (bare[round] ?? NaN)))
    console.log(`${which === 'this package' ? '>' : ' '} ${which.padEnd(28)}  ${ratio.toFixed(2)} × bare`)
  }
}
