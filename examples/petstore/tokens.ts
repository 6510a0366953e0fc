import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceClient } from './authorization/clients.ts'
import type { AuthorizationServer } from './authorization-server.ts'

/** Tokens to try the API with. */
export interface DemoTokens {
  readonly reading: string
  readonly writing: string
  /** Is so by the time the promise resolves. */
  readonly expired: string
}

/** Obtains tokens by the client credentials grant (RFC 6749 §4.4). Takes about a second, because one of them has to expire. */
export async function obtainTokens ({ issuer, clients: { reader, writer, hasty } }: AuthorizationServer): Promise<DemoTokens> {
  const [reading, writing, expired] = await Promise.all([
    obtainToken(issuer, reader, 'pets:read'), obtainToken(issuer, writer, 'pets:read pets:write'), obtainToken(issuer, hasty, 'pets:read')
  ])
  while (Date.now() / 1000 <= expiryOf(expired)) await sleep(100)
  return { reading, writing, expired }
}

async function obtainToken (issuer: string, { id, secret }: ServiceClient, scope: string): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope })
  })
  if (!response.ok) throw new Error(`the authorization server answered ${response.status}`)
  const { access_token: token } = await response.json() as { access_token: string } // RFC 6749 §5.1
  return token
}

function expiryOf (token: string): number {
  const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number } // RFC 9068 §2.2
  return exp
}
