/**
 * `npm run bench:websocket [-- --quick] [-- words]`: what guarding connections costs beside bare @fastify/websocket, and how connections
 * end. Every server is a process of its own, the clients are another; sides take turns. With words, only the measurements whose names
 * hold one.
 */
import { execFileSync, fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readFixtures, writeFixtures } from './fixtures.ts'
import { median } from './table.ts'
import type { ClientOrder, Closed, Endings, Memory, Revoked, ServerOrder } from './websocket/protocol.ts'

/** How thorough a run is. */
interface Effort {
  readonly sockets: number
  readonly closing: number
  readonly memoryRounds: number
  readonly rushRounds: number
  /** Handshakes of a round. */
  readonly rush: number
  /** Rounds before the first that counts: it takes thousands of handshakes until all of their code is compiled. */
  readonly warm: number
}

const THOROUGH: Effort = { sockets: 10_000, closing: 18_000, memoryRounds: 3, rushRounds: 11, rush: 3000, warm: 5 }
const QUICK: Effort = { sockets: 1000, closing: 2000, memoryRounds: 2, rushRounds: 3, rush: 1000, warm: 2 }
/** Who do not answer a close frame. */
const DEAF = 200
/** Descriptors a process needs beside those of its connections. */
const SPARE = 500

/** A process that follows orders. */
class Worker<Order extends object> {
  readonly child: ChildProcess

  constructor (child: ChildProcess) {
    this.child = child
  }

  async next (): Promise<unknown> {
    const [said] = await Promise.race([once(this.child, 'message'), once(this.child, 'exit')])
    if (this.child.exitCode !== null) throw new Error(`a process ended with ${this.child.exitCode}`)
    return said
  }

  async order<Result> (order: Order): Promise<Result> {
    this.child.send(order)
    return await this.next() as Result // protocol.ts says which
  }
}

interface Server extends Worker<ServerOrder> {
  readonly port: number
}

const quick = process.argv.includes('--quick')
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const limit = Number(execFileSync('sh', ['-c', 'ulimit -n']).toString()) || Infinity
const effort = quick ? QUICK : THOROUGH
const room = limit - SPARE
const folder = mkdtempSync(join(tmpdir(), 'bench-'))
const fixtures = join(folder, 'fixtures.json')
const children: ChildProcess[] = []

function start (script: string, ...given: string[]): ChildProcess {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), given, { execArgv: [...process.execArgv, '--expose-gc'] })
  child.setMaxListeners(0)
  children.push(child)
  return child
}

async function serve (which: string): Promise<Server> {
  const worker = new Worker<ServerOrder>(start('./websocket/server.js', which, fixtures))
  return Object.assign(worker, { port: await worker.next() as number })
}

async function startClients (): Promise<Worker<ClientOrder>> {
  const worker = new Worker<ClientOrder>(start('./websocket/clients.js'))
  await worker.next()
  return worker
}

type Row = readonly [what: string, measured: string, goal: string]

/** Bytes per connection, of each server. */
async function memory (clients: Worker<ClientOrder>, tokens: readonly string[], count: number): Promise<Row[]> {
  const added: Record<'heap' | 'rss', Record<string, number[]>> = { heap: { bare: [], guarded: [] }, rss: { bare: [], guarded: [] } }
  for (let round = 0; round < effort.memoryRounds; round++) {
    for (const which of round % 2 === 0 ? ['bare', 'guarded'] : ['guarded', 'bare']) {
      const server = await serve(which)
      // What is made once is not to be counted with the connections.
      await clients.order({ do: 'rush', port: server.port, count: 1000, tokens })
      const before = await server.order<Memory>({ do: 'memory' })
      await clients.order({ do: 'open', port: server.port, count, tokens })
      const after = await server.order<Memory>({ do: 'memory' })
      if (after.sockets - before.sockets !== count) throw new Error(`${after.sockets} sockets instead of ${count}`)
      for (const kind of ['heap', 'rss'] as const) added[kind][which]?.push((after[kind] - before[kind]) / count)
      await clients.order({ do: 'drop' })
      server.child.kill()
    }
  }
  return (['heap', 'rss'] as const).map((kind) => {
    const [bare, guarded] = [median(added[kind]['bare'] ?? []), median(added[kind]['guarded'] ?? [])]
    const what = `${kind} of an idle authenticated socket, over ${bare.toFixed(0)} B of a bare one`
    return [what, `${(guarded - bare).toFixed(0)} B`, kind === 'heap' ? '≤ 400 B' : '']
  })
}

/** Handshakes, in turns. */
async function rush (clients: Worker<ClientOrder>, tokens: readonly string[]): Promise<Row[]> {
  const servers = [await serve('bare'), await serve('guarded')]
  const rates: number[][] = [[], []]
  const costs: number[][] = [[], []]
  for (let round = -effort.warm; round < effort.rushRounds; round++) {
    for (const side of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const server = servers[side] as Server // there are two
      const before = await server.order<number>({ do: 'cpu' })
      const took = await clients.order<number>({ do: 'rush', port: server.port, count: effort.rush, tokens })
      const cost = await server.order<number>({ do: 'cpu' }) - before
      if (round < 0) continue
      rates[side]?.push(effort.rush / took * 1000)
      costs[side]?.push(cost / effort.rush)
    }
  }
  for (const { child } of servers) child.kill()
  const ratios = ([bare = [], guarded = []]: readonly number[][]): number[] => guarded.map((value, round) => value / (bare[round] ?? NaN))
  return [
    [`handshakes a second with a cached JWT, to ${median(rates[0] ?? []).toFixed(0)} of a bare server`, `${median(ratios(rates)).toFixed(3)} ×`, '≥ 0.95 ×'],
    [`CPU time of a handshake, to ${median(costs[0] ?? []).toFixed(0)} µs of a bare server`, `${median(ratios(costs)).toFixed(3)} ×`, '']
  ]
}

/** When connections end after their credentials. */
async function expiry (clients: Worker<ClientOrder>, count: number): Promise<Row[]> {
  const server = await serve('ending')
  const start = Date.now() + (quick ? 3000 : 12_000)
  const window = quick ? 2000 : 5000
  const ends = Array.from({ length: count }, (_, i) => start + Math.floor(i * 7919 % count / count * window))
  await clients.order({ do: 'open', port: server.port, count, tokens: ends.map((end) => `{n}-${end}`) })
  if (Date.now() > start) throw new Error('opening took too long for this measurement')
  const { codes, times } = await clients.order<Endings>({ do: 'endings' })
  server.child.kill()
  const wrong = codes.filter((code) => code !== 3000).length
  if (wrong > 0) throw new Error(`${wrong} connections did not end with 3000`)
  const late = times.map((time, i) => time - (ends[i] ?? NaN)).sort((a, b) => a - b)
  const at = (share: number): string => `${late[Math.floor((late.length - 1) * share)] ?? NaN}`
  return [[`close frame after the end of credentials, ${count} over ${window / 1000} s`,
    `${at(0)} to ${at(1)} ms, median ${at(0.5)}, p99 ${at(0.99)}`, '± 1000 ms']]
}

/** How long revoking takes, while everybody talks. */
async function revocation (clients: Worker<ClientOrder>, tokens: readonly string[], count: number): Promise<Row[]> {
  const server = await serve('guarded')
  await clients.order({ do: 'open', port: server.port, count, tokens })
  await clients.order({ do: 'chatter', every: 2500, deaf: DEAF })
  const revoked = await server.order<Revoked>({ do: 'revoke', deaf: DEAF })
  await clients.order({ do: 'drop' })
  server.child.kill()
  if (revoked.count !== count || revoked.heard === 0) throw new Error(`revoked ${revoked.count} of ${count} that said ${revoked.heard}`)
  return [
    [`revoke() of ${count}, the call`, `${revoked.call.toFixed(0)} ms`, ''],
    [`until ${count - DEAF} are gone that answer`, `${revoked.polite.toFixed(0)} ms`, '≤ 5000 ms'],
    [`until ${DEAF} are gone that do not`, `${revoked.all.toFixed(0)} ms`, '≤ 2500 ms'],
    [`longest pause meanwhile (${revoked.before.toFixed(0)} ms before)`, `${revoked.pause.toFixed(0)} ms`, ''],
    [`messages that reached a handler after the call (${revoked.heard} in the second before)`, `${revoked.after}`, '0']
  ]
}

async function closing (clients: Worker<ClientOrder>, tokens: readonly string[], count: number): Promise<Row[]> {
  const server = await serve('guarded')
  await clients.order({ do: 'open', port: server.port, count, tokens })
  const { sockets, took, pause } = await server.order<Closed>({ do: 'close' })
  await clients.order({ do: 'drop' })
  server.child.kill()
  if (sockets !== count) throw new Error(`${sockets} sockets instead of ${count}`)
  return [[`app.close() with ${count} connections (longest pause ${pause.toFixed(0)} ms)`, `${took.toFixed(0)} ms`, '≤ 5000 ms']]
}

function print (rows: readonly Row[]): void {
  for (const [what, measured, goal] of rows) console.log(`${what.padEnd(84)}  ${measured.padStart(14)}${goal === '' ? '' : `   (goal: ${goal})`}`)
}

try {
  writeFixtures(fixtures)
  const tokens = readFixtures(fixtures).signed.RS256.tokens.slice(0, 100)
  const clients = await startClients()
  const [count, most] = [Math.min(effort.sockets, room), Math.min(effort.closing, room)]
  console.log(`Node.js ${process.version}, ${quick ? 'quick, ' : ''}up to ${limit} descriptors (ulimit -n)\n`)
  const measurements: Readonly<Record<string, () => Promise<Row[]>>> = {
    memory: async () => await memory(clients, tokens, count),
    handshakes: async () => await rush(clients, tokens),
    expiry: async () => await expiry(clients, count),
    revocation: async () => await revocation(clients, tokens, count),
    closing: async () => await closing(clients, tokens, most)
  }
  for (const [name, measure] of Object.entries(measurements)) {
    if (words.length === 0 || words.some((word) => name.includes(word))) print(await measure())
  }
} finally {
  for (const child of children) child.kill()
  rmSync(folder, { recursive: true })
}
