import t from 'tap'
import { createServer as createHttp } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createSecureServer } from 'node:http2'
import { mutualTls } from '../../../lib/schemes/mutualTls.ts'
import type { CredentialSource } from '../../../lib/scheme.ts'
import { issue } from '../credentials/issue.ts'
import { sourceOf, told } from '../credentials/source.ts'

const verify = (): null => null
const proxy = { header: 'Client-Cert', addresses: ['10.0.0.0/8', '192.0.2.1', 'fd00::/8', '2001:db8::1'] }
const certificate = issue('client')
const FIELD = `:${certificate.der.toString('base64')}:`

const from = (remoteAddress: string, more: object = {}): CredentialSource => {
  const source = sourceOf([['Client-Cert', FIELD]])
  return { ...source, raw: { ...source.raw, socket: { remoteAddress, ...more } } }
}

t.test('a certificate in the document, without a challenge', async (t) => {
  t.match(mutualTls({ verify, roles: ['machine'], description: 'Machines' }), {
    definition: { type: 'mutualTLS', description: 'Machines' },
    scopes: ['machine'],
    location: { in: 'certificate' },
    ambient: true,
    challenge: null,
    missing: 'certificate_missing',
    verify
  })
  t.strictSame(mutualTls({ verify }).definition, { type: 'mutualTLS' })
})

t.test('the certificate of the connection is read, and a forwarded one if there is none', async (t) => {
  const own = { subject: { CN: 'own' } }
  const tls = { authorized: true, getPeerCertificate: () => own }
  t.equal(mutualTls({ verify }).read(from('192.0.2.1', tls)), own)
  t.equal(mutualTls({ verify }).read(from('192.0.2.1')), undefined, 'a field nobody asked for')
  t.equal(mutualTls({ verify, proxy }).read(from('192.0.2.1', tls)), own, 'its own first')
  for (const [address, believed] of [['192.0.2.1', true], ['192.0.2.2', false], ['10.9.9.9', true], ['11.0.0.1', false], ['fd00::1', true], ['2001:db8::1', true], ['2001:db8::2', false]] as const) {
    t.match({ found: told(mutualTls({ verify, proxy }).read(from(address))) }, believed ? { found: { subject: { CN: 'client' } } } : { found: undefined }, address)
  }
})

t.test('a server that asks for no certificates stops the application', async (t) => {
  const { cert, key } = certificate
  const table: [name: string, server: unknown, asks: boolean][] = [
    ['http', createHttp(), false],
    ['https that does not ask', createHttps({ cert, key }), false],
    ['https that asks', createHttps({ cert, key, requestCert: true }), true],
    ['http2 that does not ask', createSecureServer({ cert, key }), false],
    ['http2 that asks', createSecureServer({ cert, key, requestCert: true }), true]
  ]
  for (const [name, server, asks] of table) {
    const check = (): void => { mutualTls({ verify }).check?.(server, 'machine') }
    if (asks) t.doesNotThrow(check, name)
    else t.throws(check, { code: 'FST_SECURITY_CERTIFICATES_OFF', message: /"machine" is mutualTls/ }, name)
    t.doesNotThrow(() => { mutualTls({ verify, proxy }).check?.(server, 'machine') }, `${name}, behind a proxy`)
  }
})

t.test('options that cannot be stop the application', async (t) => {
  const table: [name: string, options: object, message: RegExp][] = [
    ['no verifier', {}, /`verify` is not a function/],
    ['a proxy without a header', { verify, proxy: { addresses: ['10.0.0.1'] } }, /`proxy.header` is not/],
    ['a header that is none', { verify, proxy: { header: 'Client Cert', addresses: ['10.0.0.1'] } }, /`proxy.header` is not/],
    ['no addresses', { verify, proxy: { header: 'Client-Cert' } }, /`proxy.addresses` names no address/],
    ['an empty list', { verify, proxy: { header: 'Client-Cert', addresses: [] } }, /`proxy.addresses` names no address/],
    ['one address as a text', { verify, proxy: { header: 'Client-Cert', addresses: '10.0.0.1' } }, /`proxy.addresses` names no address/],
    ...['10.0.0', 'localhost', '', '10.0.0.0/33', '10.0.0.0/-1', 'fd00::/129', '10.0.0.0/', '10.0.0.0/ ', '10.0.0.0/x', '10.0.0.0/0x8',
      '10.0.0.0/1e1', '10.0.0.0/8.5', '10.0.0.0/8/8', '10.0.0.0 /8', '10.0.0.1:80', '*', null, 1]
      .map((address): [string, object, RegExp] =>
        [`the address ${JSON.stringify(address)}`, { verify, proxy: { header: 'Client-Cert', addresses: ['10.0.0.1', address] } }, /`proxy.addresses`: ".*" is not an address/])
  ]
  for (const [name, options, message] of table) t.throws(() => mutualTls(options as never), { code: 'FST_SECURITY_SCHEME_INVALID', message }, name)
})
