/** Sends forged tokens to a port, a fixed number a second, until told to stop; tells how many a second were answered. */
import { Agent, get } from 'node:http'
import { readFixtures } from './fixtures.ts'
import { PATH } from './side.ts'

/** Requests a second: well below what the machine can do, for at full load everyone waits for the processor, whatever the server does. */
const RATE = 1000
const EVERY = 10

const [port = '', fixtures = ''] = process.argv.slice(2)
const { forged } = readFixtures(fixtures).signed.RS256
const agent = new Agent({ keepAlive: true, maxSockets: 16 })
const started = performance.now()
let sent = 0
let answered = 0

function send (): void {
  const headers = { authorization: `Bearer ${forged[sent++ % forged.length]}` }
  get({ port, host: '127.0.0.1', path: PATH, agent, headers }, (response) => {
    response.resume()
    answered++
  })
}

setInterval(() => { for (let i = 0; i < RATE * EVERY / 1000; i++) send() }, EVERY)
setTimeout(() => { process.send?.('flooding') }, 200)
process.on('message', () => { process.send?.(answered * 1000 / (performance.now() - started), () => { process.exit() }) })
process.on('disconnect', () => { process.exit() })
