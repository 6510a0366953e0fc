/** The clients of the WebSocket measurements: as little as it takes to hold thousands of connections. */
import { connect, type Socket } from 'node:net'
import type { ClientOrder, Endings } from './protocol.ts'

/** Handshakes under way at once. */
const LANES = 64
const HEAD = [
  'GET /live HTTP/1.1', 'Host: api.example', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', ''
].join('\r\n')
/** A text frame and a close frame without a code, with a mask of zeros (RFC 6455 §5.3). */
const HELLO = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69])
const CLOSE = Buffer.from([0x88, 0x80, 0, 0, 0, 0])

interface Client {
  readonly socket: Socket
  code: number
  /** Epoch milliseconds of the close frame, or of the end without one; 0 while it is open. */
  endedAt: number
}

let clients: Client[] = []
let chatter: NodeJS.Timeout | undefined

async function open (port: number, token: string): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1' })
  const client: Client = { socket, code: 0, endedAt: 0 }
  socket.on('error', () => {})
  socket.write(`${HEAD}Authorization: Bearer ${token}\r\n\r\n`)
  await new Promise<void>((resolve, reject) => {
    socket.once('close', () => { reject(new Error('the connection ended before the handshake was completed')) })
    socket.once('data', (head) => {
      if (!head.toString('latin1').startsWith('HTTP/1.1 101')) return reject(new Error(head.toString('latin1')))
      resolve()
    })
  })
  socket.removeAllListeners('close')
  socket.on('data', (frame) => { hear(client, frame) })
  socket.on('close', () => { client.endedAt ||= Date.now() })
  return client
}

/** The servers say nothing but their close frame. */
function hear (client: Client, frame: Buffer): void {
  if ((frame[0] ?? 0) !== 0x88 || client.endedAt !== 0) return
  client.endedAt = Date.now()
  client.code = frame.length >= 4 ? frame.readUInt16BE(2) : 1005
  client.socket.end(CLOSE)
}

/** Opens that many, in several lanes. */
async function openAll (
  port: number, count: number, tokens: readonly string[], each: (client: Client, number: number) => void
): Promise<void> {
  let started = 0
  await Promise.all(Array.from({ length: LANES }, async () => {
    while (started < count) {
      const number = started++
      each(await open(port, (tokens[number % tokens.length] ?? '').replace('{n}', String(number))), number)
    }
  }))
}

function startChatter (every: number, deaf: number): void {
  for (const { socket } of clients.slice(0, deaf)) socket.removeAllListeners('data').pause()
  let next = 0
  const step = Math.max(1, Math.ceil(clients.length / every * 20))
  chatter = setInterval(() => {
    for (let i = 0; i < step; i++) {
      const client = clients[next++ % clients.length]
      if (client !== undefined && !client.socket.destroyed && client.socket.writable) client.socket.write(HELLO)
    }
  }, 20)
}

async function endings (): Promise<Endings> {
  while (clients.some(({ endedAt }) => endedAt === 0)) await new Promise((resolve) => { setTimeout(resolve, 50) })
  return { codes: clients.map(({ code }) => code), times: clients.map(({ endedAt }) => endedAt) }
}

async function drop (): Promise<void> {
  clearInterval(chatter)
  for (const { socket } of clients) socket.resetAndDestroy()
  clients = []
}

async function follow (order: ClientOrder): Promise<unknown> {
  switch (order.do) {
    case 'open': {
      const opened: Client[] = []
      await openAll(order.port, order.count, order.tokens, (client, number) => { opened[number] = client })
      clients = opened
      return opened.length
    }
    case 'rush': {
      const start = performance.now()
      await openAll(order.port, order.count, order.tokens, ({ socket }) => { socket.resetAndDestroy() })
      return performance.now() - start
    }
    case 'chatter': return startChatter(order.every, order.deaf)
    case 'endings': return await endings()
    case 'drop': return await drop()
  }
}

process.on('message', (order: ClientOrder) => { follow(order).then((result) => { process.send?.(result ?? null) }) })
process.on('disconnect', () => { process.exit() })
process.on('unhandledRejection', (error) => { throw error })
process.send?.('ready')
