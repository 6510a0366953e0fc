import { X509Certificate } from 'node:crypto'
import type { BlockList } from 'node:net'
import type { PeerCertificate } from 'node:tls'
import { refuse, type CredentialSource, type Refusal } from '../scheme.ts'
import { readHeader } from './header.ts'

const MALFORMED = refuse('credentials_malformed')

/** The connection's own certificate, if TLS verified it. An unverified one is no credential. */
export function readPeerCertificate (source: CredentialSource): PeerCertificate | undefined {
  const socket = source.raw.socket as TlsSocket | undefined
  if (socket?.authorized !== true || socket.getPeerCertificate === undefined) return undefined
  const certificate = socket.getPeerCertificate(true)
  return Object.keys(certificate).length === 0 ? undefined : certificate
}

interface TlsSocket {
  readonly authorized?: boolean
  readonly remoteAddress?: string
  getPeerCertificate? (detailed: true): PeerCertificate
}

/**
 * The certificate that a trusted proxy forwards as a Structured Field byte sequence (RFC 9440 §2.2).
 * From any other address the field is ignored (RFC 9440 §4).
 */
export function readForwardedCertificate (
  source: CredentialSource, name: string, proxies: BlockList
): PeerCertificate | Refusal | undefined {
  const address = (source.raw.socket as TlsSocket | undefined)?.remoteAddress
  if (address === undefined || !proxies.check(address, address.includes(':') ? 'ipv6' : 'ipv4')) return undefined
  const field = readHeader(source, name)
  if (typeof field !== 'string') return field
  const bytes = /^:[A-Za-z0-9+/]+={0,2}:$/.test(field) ? Buffer.from(field.slice(1, -1), 'base64') : null
  try {
    return bytes === null ? MALFORMED : new X509Certificate(bytes).toLegacyObject() as PeerCertificate
  } catch {
    return MALFORMED
  }
}
