import t from 'tap'
import { once } from 'node:events'
import { BlockList, type AddressInfo } from 'node:net'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { readForwardedCertificate, readPeerCertificate } from '../../../lib/credentials/certificate.ts'
import type { CredentialSource } from '../../../lib/scheme.ts'
import { issue, type Issued } from './issue.ts'
import { AMBIGUOUS, MALFORMED, sourceOf, told } from './source.ts'

const authority = issue('authority')
const server = issue('server', authority)
const client = issue('client', authority)
const stranger = issue('stranger')

const over = (socket: unknown, lines: [string, string][] = []): CredentialSource => {
  const source = sourceOf(lines)
  return { ...source, raw: { ...source.raw, socket } }
}

t.test('the certificate of a connection counts only if TLS verified it', async (t) => {
  const listener = createServer({ cert: server.cert, key: server.key, ca: authority.cert, requestCert: true, rejectUnauthorized: false })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  const read = async (presented?: Issued): Promise<{ found: unknown, sent: number, authorized: boolean }> => {
    const peer = connect({ port, host: '127.0.0.1', ca: authority.cert, servername: 'localhost', ...(presented === undefined ? {} : { cert: presented.cert, key: presented.key }) })
    const [socket] = await once(listener, 'secureConnection') as [TLSSocket]
    const found = readPeerCertificate(over(socket))
    const sent = Object.keys(socket.getPeerCertificate()).length
    const { authorized } = socket
    peer.destroy()
    socket.destroy()
    return { found, sent, authorized }
  }
  t.match(await read(client), { found: { subject: { CN: 'client' }, raw: client.der }, authorized: true }, 'issued by our authority')
  const unknown = await read(stranger)
  t.ok(unknown.sent > 0, 'Node shows the certificate of a stranger')
  t.strictSame([unknown.found, unknown.authorized], [undefined, false], 'and it is no credential')
  t.equal((await read()).found, undefined, 'none')
  listener.close()
  await once(listener, 'close')
})

t.test('a connection that does not say "verified" has no certificate', async (t) => {
  const certificate = { subject: { CN: 'x' } }
  const table: [name: string, socket: unknown, found: unknown][] = [
    ['verified', { authorized: true, getPeerCertificate: () => certificate }, certificate],
    ['not verified', { authorized: false, getPeerCertificate: () => certificate }, undefined],
    ['truthy is not true', { authorized: 'yes', getPeerCertificate: () => certificate }, undefined],
    ['1 is not true', { authorized: 1, getPeerCertificate: () => certificate }, undefined],
    ['unsaid', { getPeerCertificate: () => certificate }, undefined],
    ['verified, but empty', { authorized: true, getPeerCertificate: () => ({}) }, undefined],
    ['a plain connection', { remoteAddress: '127.0.0.1' }, undefined],
    ['verified, but not TLS', { authorized: true }, undefined],
    ['no connection', undefined, undefined]
  ]
  for (const [name, socket, found] of table) t.equal(readPeerCertificate(over(socket)), found, name)
})

t.test('the whole chain is asked for', async (t) => {
  const asked: unknown[] = []
  readPeerCertificate(over({ authorized: true, getPeerCertificate: (detailed: unknown) => { asked.push(detailed); return {} } }))
  t.strictSame(asked, [true])
})

function proxies (...addresses: [address: string, prefix: number, family: 'ipv4' | 'ipv6'][]): BlockList {
  const list = new BlockList()
  for (const address of addresses) list.addSubnet(...address)
  return list
}

const FIELD = `:${client.der.toString('base64')}:`
const TRUSTED = proxies(['10.0.0.0', 8, 'ipv4'], ['fd00::', 8, 'ipv6'])

t.test('a forwarded certificate is believed from the proxy only', async (t) => {
  const table: [address: string | undefined, believed: boolean][] = [
    ['10.1.2.3', true], ['10.255.255.255', true], ['11.0.0.1', false], ['127.0.0.1', false], ['fd00::1', true], ['fdff::1', true],
    ['fe00::1', false], ['::1', false], ['::ffff:10.1.2.3', true], ['::ffff:11.0.0.1', false], [undefined, false]
  ]
  for (const [remoteAddress, believed] of table) {
    const found = told(readForwardedCertificate(over({ remoteAddress }, [['Client-Cert', FIELD]]), 'client-cert', TRUSTED))
    t.match({ found }, believed ? { found: { subject: { CN: 'client' }, raw: client.der } } : { found: undefined }, String(remoteAddress))
  }
  t.equal(readForwardedCertificate(over(undefined, [['Client-Cert', FIELD]]), 'client-cert', TRUSTED), undefined, 'no connection')
  t.equal(readForwardedCertificate(over({ remoteAddress: '10.0.0.1' }, [['Client-Cert', FIELD]]), 'client-cert', proxies()), undefined, 'no proxies')
})

t.test('what the proxy forwards must be a byte sequence with a certificate in it (RFC 9440 §2.2)', async (t) => {
  const base64 = client.der.toString('base64')
  const table: [name: string, lines: [string, string][], found: unknown][] = [
    ['nothing', [], undefined],
    ['empty', [['Client-Cert', '']], MALFORMED],
    ['without colons', [['Client-Cert', base64]], MALFORMED],
    ['one colon', [['Client-Cert', `:${base64}`]], MALFORMED],
    ['no bytes', [['Client-Cert', '::']], MALFORMED],
    ['base64url', [['Client-Cert', `:${client.der.toString('base64url')}_:`]], MALFORMED],
    ['no base64', [['Client-Cert', ':!!!!:']], MALFORMED],
    ['parameters behind it', [['Client-Cert', `${FIELD};a=1`]], MALFORMED],
    ['spaces in it', [['Client-Cert', FIELD.replace('M', ' M')]], MALFORMED],
    ['PEM', [['Client-Cert', encodeURIComponent(client.cert)]], MALFORMED],
    ['no certificate', [['Client-Cert', `:${Buffer.from('hello').toString('base64')}:`]], MALFORMED],
    ['half a certificate', [['Client-Cert', `:${client.der.subarray(0, 100).toString('base64')}:`]], MALFORMED],
    ['two lines', [['Client-Cert', FIELD], ['Client-Cert', FIELD]], AMBIGUOUS]
  ]
  for (const [name, lines, found] of table) {
    t.strictSame(told(readForwardedCertificate(over({ remoteAddress: '10.0.0.1' }, lines), 'client-cert', TRUSTED)), found, name)
  }
})
