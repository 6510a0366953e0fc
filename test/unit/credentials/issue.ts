import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

/** A certificate and its key, made for one run: no key needs to lie in the repository. */
export interface Issued {
  readonly cert: string
  readonly key: string
  readonly der: Buffer
  readonly privateKey: KeyObject
  readonly name: string
}

// The few forms of DER (X.690) that a certificate (RFC 5280 §4.1) needs.
const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xFF]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts)
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const utcTime = (text: string): Buffer => der(0x17, Buffer.from(text))

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'))
const COMMON_NAME = oid('550403')
const BASIC_CONSTRAINTS = oid('551d13')
const SUBJECT_ALT_NAME = oid('551d11')

const nameOf = (name: string): Buffer => sequence(der(0x31, sequence(COMMON_NAME, der(0x0C, Buffer.from(name)))))
const extension = (id: Buffer, value: Buffer): Buffer => sequence(id, der(0x04, value))

/** Issues a certificate for `localhost`, valid from 2000 to 2049; self-signed if no issuer is given. */
export function issue (name: string, issuer?: Issued): Issued {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const authority = issuer === undefined ? [Buffer.from('0101ff', 'hex')] : []
  const body = sequence(
    der(0xA0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1, ...Buffer.from(name).subarray(0, 8)])),
    ECDSA_SHA256,
    nameOf(issuer?.name ?? name),
    sequence(utcTime('000101000000Z'), utcTime('491231235959Z')),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xA3, sequence(
      extension(BASIC_CONSTRAINTS, sequence(...authority)),
      extension(SUBJECT_ALT_NAME, sequence(der(0x82, Buffer.from('localhost'))))
    )))
  const signature = sign('sha256', body, issuer?.privateKey ?? privateKey)
  const whole = sequence(body, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    der: whole,
    privateKey,
    name
  }
}
