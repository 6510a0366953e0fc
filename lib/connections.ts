import type { FastifyRequest } from 'fastify'
import { authenticate } from './authenticate.ts'
import { ANONYMOUS } from './decision/decide.ts'
import { BOOT_ERRORS } from './errors.ts'
import { closeWaiting, type Sockets } from './handshake.ts'
import { logVerifierError } from './log.ts'
import type { Settings } from './options.ts'
import type { Policy } from './policy.ts'
import type { Routes } from './routes.ts'
import type { ConnectionSecurity } from './security.ts'
import { CLOSE_CODES } from './websocket/close-codes.ts'
import type { DeclaredMessages } from './websocket/declared-messages.ts'
import { inbound } from './websocket/inbound.ts'
import { compileMessages } from './websocket/messages.ts'
import { renew, renewableSlot, type Renewing } from './websocket/renewal.ts'
import { revocations } from './websocket/revocations.ts'
import { endOf, type Bearing, type GuardedRoute } from './websocket/session.ts'
import { Sessions } from './websocket/sessions.ts'
import { readRouteConfig } from './websocket/settings.ts'
import { tickets } from './websocket/tickets.ts'
import { upgrading } from './websocket/upgrade.ts'

/** Everything about the connections of one registration of the plugin. */
export interface Connections {
  readonly sockets: Sockets
  readonly security: ConnectionSecurity
  /**
   * Reads how the connections of a route are guarded.
   *
   * @throws FST_SECURITY_WEBSOCKET_INVALID
   */
  routeOf (config: unknown, messages: DeclaredMessages, policy: Policy, place: string): GuardedRoute
  /** Ends every connection, and resolves when they are gone. */
  close (): Promise<void>
}

/** Seconds. */
const TICKET_TTL = 30
const MAX_TICKET_TTL = 600

export function startConnections (settings: Settings, routes: Routes): Connections {
  const { logLevel, schemes, verifyTimeout } = settings
  const sessions = new Sessions(settings.websocket, ({ request }, { code, reason }) => {
    if (logLevel !== 'silent') request.log[logLevel]({ code, reason }, 'connection closed')
  })
  const sockets: Sockets = {
    settings,
    upgrades: new WeakMap(),
    sessions,
    revocations: revocations(),
    tickets: tickets(),
    upgrading: upgrading(sessions),
    waiting: new Map()
  }
  const renewing: Renewing = {
    sessions,
    revocations: sockets.revocations,
    gathering: ({ request, route: { policy } }) =>
      ({ policy, request, handshake: undefined, verifyTimeout, onVerifierError: logVerifierError }),
    authenticate ({ request, route, admission: { alternative, outcomes } }) {
      if (alternative !== ANONYMOUS) authenticate(request, route.policy, alternative, outcomes)
    }
  }
  return {
    sockets,
    security: {
      ticket: (request, options) => mintTicket(sockets, routes, request, options),
      renew: async (request, credential, options) => await renewConnection(renewing, request, credential, options?.scheme),
      revoke: (predicate) => revoke(sockets, decided(predicate as (bearing: Bearing) => unknown)) // what the program's types say of it
    },
    routeOf (config, { received }, policy, place) {
      const route = readRouteConfig(config, settings.websocket, place)
      const take = received === null ? null : compileMessages(received, schemes, place)
      return { ...route, policy, take: inbound(route, take, renewing) }
    },
    async close () {
      for (const [socket, waiting] of sockets.waiting) {
        waiting.stop()
        closeWaiting(sockets, socket, { code: CLOSE_CODES.goingAway, reason: '' })
      }
      await sessions.close()
    }
  }
}

function mintTicket (
  { tickets }: Sockets, { known }: Routes, { auth }: FastifyRequest, { for: url, ttl = TICKET_TTL }: Parameters<ConnectionSecurity['ticket']>[1]
): string {
  if (!known.some((route) => route.websocket && route.url === url)) {
    throw new BOOT_ERRORS.FST_SECURITY_TICKET_INVALID(`"${url}" is not a WebSocket route; give its URL as it was registered.`)
  }
  if (!(ttl > 0 && ttl <= MAX_TICKET_TTL)) throw new BOOT_ERRORS.FST_SECURITY_TICKET_INVALID(`\`ttl\` is not a number of seconds up to ${MAX_TICKET_TTL}.`)
  const credentials = new Map(Object.entries((auth ?? {}) as Readonly<Record<string, object>>)) // what the guard put there
  if (credentials.size === 0) throw new BOOT_ERRORS.FST_SECURITY_TICKET_INVALID('the request has no credentials that a ticket could stand for.')
  const left = endOf([...credentials].map(([scheme, held]) => ({ scheme, credentials: held }))) - Date.now()
  return tickets.mint({ url, credentials }, Math.min(ttl * 1000, left))
}

async function renewConnection (renewing: Renewing, request: FastifyRequest, credential: unknown, scheme: string | undefined) {
  const session = renewing.sessions.find(request)
  if (session === undefined || session.closing !== null) return { renewed: false, reason: 'session_expired' } as const
  const slot = renewableSlot(session, scheme)
  if (slot !== -1) return await renew(session, slot, credential, renewing)
  const problem = scheme === undefined ? 'it was let in anonymously' : `scheme "${scheme}" is not among those that let it in`
  throw new BOOT_ERRORS.FST_SECURITY_RENEWAL_INVALID(`the connection has no credentials to renew: ${problem}.`)
}

/** From here on nothing that matches is let in or heard of, whatever is under way. */
function revoke ({ sessions, tickets, revocations, settings: { schemes } }: Sockets, matches: (bearing: Bearing) => boolean): number {
  const count = sessions.revoke(matches)
  revocations.note(matches)
  tickets.revoke(({ credentials }) => [...credentials].some(([scheme, held]) => matches({ scheme, credentials: held })))
  for (const [scheme, { verify }] of Object.entries(schemes)) {
    const { forget } = verify as { readonly forget?: (predicate: (credentials: object) => boolean) => unknown } // jwt() has it
    forget?.((credentials) => matches({ scheme, credentials }))
  }
  return count
}

/** A promise would be taken for a yes. */
function decided (predicate: (bearing: Bearing) => unknown): (bearing: Bearing) => boolean {
  return (bearing) => {
    const answer = predicate(bearing)
    if (typeof answer !== 'boolean') throw new TypeError('app.security.revoke(): the predicate must answer true or false')
    return answer
  }
}
