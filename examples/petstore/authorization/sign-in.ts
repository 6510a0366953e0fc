import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Context, Interaction } from 'oidc-provider'
import type Provider from 'oidc-provider'
import { SCOPES } from '../scopes.ts'

/** Who can sign in, and what each may grant. Demonstration: nobody is asked for a password. */
const USERS: ReadonlyMap<string, { readonly name: string, readonly scopes: readonly string[] }> = new Map([
  ['ada', { name: 'Ada', scopes: ['pets:read', 'pets:write'] }],
  ['grace', { name: 'Grace', scopes: ['pets:read'] }]
])

/** Bytes; the form has two short fields. */
const LONGEST_FORM = 200

const STYLE = 'body{font:1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:4rem auto;padding:0 1rem}' +
  'button{display:block;width:100%;margin:.5rem 0;padding:.75rem;font:inherit;text-align:left}'

/** The page on which a user signs in and grants what a client asks for, in one step. */
export function signIn (provider: Provider, resource: string, origins: readonly string[]) {
  const headers = pageHeaders(origins)
  return async (context: Context, next: () => Promise<void>): Promise<void> => {
    if (!context.path.startsWith('/sign-in/')) return await next()
    const interaction = await provider.interactionDetails(context.req, context.res)
    context.set(headers)
    if (context.method === 'POST') {
      const form = await readForm(context.req)
      const result = await answer(provider, interaction, resource, form.get('user'))
      context.body = ''
      await provider.interactionFinished(context.req, context.res, result, { mergeWithLastSubmission: false })
    } else {
      context.type = 'html'
      context.body = page(interaction)
    }
  }
}

async function answer (provider: Provider, { params }: Interaction, resource: string, accountId: string | null) {
  const user = USERS.get(accountId ?? '')
  if (user === undefined || accountId === null) return { error: 'access_denied', error_description: 'The user did not sign in.' }
  const grant = new provider.Grant({ accountId, clientId: params.client_id })
  for (const scope of Object.keys(SCOPES)) {
    if (user.scopes.includes(scope)) grant.addResourceScope(resource, scope)
    else grant.rejectResourceScope(resource, scope)
  }
  return { login: { accountId }, consent: { grantId: await grant.save() } }
}

async function readForm (request: IncomingMessage): Promise<URLSearchParams> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk)
    if (text.length > LONGEST_FORM) throw new Error('the form is too long')
  }
  return new URLSearchParams(text)
}

/** Nothing but the form works here, and it may lead back to the pages of the API only. */
function pageHeaders (origins: readonly string[]): Record<string, string> {
  const style = createHash('sha256').update(STYLE).digest('base64')
  return {
    'cache-control': 'no-store',
    'content-security-policy':
      `default-src 'none'; style-src 'sha256-${style}'; form-action 'self' ${origins.join(' ')}; base-uri 'none'; frame-ancestors 'none'`,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff'
  }
}

/** Made of constants only, so there is nothing to escape. */
function page ({ params }: Interaction): string {
  const asked = new Set((params.scope ?? '').split(' '))
  const wanted = Object.entries(SCOPES).filter(([scope]) => asked.has(scope)).map(([scope, meaning]) => `<li>${meaning} (${scope})</li>`)
  const buttons = [...USERS].map(([id, { name, scopes }]) =>
    `<button name="user" value="${id}">Sign in as <strong>${name}</strong>, who has ${scopes.join(' and ')}</button>`)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Petstore: sign in</title>
<style>${STYLE}</style>
<h1>Petstore</h1>
<p>The application asks to:</p>
<ul>${wanted.join('')}</ul>
<form method="post">
${buttons.join('\n')}
<button name="user" value="">Deny</button>
</form>
</html>
`
}
