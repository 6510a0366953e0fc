/** A server of its own for requests over the network: `server.js <which> <fixtures>`; tells its port. */
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { readFixtures, type Fixtures } from './fixtures.ts'
import { fastJwt, joseCached, thing } from './sides/fastify.ts'
import { application, clientsOf } from './sides/ours.ts'

const SERVERS: Readonly<Record<string, (fixtures: Fixtures) => FastifyInstance | Promise<FastifyInstance>>> = {
  'bare Fastify': () => thing(Fastify()),
  'this package': ({ signed }) => application(clientsOf(signed.RS256, 'RS256'), [{ oauth: ['things:read'] }]),
  'jose + LRU': ({ signed }) => thing(Fastify(), {}, { onRequest: joseCached(signed.RS256, 1000) }),
  'fast-jwt cache': ({ signed }) => thing(Fastify(), {}, { onRequest: fastJwt(signed.RS256, 1000) })
}

const [which = '', fixtures = ''] = process.argv.slice(2)
const app = await SERVERS[which]?.(readFixtures(fixtures))
await app?.listen({ port: 0, host: '127.0.0.1' })
process.send?.((app?.server.address() as AddressInfo).port) // it listens to a port
process.on('disconnect', () => { process.exit() })
