import { connect } from '/client/client.js'

const SUBPROTOCOL = 'chat.v1'
const URL_OF_CHAT = new URL('/chat', window.location.href)

const element = (id) => document.getElementById(id)

let live = null

/** Everything shown is set as text, whatever it says. */
function log (text, className = '') {
  const item = document.createElement('li')
  item.textContent = text
  item.className = className
  element('log').append(item)
}

function show () {
  const state = live?.state ?? 'none'
  element('state').textContent = state
  element('say').disabled = state !== 'open'
  element('close').disabled = state === 'none' || state === 'closed'
}

/** A source of tokens, as the client asks for one: the page's own server has the session, and gets them. */
function tokensOf (member) {
  return async ({ signal }) => {
    const response = await fetch(`/session/${member}/token`, { method: 'POST', signal })
    if (!response.ok) throw new Error(`the session answered ${response.status}`)
    return (await response.json()).access_token
  }
}

function open () {
  live?.close()
  const own = connect(URL_OF_CHAT, {
    protocols: SUBPROTOCOL,
    token: tokensOf(element('member').value),
    ...(element('renew').checked ? {} : { renewal: false }),
    onMessage: (data) => { received(JSON.parse(data)) },
    onRenewal (outcome) {
      if (outcome.renewed) log(`renewed in place, until ${timeOf(outcome.expiresAt)}`)
      else log(`not renewed: ${outcome.code}`, 'refused')
    },
    onStateChange (change) {
      if (own !== live) return
      log(...told(change))
      show()
    }
  })
  live = own
  show()
}

/** What a change of state is told as. */
function told (change) {
  if (change.state === 'waiting') return [`closed: ${written(change.ending)}, trying again in ${change.delay} ms`, 'refused']
  if (change.state === 'closed') return [`ended: ${written(change.ending)}`, change.ending.code === 1000 ? '' : 'refused']
  return [change.state === 'open' ? `open, with the subprotocol ${change.protocol}` : 'connecting with a fresh token']
}

function written ({ code, reason, scopes }) {
  return [code, reason, ...scopes].filter((part) => part !== '' && part !== null).join(' ')
}

function received (message) {
  if (message.type === 'chat.welcome') log(`welcome, ${message.who}`)
  else if (message.type === 'chat.said') log(`${message.who}: ${message.text}`)
  else if (message.type === 'expiring') log(`warned: the token ends at ${timeOf(message.expires_at)}`)
  else if (message.type === 'problem') refused(message)
}

/** A message was refused; the connection stays. */
function refused ({ message, problem }) {
  const needs = problem.required_scopes === undefined ? '' : `, needs ${problem.required_scopes.join(' ')}`
  log(`${message} was refused: ${problem.status} ${problem.code ?? problem.detail}${needs}`, 'refused')
}

/** What the server says to whoever brings nothing; the client would not even try. */
function openWithout () {
  const socket = new WebSocket(URL_OF_CHAT.href.replace(/^http/, 'ws'), SUBPROTOCOL)
  socket.onclose = ({ code, reason }) => { log(`refused: ${code} ${reason}`, 'refused') }
}

async function revoke () {
  const response = await fetch(`/connections/${element('member').value}`, { method: 'DELETE', headers: { 'x-operator-key': element('key').value } })
  const { ended, code } = await response.json()
  log(response.ok ? `the operator ended ${ended}` : `the operator was refused: ${response.status} ${code}`, response.ok ? '' : 'refused')
}

function timeOf (seconds) {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB')
}

element('connect').addEventListener('click', open)
element('without').addEventListener('click', openWithout)
element('close').addEventListener('click', () => { live?.close() })
element('chat').addEventListener('submit', (event) => {
  event.preventDefault()
  live?.send(JSON.stringify({ type: 'chat.say', text: element('text').value }))
})
element('operator').addEventListener('submit', (event) => {
  event.preventDefault()
  revoke().catch((error) => { log(error.message, 'refused') })
})
