/**
 * Closes a connection in each of its states, and then has nothing left to do: a timer or a socket that stays would keep the process from
 * ending, for the times given are far longer than anyone waits for it.
 */
import { connect, type ConnectOptions, type State } from 'fastify-openapi-security/client'
import { tokenOf } from '../behaviour/connections/app.ts'

const [name = '', port = '', mutePort = ''] = process.argv.slice(2)
const { WebSocket } = name === 'ws' ? await import('ws') : await import('undici')

const LIVE = `ws://127.0.0.1:${port}/live`
const MUTE = `ws://127.0.0.1:${mutePort}/`
const HOUR = 3_600_000

/** Resolves in one of the states, or later when it is told to. */
async function leave (text: string, url: string, state: State, options: Partial<ConnectOptions>, ready?: Promise<unknown>): Promise<void> {
  let reached = (): void => {}
  const there = new Promise<void>((resolve) => { reached = resolve })
  const live = connect(url, {
    WebSocket,
    token: () => tokenOf('ada'),
    timeout: HOUR,
    backoff: { initial: HOUR, max: HOUR },
    ...options,
    onStateChange: (change) => { if (change.state === state) reached() }
  } as ConnectOptions) // has a token
  if (state === 'connecting') reached()
  await there
  await ready
  live.close()
  console.log(`${text}: ${live.state}`)
}

/** A source that is asked and then never answers, unless it is told to stop. */
function unanswered (): { asked: Promise<unknown>, token: NonNullable<ConnectOptions['token']> } {
  let tell = (): void => {}
  const asked = new Promise<void>((resolve) => { tell = resolve })
  const token: NonNullable<ConnectOptions['token']> = ({ signal }) => new Promise((_resolve, reject) => {
    const held = setInterval(() => {}, HOUR)
    signal.addEventListener('abort', () => {
      clearInterval(held)
      reject(new Error('told to stop'))
    })
    tell()
  })
  return { asked, token }
}

const soon = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 50) })
const source = unanswered()
const renewing = unanswered()

await leave('before anything', LIVE, 'connecting', {})
await leave('asking for a token', LIVE, 'connecting', { token: source.token }, source.asked)
await leave('in the handshake', MUTE, 'connecting', {}, soon())
await leave('waiting for the answer to the first message', LIVE, 'connecting', { carrier: 'message', token: () => `late/${tokenOf('ada')}` }, soon())
await leave('open', LIVE, 'open', {})
await leave('renewing', LIVE, 'open', {
  token: (request) => request.fresh ? renewing.token(request) : tokenOf(name, ['read'], 4)
}, renewing.asked)
await leave('waiting for the next attempt', LIVE, 'waiting', { token: () => 'nobody' })
await leave('waiting while nothing listens', 'ws://127.0.0.1:1/', 'waiting', {})
const controller = new AbortController()
await leave('aborted', LIVE, 'open', { signal: controller.signal })
controller.abort()
