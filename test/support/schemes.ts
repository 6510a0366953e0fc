import {
  apiKey, basic, bearer, http, mutualTls, oauth2, openIdConnect, type Scheme, type Verdict
} from 'fastify-openapi-security'
import { verdict, type Who } from './verdicts.ts'

/** The name of every verifier that ran, in order. */
export type Verified = string[]

/** A certificate for CN=machine-7, in DER. Its key was never kept. */
export const CERTIFICATE = [
  'MIIBgDCCASWgAwIBAgIUcTZW50r5kjQFr6HVuvlDPxCe9RYwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJbWFjaGluZS03MCAXDTI2MTEyMjAwMTIzNFoYDzIx',
  'MjYxMDI5MDAxMjM0WjAUMRIwEAYDVQQDDAltYWNoaW5lLTcwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS4onu3ZLJBWa2lR6zBAFqSCoIxpixhPWjvPesT',
  'T4+SvmSbdbv8FO9h1ph5XszXoXK+Kvx0OB054fqSqoeOFtrlo1MwUTAdBgNVHQ4EFgQU28OjwkYUJWHF35IoJs3Kfb5wWJYwHwYDVR0jBBgwFoAU28OjwkYU',
  'JWHF35IoJs3Kfb5wWJYwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAoq1h+KdBofvLlNC2UR8dk+I9RPWUFF7apxNz+4nunYsCIQDLdZXu',
  'fd3qO15jyu2cC5rueqjPfg9lOpsAASweePws7g=='
].join('')

/** The header fields by which a proxy of the fixtures forwards a client certificate, and what the verifier makes of it. */
export function machine (word: string): string[] {
  return [`Client-Cert: :${CERTIFICATE}:`, `X-Machine: canary-${word}`]
}

/** `Authorization: Basic …` with the octets of a text, UTF-8 unless they are given. */
export function basicLine (userPass: string | Buffer): string {
  return `Authorization: Basic ${Buffer.from(userPass as string).toString('base64')}` // Buffer.from takes either
}

const flow = { authorizationUrl: 'https://id.example/authorize', tokenUrl: 'https://id.example/token' }

/**
 * One scheme of each kind, with verifiers that do what the credential says; see {@link verdict}.
 *
 * @param verified where each call of a verifier is noted
 */
export function makeSchemes (verified: Verified) {
  // The mini-language knows answers that no verifier may give; the plugin must find that out by itself.
  const sync = (scheme: string) => (credential: string): Verdict<Who> => {
    verified.push(scheme)
    return verdict(scheme, credential) as Verdict<Who>
  }
  const async = (scheme: string) => {
    const verify = sync(scheme)
    return async (credential: string): Promise<Verdict<Who>> => verify(credential)
  }
  return {
    oauth: oauth2({
      flows: { authorizationCode: { ...flow, scopes: { read: 'Read', write: 'Write', admin: 'All' } } },
      verify: sync('oauth')
    }),
    service: bearer({ roles: ['batch'], verify: async('service') }),
    inner: bearer({ realm: 'inner', verify: sync('inner') }),
    login: openIdConnect({ openIdConnectUrl: 'https://id.example/.well-known/openid-configuration', verify: async('login') }),
    legacy: bearer({ query: 'access_token', verify: sync('legacy') }),
    staff: basic({
      roles: ['boss'],
      verify: async ({ username, password }) => {
        verified.push('staff')
        return password.startsWith('canary') ? verdict('staff', password) as Verdict<Who> : { by: 'staff', user: username, pass: password }
      }
    }),
    device: http({ scheme: 'Device', parse: (text: string) => /^canary[\w~-]*$/.test(text) ? text : null, verify: sync('device') }),
    hawk: http({
      scheme: 'Hawk',
      registered: true,
      params: { algorithm: 'sha256' },
      parse: (text: string) => text === '' ? null : text,
      verify: async('hawk')
    }),
    broken: http({ scheme: 'Broken', parse: (text: string) => JSON.parse(text) as string, verify: sync('broken') }),
    key: apiKey({ in: 'header', name: 'X-API-Key', verify: sync('key') }),
    role: apiKey({ in: 'header', name: 'X-Role-Key', roles: ['admin', 'audit'], verify: async('role') }),
    qkey: apiKey({ in: 'query', name: 'key', verify: sync('qkey') }),
    session: apiKey({ in: 'cookie', name: 'sid', verify: async('session') }),
    machine: mutualTls({
      roles: ['plant'],
      proxy: { header: 'Client-Cert', addresses: ['127.0.0.1'] },
      verify: (certificate, request) => {
        verified.push(certificate.subject.CN === 'machine-7' ? 'machine' : 'a machine that nobody knows')
        return verdict('machine', String(request.headers['x-machine'])) as Verdict<Who>
      }
    })
  } satisfies Record<string, Scheme<object, string>>
}
