import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface KeyPair {
  readonly key: string
  readonly cert: string
}

/** A private certification authority and what it signed, made anew for each run. */
export interface Certificates {
  readonly ca: string
  readonly server: KeyPair
  /** CN=machine-7, signed by the authority. */
  readonly client: KeyPair
  /** CN=machine-7, signed by itself. */
  readonly selfSigned: KeyPair
  /** CN=machine-7, signed by the authority, ended long ago. */
  readonly ended: KeyPair
}

/** Makes certificates with the program openssl; `null` where there is none. */
export function makeCertificates (): Certificates | null {
  const directory = mkdtempSync(join(tmpdir(), 'certificates-'))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' })
  const read = (name: string): KeyPair => ({
    key: readFileSync(join(directory, `${name}.key`), 'utf8'),
    cert: readFileSync(join(directory, `${name}.crt`), 'utf8')
  })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const sign = (name: string, subject: string, ...more: string[]) => {
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject)
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-out', `${name}.crt`, ...more)
    return read(name)
  }
  try {
    openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=test authority')
    openssl('req', '-x509', ...newKey, '-keyout', 'selfSigned.key', '-out', 'selfSigned.crt', '-days', '2', '-subj', '/CN=machine-7')
    writeFileSync(join(directory, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1')
    return {
      ca: read('ca').cert,
      server: sign('server', '/CN=localhost', '-days', '2', '-extfile', 'names'),
      client: sign('client', '/CN=machine-7', '-days', '2'),
      selfSigned: read('selfSigned'),
      ended: sign('ended', '/CN=machine-7', '-days', '-1')
    }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return null
    throw error
  } finally {
    rmSync(directory, { recursive: true })
  }
}
