import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from './chromium.ts'

/** Milliseconds after which a page takes something not to come any more; far more than it takes. */
const PATIENCE = 20_000

/** Opens WebSockets and notes what comes of them: `open <protocol>`, `message <data>`, `close <code> <reason>`. */
const SCRIPT = `
const dialed = []
function dial (url, protocols, messages = []) {
  const entry = { log: [], wake: () => {}, socket: new WebSocket(url, protocols) }
  const note = (text) => { entry.log.push(text.trim()); entry.wake() }
  entry.socket.onopen = () => {
    note('open ' + entry.socket.protocol)
    for (const message of messages) entry.socket.send(message)
  }
  entry.socket.onmessage = ({ data }) => { note('message ' + data) }
  entry.socket.onclose = ({ code, reason }) => { note('close ' + code + ' ' + reason) }
  return dialed.push(entry) - 1
}
function until (index, start) {
  const entry = dialed[index]
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { reject(new Error(start + ' did not come; what came: ' + entry.log.join(', '))) }, ${PATIENCE})
    entry.wake = () => {
      if (!entry.log.some((text) => text.startsWith(start))) return
      clearTimeout(timer)
      resolve(entry.log)
    }
    entry.wake()
  })
}`

const HTML = `<!doctype html><title>A page</title><link rel="icon" href="data:,"><script>${SCRIPT}</script>`

/** A page of an origin of its own, whose visitors get a cookie. */
export interface Site {
  readonly origin: string
  close (): Promise<unknown>
}

/** Serves the page. All sites are of one host, so what one sets as a cookie is attached to requests of all. */
export async function serveSite (cookie: string): Promise<Site> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': `${cookie}; Path=/; HttpOnly` }).end(HTML)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // a TCP server's address
    close () {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      return closed
    }
  }
}

/** How a page dials. */
export interface Dial {
  readonly url: string
  readonly protocols?: readonly string[]
  /** What is sent as soon as it is open. */
  readonly messages?: readonly string[]
}

/** Lets a page dial; answers which of its connections that is. */
export async function dial (page: Page, { url, protocols = [], messages = [] }: Dial): Promise<number> {
  return await page.evaluate(`dial(${[url, protocols, messages].map((value) => JSON.stringify(value)).join(', ')})`) as number // what it returns
}

/** What has happened to a connection of a page when something that begins like this has. */
export async function heard (page: Page, index: number, start: string): Promise<string[]> {
  return await page.evaluate(`until(${index}, ${JSON.stringify(start)})`) as string[] // the log
}

/** Dials, and waits for the end. */
export async function dialed (page: Page, how: Dial): Promise<string[]> {
  return await heard(page, await dial(page, how), 'close')
}

/** Sends over a connection of a page. */
export async function say (page: Page, index: number, message: string): Promise<void> {
  await page.evaluate(`dialed[${index}].socket.send(${JSON.stringify(message)})`)
}

/** Dials from within a page that has no origin, and answers what came of it. */
export async function dialedInSandbox (page: Page, how: Dial): Promise<string[]> {
  const script = `${SCRIPT}
    until(dial(${JSON.stringify(how.url)}, ${JSON.stringify(how.protocols ?? [])}), 'close').then((log) => { parent.postMessage([origin, ...log], '*') })`
  return await page.evaluate(`new Promise((resolve) => {
    addEventListener('message', ({ data }) => { resolve(data) }, { once: true })
    const frame = document.createElement('iframe')
    frame.sandbox = 'allow-scripts'
    frame.srcdoc = ${JSON.stringify(`<script>${script}</script>`).replaceAll('</', '<\\/')}
    document.body.append(frame)
  })`) as string[] // the log
}
