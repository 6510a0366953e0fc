const KEPT = 'petstore-sign-in'
const CLIENT = 'petstore-browser'
const REDIRECT = new URL('/', window.location.href).href

/** Finds the authorization server and the scopes where every client can: in the API's own document. */
export async function readFlow () {
  const document = await (await fetch('/documentation/json')).json()
  return document.components.securitySchemes.oauth.flows.authorizationCode
}

/** Leaves for the authorization server (RFC 6749 §4.1.1, RFC 7636 §4.3). */
export async function signIn ({ authorizationUrl, scopes }) {
  const state = randomText()
  const verifier = randomText()
  window.sessionStorage.setItem(KEPT, JSON.stringify({ state, verifier }))
  const url = new URL(authorizationUrl)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: REDIRECT,
    scope: Object.keys(scopes).join(' '),
    state,
    code_challenge: await digest(verifier),
    code_challenge_method: 'S256',
    prompt: 'login'
  })
  window.location.assign(url)
}

/**
 * Back from there: exchanges the code for a token. Codes and states work once, so they leave the address bar and the storage first.
 *
 * @returns what the token endpoint says, or null if this is not a return
 */
export async function finishSignIn ({ authorizationUrl, tokenUrl }) {
  const answer = new URLSearchParams(window.location.search)
  const { state, verifier } = JSON.parse(window.sessionStorage.getItem(KEPT) ?? '{}')
  if (!answer.has('state')) return null
  window.sessionStorage.removeItem(KEPT)
  window.history.replaceState(null, '', REDIRECT)
  if (answer.get('state') !== state) throw new Error('this answer is not for a sign-in that was begun here')
  // RFC 9207: from the server that was asked, not from another one.
  if (answer.get('iss') !== new URL(authorizationUrl).origin) throw new Error('this answer is from another authorization server')
  if (answer.has('error')) throw new Error(answer.get('error_description') ?? answer.get('error'))
  const response = await fetch(tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code', client_id: CLIENT, redirect_uri: REDIRECT, code: answer.get('code'), code_verifier: verifier
    })
  })
  const token = await response.json()
  if (!response.ok) throw new Error(token.error_description ?? `the token endpoint answered ${response.status}`)
  return token
}

function randomText () {
  return base64url(window.crypto.getRandomValues(new Uint8Array(32)))
}

async function digest (text) {
  return base64url(new Uint8Array(await window.crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}

/** RFC 4648 §5, without padding. */
export function base64url (bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
