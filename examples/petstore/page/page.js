import { connect } from './live.js'
import { finishSignIn, readFlow, signIn } from './sign-in.js'

const element = (id) => document.getElementById(id)

let token = null
let socket = null

/** Everything shown is set as text, whatever it says. */
function log (text, className = '') {
  const item = document.createElement('li')
  item.textContent = text
  item.className = className
  element('log').append(item)
}

function show () {
  element('user').textContent = token === null ? 'nobody' : `with the scopes ${token.scope}`
  element('state').textContent = socket === null ? 'closed' : ['connecting', 'open', 'closing', 'closed'][socket.readyState]
  for (const id of ['connect', 'connect-broken', 'add-pet']) element(id).disabled = token === null
  element('close').disabled = socket === null
}

function open (accessToken) {
  socket?.close()
  const own = connect(accessToken, {
    open (protocol) {
      log(`connected, with the subprotocol ${protocol}`)
      show()
    },
    message ({ event, pet, subject }) { log(event === 'welcome' ? `welcome, ${subject}` : `${pet} was ${event}`) },
    refused (why) { ended(own, why, 'refused') },
    close (code, reason) { ended(own, `closed: ${code} ${reason}`) }
  })
  socket = own
  show()
}

function ended (own, why, className) {
  if (socket === own) socket = null
  log(why, className)
  show()
}

async function addPet () {
  const response = await fetch('/pets', {
    method: 'POST',
    headers: { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: element('name').value, kind: element('kind').value })
  })
  if (response.ok) return
  const { detail, message } = await response.json()
  log(`not added: ${response.status} ${detail ?? message}`, 'refused')
}

/** The first character of the signature is another one, so the token is well-formed and not valid. */
function broken (jwt) {
  const start = jwt.lastIndexOf('.') + 1
  return `${jwt.slice(0, start)}${jwt[start] === 'A' ? 'B' : 'A'}${jwt.slice(start + 1)}`
}

element('connect').onclick = () => open(token.access_token)
element('connect-without').onclick = () => open(null)
element('connect-broken').onclick = () => open(broken(token.access_token))
element('close').onclick = () => socket?.close(1000)
element('add').onsubmit = (event) => {
  event.preventDefault()
  addPet().catch((error) => log(error.message, 'refused'))
}

try {
  const flow = await readFlow()
  element('sign-in').onclick = () => signIn(flow)
  element('sign-in').disabled = false
  token = await finishSignIn(flow)
  if (token !== null) open(token.access_token)
} catch (error) {
  log(error.message, 'refused')
}
show()
