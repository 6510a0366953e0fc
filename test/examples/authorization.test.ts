import { setTimeout as sleep } from 'node:timers/promises'
import * as oauth from 'oauth4webapi'
import t from 'tap'
import { parseChallenges } from '../../lib/syntax.ts'
import { authorize, clientCredentials, discover, INSECURE } from './browserless.ts'
import { codeOf, get, send, startPetstore } from './petstore.ts'

const petstore = await startPetstore()
t.teardown(() => petstore.close())
const { origin, authorizationServer: { issuer, clients } } = petstore
const server = await discover(issuer)
const BROWSER = { client_id: 'petstore-browser' }
const REDIRECT = `${origin}/documentation/static/oauth2-redirect.html`

/** What Swagger UI does behind its Authorize button, from the authorization endpoint to the token. */
async function signIn (user: string, scope: string) {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const start = new URL(server.authorization_endpoint ?? '')
  start.search = new URLSearchParams({
    response_type: 'code',
    ...BROWSER,
    redirect_uri: REDIRECT,
    scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    prompt: 'login'
  }).toString()
  const answer = oauth.validateAuthResponse(server, BROWSER, await authorize(start, user), state)
  const exchange = () => oauth.authorizationCodeGrantRequest(server, BROWSER, oauth.None(), answer, REDIRECT, verifier, {
    ...INSECURE, headers: { origin }
  })
  const response = await exchange()
  const allowedOrigin = response.headers.get('access-control-allow-origin')
  return { ...await oauth.processAuthorizationCodeResponse(server, BROWSER, response), allowedOrigin, exchange }
}

t.test('a service obtains a token from the real authorization server and is let in as far as its scopes go', async (t) => {
  const { access_token: token } = await clientCredentials(server, clients.reader, 'pets:read')
  const read = await get(`${origin}/pets/Rex`, token)
  t.equal(read.status, 200)
  t.match(JSON.parse(read.body), { pet: { name: 'Rex' }, seenBy: 'reader' })
  const write = await send({
    method: 'POST',
    url: `${origin}/pets`,
    headers: [['Authorization', `Bearer ${token}`], ['Content-Type', 'application/json']],
    body: JSON.stringify({ name: 'Tom', kind: 'cat' })
  })
  t.equal(write.status, 403)
  t.match(parseChallenges(write.challenges), [{ scheme: 'Bearer', params: { error: 'insufficient_scope', scope: 'pets:write' } }])
  t.equal((await clientCredentials(server, clients.reader, 'pets:read pets:write')).scope, 'pets:read', 'a reader gets no more than that')
})

t.test('a client that knows nothing but the API finds the authorization server', async (t) => {
  const [challenge] = parseChallenges((await get(`${origin}/pets`)).challenges) ?? []
  const resource = new URL(origin)
  const found = await oauth.resourceDiscoveryRequest(resource, INSECURE)
  t.equal(challenge?.params['resource_metadata'], found.url, 'the challenge points where RFC 9728 has it')
  const { authorization_servers: [first = ''] = [], scopes_supported: scopes } = await oauth.processResourceDiscoveryResponse(resource, found)
  const { access_token: token } = await clientCredentials(await discover(first), clients.reader, challenge?.params['scope'] ?? '')
  t.equal((await get(`${origin}/pets`, token)).status, 200)
  t.strictSame(scopes, ['pets:read', 'pets:write'])
})

t.test('users sign in as behind the Authorize button', async (t) => {
  const redirectPage = await fetch(REDIRECT)
  t.equal(redirectPage.status, 200, 'the page that the popup returns to is public')
  const ada = await signIn('ada', 'pets:read pets:write')
  t.equal(ada.scope, 'pets:read pets:write')
  t.equal(ada.allowedOrigin, origin, 'scripts of the documentation may read the token response')
  t.match(JSON.parse((await get(`${origin}/pets/Rex`, ada.access_token)).body), { seenBy: 'ada' })
  t.equal((await ada.exchange()).status, 400, 'a code works once')
  const grace = await signIn('grace', 'pets:read pets:write')
  t.equal(grace.scope, 'pets:read', 'a user grants no more than she has')
  const denied = await signIn('', 'pets:read').catch(({ error }: oauth.AuthorizationResponseError) => error)
  t.equal(denied, 'access_denied')
})

t.test('scripts of other origins are kept from the token endpoint', async (t) => {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { origin: 'https://elsewhere.example' },
    body: new URLSearchParams({ ...BROWSER, grant_type: 'authorization_code', code: 'any', redirect_uri: REDIRECT, code_verifier: 'a'.repeat(43) })
  })
  t.equal(response.headers.get('access-control-allow-origin'), null)
})

t.test('the sign-in page allows no script, is in no frame and is not kept', async (t) => {
  const response = await fetch(`${issuer}/auth?${new URLSearchParams({
    response_type: 'code', ...BROWSER, redirect_uri: REDIRECT, scope: 'pets:read', code_challenge: 'a'.repeat(43), code_challenge_method: 'S256'
  })}`, { redirect: 'manual' })
  const page = await fetch(new URL(response.headers.get('location') ?? '', issuer), {
    headers: { cookie: response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ') }
  })
  t.equal(page.status, 200)
  t.match(page.headers.get('content-security-policy'), /^default-src 'none'; .*frame-ancestors 'none'/)
  t.equal(page.headers.get('cache-control'), 'no-store')
})

t.test('a token that expired is told apart', async (t) => {
  const { access_token: token, expires_in: lifetime } = await clientCredentials(server, clients.hasty, 'pets:read')
  t.equal(lifetime, 1)
  const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number }
  while (Date.now() / 1000 <= exp) await sleep(50)
  const answer = await get(`${origin}/pets`, token)
  t.equal(answer.status, 401)
  t.equal(codeOf(answer), 'token_expired')
  t.match(parseChallenges(answer.challenges), [{ scheme: 'Bearer', params: { realm: 'petstore', error: 'invalid_token', scope: 'pets:read' } }])
})

t.test('the authorization server is down', async (t) => {
  const alone = await startPetstore()
  t.teardown(() => alone.close())
  const { access_token: token } = await clientCredentials(await discover(alone.authorizationServer.issuer), alone.authorizationServer.clients.reader, 'pets:read')
  const { access_token: known } = await clientCredentials(server, clients.reader, 'pets:read')
  t.equal((await get(`${origin}/pets`, known)).status, 200)
  await Promise.all([alone.authorizationServer.close(), petstore.authorizationServer.close()])

  const undecided = await get(`${alone.origin}/pets`, token)
  t.equal(undecided.status, 503, 'keys were never fetched: it cannot tell')
  t.equal(codeOf(undecided), 'verifier_unavailable')
  t.match(undecided.headers['retry-after'], /^\d+$/)
  t.strictSame(undecided.challenges, [], 'another login would not help')
  t.equal((await get(`${alone.origin}/pets`)).status, 401, 'who presents nothing is told so as ever')
  t.equal((await get(`${alone.origin}/health`, token)).status, 200, 'public routes go on')
  const { partnerKey } = alone.secrets
  t.equal((await send({ method: 'GET', url: `${alone.origin}/pets/Rex`, headers: [['X-API-Key', partnerKey]] })).status, 200, 'so do other credentials')
  t.equal((await get(`${origin}/pets`, known)).status, 200, 'and tokens verified before')
})
