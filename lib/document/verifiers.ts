import type { PeerCertificate } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import type { Refusal, Scheme, Verdict } from '../scheme.ts'
import type { BasicCredential } from '../schemes/basic.ts'
import type { NotPromise } from '../schemes/http.ts'
import type { ScopesOf } from '../schemes/oauth2.ts'

/** What a verifier may get when nothing is known about its scheme. */
export type AnyCredential = string | BasicCredential | PeerCertificate

interface Judge<Credential> {
  // A method, because what it takes is compared in both directions: where the compiler does not know which it is, the author may say so.
  judge (credential: Credential, request: FastifyRequest): Verdict<NotPromise> | PromiseLike<Verdict<NotPromise>>
}

/** Judges the credentials of one scheme of a document; see {@link Verify}. */
export type Verifier<Credential = AnyCredential> = Judge<Credential>['judge']

type AnyScheme = Scheme<object, string>
type IsAny<T> = 0 extends 1 & T ? true : false

/** The Security Scheme Objects of a document, as far as its type tells. */
type Declared<Document> = IsAny<Document> extends true ? unknown
  : Document extends { readonly components: { readonly securitySchemes: infer Schemes extends object } } ? Schemes : unknown
type DeclaredAs<Document, Name> = Name extends keyof Declared<Document> ? Declared<Document>[Name] : unknown
/** The names that a document is known to declare. */
type NameIn<Document> = string extends keyof Declared<Document> ? never : keyof Declared<Document> & string

interface HttpCredentials {
  readonly basic: BasicCredential
  readonly bearer: string
}
interface Credentials {
  readonly apiKey: string
  readonly oauth2: string
  readonly openIdConnect: string
  readonly mutualTLS: PeerCertificate
}

/**
 * What the verifier of a scheme gets, where the type of the document tells; `never` for an HTTP scheme that only {@link http} can read.
 * Imported JSON has no more than `type: string`.
 */
export type CredentialIn<Document, Name extends string> =
  DeclaredAs<Document, Name> extends { readonly type: infer Type extends string }
    ? Type extends keyof Credentials ? Credentials[Type]
      : Type extends 'http'
        ? DeclaredAs<Document, Name> extends { readonly scheme: infer Word extends string }
          ? Lowercase<Word> extends keyof HttpCredentials ? HttpCredentials[Lowercase<Word>]
            : string extends Word ? string | BasicCredential : never
          : AnyCredential
        : AnyCredential
    : AnyCredential

/** The scopes or roles that a requirement may name: those of the flows, where the type of the document tells. */
export type ScopeIn<Document, Name extends string> =
  DeclaredAs<Document, Name> extends { readonly type: 'oauth2', readonly flows: infer Flows } ? ScopesOf<Flows> : string

/** What {@link schemesFrom} takes: for each scheme of the document a verifier, or a whole scheme for what a document cannot say. */
export type Verifiers<Document> = [NameIn<Document>] extends [never]
  ? Readonly<Record<string, Verifier | AnyScheme>>
  : { readonly [Name in NameIn<Document>]: VerifierOf<CredentialIn<Document, Name>> | AnyScheme }
type VerifierOf<Credential> = [Credential] extends [never] ? never : Verifier<Credential>

/** Verifiers for schemes that a document is known not to declare. */
export type NoOthers<Document, Given> = [NameIn<Document>] extends [never] ? unknown
  : { readonly [Name in Exclude<keyof Given, NameIn<Document>>]: never }

/** Credentials as a verifier answers or resolves to them. */
type CredentialsFrom<Answer> = [Accepted<Answer>] extends [never] ? NotPromise
  : Accepted<Answer> extends infer Credentials extends object ? Credentials : never
type Accepted<Answer> = Exclude<Awaited<Answer>, Refusal | null | undefined | false>

/** The schemes that {@link schemesFrom} makes. */
export type SchemesOf<Document, Given> = {
  readonly [Name in keyof Given & string]:
  Given[Name] extends (...args: never[]) => infer Answer ? Scheme<CredentialsFrom<Answer>, ScopeIn<Document, Name>>
    : Given[Name] extends AnyScheme ? Given[Name] : never
}
