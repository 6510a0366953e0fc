export { schemesFrom } from './document/schemesFrom.ts'
export type { CredentialIn, SchemesOf, ScopeIn, Verifier, Verifiers } from './document/verifiers.ts'
