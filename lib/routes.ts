import type { FastifyInstance, RouteOptions } from 'fastify'
import { ANONYMOUS, decide, isDenial } from './decision/decide.ts'
import type { Judged } from './decision/gather.ts'
import { answersFor, type Answers } from './challenge/answers.ts'
import type { Wording } from './challenge/challenges.ts'
import { compile, type Policy } from './policy.ts'
import type { Effective } from './requirement/inherit.ts'
import type { Security } from './requirement/parse.ts'
import type { Schemes } from './scheme.ts'
import type { DeclaredMessages } from './websocket/declared-messages.ts'
import type { WebSocketRoute } from './websocket/settings.ts'

/** A compiled policy with its prepared answers; routes that declare the same share one. */
export interface Protection {
  readonly policy: Policy
  readonly answers: Answers
  /** What becomes of requests that present nothing. */
  readonly nothing: Judged
}

/** A route as the plugin knows it. */
export interface KnownRoute extends Effective {
  readonly methods: readonly string[]
  readonly url: string
  readonly websocket: boolean
  /** Where it was added. */
  readonly instance: FastifyInstance
  /** How its connections are guarded; `null` if it has none, or is public. */
  readonly socket: WebSocketRoute | null
  /** What its connections say, as declared. */
  readonly messages: DeclaredMessages
  /** `'public'` if nothing is asked. */
  readonly protection: Protection | 'public'
  /** Fastify's own object, which @fastify/swagger reads when it makes the document. */
  readonly options: RouteOptions & { readonly url: string, readonly websocket?: boolean, readonly wsHandler?: unknown }
}

/** Every route of the scope the plugin guards. */
export interface Routes {
  readonly known: readonly KnownRoute[]
  /** Whether there will be no more. */
  readonly isComplete: boolean
  add (route: KnownRoute): void
  /** Says that there will be no more. */
  seal (): void
  /**
   * @param metadataUrl where the metadata of the route's resource is, or `null`
   * @throws what {@link compile} throws
   */
  protect (security: Security, metadataUrl: string | null, place: string): Protection | 'public'
}

const single = new Map<string, readonly string[]>()

/** Most routes have one method; those of one method share the list. */
export function methodsOf ({ method }: RouteOptions): readonly string[] {
  if (typeof method !== 'string') return [...method]
  let methods = single.get(method)
  if (methods === undefined) single.set(method, methods = Object.freeze([method]))
  return methods
}

/** At `/` under a prefix Fastify answers with and without the last slash; it tells of one and then changes the options to the other. */
export function urlsOf ({ url, options }: KnownRoute): string[] {
  return url === options.url ? [url] : [url, options.url]
}

/** Starts an empty list of routes. */
export function knownRoutes (schemes: Schemes, wording: Omit<Wording, 'metadataUrl'>): Routes {
  const known: KnownRoute[] = []
  const compiled = new Map<string, Protection | 'public'>()
  let isComplete = false
  return {
    known,
    get isComplete () { return isComplete },
    add (route) { known.push(route) },
    seal () { isComplete = true },
    protect (security, metadataUrl, place) {
      const key = JSON.stringify([security, metadataUrl])
      let protection = compiled.get(key)
      if (protection === undefined) compiled.set(key, protection = prepare(compile(security, schemes, place), { ...wording, metadataUrl }))
      return protection
    }
  }
}

function prepare (policy: Policy | 'public', wording: Wording): Protection | 'public' {
  if (policy === 'public') return policy
  const outcomes = Object.freeze(policy.slots.map(() => undefined))
  const decision = decide(policy, outcomes)
  const answers = answersFor(policy, decision !== ANONYMOUS && isDenial(decision) ? decision : null, wording)
  return Object.freeze({ policy, answers, nothing: Object.freeze({ decision, outcomes }) })
}
