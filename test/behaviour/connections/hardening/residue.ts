import { setTimeout as wait } from 'node:timers/promises'
import type { EventEmitter } from 'node:events'
import type { FastifyInstance } from 'fastify'
import { openConnections } from '../../../support/drivers.ts'

/** What an application holds on to for its clients. */
export interface Held {
  readonly connections: number
  /** WebSockets that `ws` knows. */
  readonly sockets: number
  /** Connections the plugin knows: those that it asks about in a revocation, which is to end none here. */
  readonly sessions: number
  /** Listeners of the servers, by event. */
  readonly listeners: Readonly<Record<string, number>>
}

/** Milliseconds in which everything must have been let go. */
const PATIENCE = 10_000

async function heldBy (app: FastifyInstance): Promise<Held> {
  let sessions = 0
  app.security.revoke(() => {
    sessions++
    return false
  })
  const emitters: EventEmitter[] = [app.server, app.websocketServer]
  const counts = emitters.flatMap((emitter, i) => emitter.eventNames().map((name) => [`${i} ${String(name)}`, emitter.listenerCount(name)] as const))
  return {
    connections: await openConnections(app),
    sockets: app.websocketServer.clients.size,
    sessions,
    listeners: Object.fromEntries(counts.sort(([a], [b]) => a < b ? -1 : 1))
  }
}

/** Measures what an application holds with no client around; the answer measures again, and waits for it to come down to that. */
export async function idleState (app: FastifyInstance): Promise<() => Promise<{ readonly held: Held, readonly idle: Held }>> {
  const idle = await heldBy(app)
  return async () => ({ idle, held: await settled(async () => await heldBy(app), idle) })
}

/** What keeps the process alive, by kind: timers, sockets, servers. */
function activeResources (): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

/** Measures what keeps the process alive; the answer measures again, and lists what there is more of. */
export function restingProcess (): () => Promise<string[]> {
  const resting = activeResources()
  const more = async (): Promise<string[]> => Object.entries(activeResources())
    .filter(([kind, count]) => count > (resting[kind] ?? 0)).map(([kind, count]) => `${count - (resting[kind] ?? 0)} ${kind}`)
  return async () => await settled(more, [])
}

async function settled<Value> (measure: () => Promise<Value>, expected: Value): Promise<Value> {
  const until = Date.now() + PATIENCE
  for (;;) {
    const value = await measure()
    if (JSON.stringify(value) === JSON.stringify(expected) || Date.now() > until) return value
    await wait(20)
  }
}

/** Notes what a process should never say: rejections nobody handles, and warnings of leaks. */
export function alarms (): { readonly heard: string[], stop (): void } {
  const heard: string[] = []
  const onRejection = (reason: unknown): void => { heard.push(`unhandled: ${String(reason)}`) }
  const onWarning = ({ name, message }: Error): void => { if (name === 'MaxListenersExceededWarning') heard.push(message) }
  process.on('unhandledRejection', onRejection)
  process.on('warning', onWarning)
  return {
    heard,
    stop () {
      process.off('unhandledRejection', onRejection)
      process.off('warning', onWarning)
    }
  }
}
