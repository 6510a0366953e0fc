export { auditDocument, type AuditOptions, type AuditReport } from './testing/audit.ts'
export type { Finding, FindingKind } from './testing/finding.ts'
export {
  handshake, type HandshakeAnswer, type HandshakeClosed, type HandshakeOptions, type HandshakeSocket
} from './testing/handshake.ts'
export { asPrincipal, type Principal, type PrincipalClient, type PrincipalCredentials } from './testing/principal.ts'
export type { Application } from './testing/ready.ts'
