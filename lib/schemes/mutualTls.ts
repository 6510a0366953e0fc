import { BlockList } from 'node:net'
import type { PeerCertificate } from 'node:tls'
import { BOOT_ERRORS } from '../errors.ts'
import { readForwardedCertificate, readPeerCertificate } from '../credentials/certificate.ts'
import type { Scheme, Verify } from '../scheme.ts'
import { isToken } from '../syntax.ts'
import { collectRefusals, describe, type Described, type NotPromise } from './http.ts'

/** A proxy that ends TLS and forwards the client's certificate. */
export interface CertificateProxy {
  /** The field the proxy writes, as RFC 9440 defines it, for example `Client-Cert`. It must strip the field from what clients send. */
  readonly header: string
  /** Addresses or CIDR blocks of the proxy; from anywhere else the field is ignored. */
  readonly addresses: readonly string[]
}

/** Options of {@link mutualTls}. */
export interface MutualTlsOptions<Credentials extends object, Role extends string> extends Described {
  readonly verify: Verify<PeerCertificate, Credentials>
  /** Roles a requirement may name. */
  readonly roles?: readonly Role[]
  readonly proxy?: CertificateProxy
}

/**
 * A TLS client certificate. Only one that TLS verified (`socket.authorized`) reaches the verifier. HTTP has no challenge for it.
 *
 * @throws FST_SECURITY_SCHEME_INVALID
 * @example
 * ```ts
 * import { mutualTls } from 'fastify-openapi-security'
 *
 * const machine = mutualTls({ verify: (certificate) => ({ name: certificate.subject.CN }) })
 * ```
 */
export function mutualTls<Credentials extends NotPromise, const Role extends string = never> (
  options: MutualTlsOptions<Credentials, Role>
): Scheme<Credentials, NoInfer<Role>> {
  const { verify, proxy } = options
  if (typeof verify !== 'function') throw invalid('`verify` is not a function')
  const forwarded = proxy === undefined ? null : { name: fieldName(proxy), addresses: addresses(proxy) }
  return {
    definition: describe({ type: 'mutualTLS' }, options),
    scopes: options.roles ?? [],
    location: { in: 'certificate' },
    ambient: true,
    challenge: null,
    missing: 'certificate_missing',
    refusals: collectRefusals('mutualTls', options, []),
    read: (source) => readPeerCertificate(source) ??
      (forwarded === null ? undefined : readForwardedCertificate(source, forwarded.name, forwarded.addresses)),
    verify,
    check (server, name) {
      if (forwarded === null && !asksForCertificates(server)) throw new BOOT_ERRORS.FST_SECURITY_CERTIFICATES_OFF(name)
    }
  }
}

function asksForCertificates (server: unknown): boolean {
  return (server as { requestCert?: unknown }).requestCert === true // a tls.Server has it, http.Server has not
}

function fieldName ({ header }: CertificateProxy): string {
  if (typeof header !== 'string' || !isToken(header)) throw invalid('`proxy.header` is not the name of a header field')
  return header.toLowerCase()
}

function addresses ({ addresses }: CertificateProxy): BlockList {
  const list = new BlockList()
  if (!Array.isArray(addresses) || addresses.length === 0) throw invalid('`proxy.addresses` names no address')
  for (const entry of addresses) {
    const [address = '', prefix, ...more] = String(entry).split('/')
    const family = address.includes(':') ? 'ipv6' : 'ipv4'
    try {
      const bits = prefix === undefined ? (family === 'ipv6' ? 128 : 32) : /^\d+$/.test(prefix) && more.length === 0 ? Number(prefix) : NaN
      list.addSubnet(address, bits, family)
    } catch {
      throw invalid(`\`proxy.addresses\`: "${entry}" is not an address or CIDR block`)
    }
  }
  return list
}

function invalid (problem: string): Error {
  return new BOOT_ERRORS.FST_SECURITY_SCHEME_INVALID('mutualTls', problem)
}
