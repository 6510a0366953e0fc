/** The part of oidc-provider that the example uses; the package comes without types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export interface Client {
    readonly clientId: string
  }

  export interface Interaction {
    readonly params: { readonly client_id: string, readonly scope?: string }
  }

  export interface Grant {
    addResourceScope (resource: string, scope: string): void
    rejectResourceScope (resource: string, scope: string): void
    save (): Promise<string>
  }

  /** Koa's context. */
  export interface Context {
    readonly req: IncomingMessage
    readonly res: ServerResponse
    readonly method: string
    readonly path: string
    type: string
    body: unknown
    set (headers: Readonly<Record<string, string>>): void
  }

  export interface InteractionResult {
    readonly login?: { readonly accountId: string }
    readonly consent?: { readonly grantId: string }
    readonly error?: string
    readonly error_description?: string
  }

  export const errors: { readonly InvalidTarget: new () => Error }

  export default class Provider {
    constructor (issuer: string, configuration: Readonly<Record<string, unknown>>)
    readonly Grant: new (grant: { accountId: string, clientId: string }) => Grant
    callback (): (request: IncomingMessage, response: ServerResponse) => void
    use (middleware: (context: Context, next: () => Promise<void>) => Promise<void>): void
    interactionDetails (request: IncomingMessage, response: ServerResponse): Promise<Interaction>
    interactionFinished (
      request: IncomingMessage, response: ServerResponse, result: InteractionResult, options: { mergeWithLastSubmission: boolean }
    ): Promise<void>
  }
}
