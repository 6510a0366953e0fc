import { ALGORITHMS, type Algorithm, type Fixtures, type Signed } from './fixtures.ts'
import { fieldOf, nothing, type Fields, type Side } from './side.ts'
import * as hand from './sides/fastify.ts'
import * as own from './sides/ours.ts'

/** How one side is made, in a process of its own. */
export interface SideDeclaration {
  readonly build: (fixtures: Fixtures) => Side | Promise<Side>
  /** The side without the job, whose cost is taken off. Default `bare Fastify`. */
  readonly base?: string
  /** Whether it is this package's. */
  readonly ours?: boolean
}

/** One row of the table. */
export interface Case {
  readonly name: string
  /** What the issue asks of it, in words. */
  readonly goal: string
  readonly sides: Readonly<Record<string, SideDeclaration>>
}

export const BARE = 'bare Fastify'
export const VERIFY = 'crypto.verify'

const PLUGINS = './sides/plugins.js'
const OTHERS = './sides/others.js'
// By computed names, so that each process loads its own side only.
const plugins = async (): Promise<typeof import('./sides/plugins.ts')> => await import(PLUGINS)
const others = async (): Promise<typeof import('./sides/others.ts')> => await import(OTHERS)

const bearer = (...tokens: string[]): Fields => fieldOf('authorization', tokens.map((token) => `Bearer ${token}`))
const key = (...keys: string[]): Fields => fieldOf('x-api-key', keys)
const basic = (secret: string): Fields => fieldOf('authorization', [`Basic ${Buffer.from(`ada:${secret}`).toString('base64')}`])
const nobody = (): Fields => nothing

const bareWith = (fields: (fixtures: Fixtures) => Fields): SideDeclaration => ({ build: (fixtures) => hand.bare(fields(fixtures)) })

/** Tokens that were seen before, of as many clients, in turns. */
const known = ({ tokens }: Signed): Fields => bearer(...tokens.slice(0, 50))

const publicRoute: Case = {
  name: 'public route',
  goal: 'no hook: +0',
  sides: {
    [BARE]: bareWith(nobody),
    'this package': { ours: true, build: ({ secret }) => own.ours(own.serviceOf(secret), [], nothing, 200) },
    'a hook that does nothing': { build: () => hand.hooked(hand.noop, nothing, 200) }
  }
}

const secretAccepted: Case = {
  name: 'secret accepted',
  goal: '≤ hook, digests',
  sides: {
    [BARE]: bareWith(({ secret }) => bearer(secret)),
    'this package, bearer': { ours: true, build: ({ secret }) => own.ours(own.serviceOf(secret), [{ service: [] }], bearer(secret), 200) },
    'this package, API key': { ours: true, build: ({ secret }) => own.ours(own.partnerOf(secret), [{ partner: [] }], key(secret), 200) },
    'this package, basic': { ours: true, build: ({ secret }) => own.ours(own.staffOf(secret), [{ staff: [] }], basic(secret), 200) },
    'hook, digests': { build: ({ secret }) => hand.hooked(hand.byDigest(secret), bearer(secret), 200) },
    'hook, values': { build: ({ secret }) => hand.hooked(hand.byValue(secret), bearer(secret), 200) },
    '@fastify/bearer-auth': { build: async ({ secret }) => (await plugins()).bearerAuth([secret], bearer(secret), 200) },
    '@fastify/basic-auth': { build: async ({ secret }) => (await plugins()).basicAuth(secret, basic(secret), 200) },
    'fastify-openapi-glue': { build: async ({ secret }) => (await plugins()).glue(secret, bearer(secret), 200) },
    express: { build: async ({ secret }) => (await others()).expressBare(bearer(secret)) },
    'express-openapi-validator': { base: 'express', build: async ({ secret }) => (await others()).expressValidator(secret, bearer(secret)) },
    hono: { build: async ({ secret }) => (await others()).honoBare(bearer(secret)) },
    'hono bearerAuth': { base: 'hono', build: async ({ secret }) => (await others()).honoBearer(secret, bearer(secret)) }
  }
}

const second: Case = {
  name: 'second alternative, scopes',
  goal: '≤ +1.5',
  sides: {
    [BARE]: bareWith(({ secret }) => key(secret)),
    'this package': {
      ours: true,
      build: ({ secret }) => own.ours(own.twoWays(secret), [{ session: ['things:read'] }, { partner: ['writer'] }], key(secret), 200)
    },
    '@fastify/auth': { build: async ({ secret }) => (await plugins()).auth(secret, key(secret), 200) }
  }
}

function seen (algorithm: Algorithm): Record<string, SideDeclaration> {
  return {
    [`this package, ${algorithm}`]: {
      ours: true,
      build: ({ signed }) => own.ours(own.clientsOf(signed[algorithm], algorithm), [{ oauth: [] }], known(signed[algorithm]), 200)
    }
  }
}

const jwtSeen: Case = {
  name: 'JWT seen before',
  goal: '≤ +1.2',
  sides: {
    [BARE]: bareWith(({ signed }) => known(signed.RS256)),
    ...seen('RS256'),
    ...seen('ES256'),
    ...seen('EdDSA'),
    'jose + LRU': { build: ({ signed }) => hand.hooked(hand.joseCached(signed.RS256, 1000), known(signed.RS256), 200) },
    'fast-jwt cache': { build: ({ signed }) => hand.hooked(hand.fastJwt(signed.RS256, 1000), known(signed.RS256), 200) },
    '@fastify/jwt cache': { build: async ({ signed }) => (await plugins()).jwtPlugin(signed.RS256, 1000, known(signed.RS256), 200) },
    hono: { build: async ({ signed }) => (await others()).honoBare(known(signed.RS256)) },
    'hono jwt': { base: 'hono', build: async ({ signed: { RS256 } }) => (await others()).honoJwt(RS256, bearer(RS256.plain)) }
  }
}

function keys (name: string, field: (fixtures: Fixtures) => string[], status: number): Case {
  const partners = (digests: boolean) => (fixtures: Fixtures) =>
    own.ours(own.partnersOf(fixtures.keys, digests), [{ partner: [] }], key(...field(fixtures)), status)
  return {
    name,
    goal: '≤ +3',
    sides: {
      [BARE]: bareWith((fixtures) => key(...field(fixtures))),
      'this package, values': { ours: true, build: partners(false) },
      'this package, digests': { ours: true, build: partners(true) },
      '@fastify/bearer-auth': { build: async (fixtures) => (await plugins()).bearerAuth(fixtures.keys, bearer(...field(fixtures)), status) }
    }
  }
}

function fresh (algorithm: Algorithm): Case {
  const fields = ({ signed }: Fixtures): Fields => bearer(...signed[algorithm].tokens)
  return {
    name: `JWT new, ${algorithm}`,
    goal: `≤ 1.35 × ${VERIFY}, main ≤ 15 µs`,
    sides: {
      [BARE]: bareWith(fields),
      [VERIFY]: { build: (fixtures) => hand.hooked(hand.signatureOnly(fixtures.signed[algorithm], algorithm), fields(fixtures), 200) },
      'this package': { ours: true, build: (fixtures) => own.ours(own.clientsOf(fixtures.signed[algorithm], algorithm), [{ oauth: [] }], fields(fixtures), 200) },
      'fast-jwt': { build: (fixtures) => hand.hooked(hand.fastJwt(fixtures.signed[algorithm], 0), fields(fixtures), 200) },
      jose: { build: (fixtures) => hand.hooked(hand.joseCached(fixtures.signed[algorithm], 0), fields(fixtures), 200) },
      '@fastify/jwt': { build: async (fixtures) => (await plugins()).jwtPlugin(fixtures.signed[algorithm], 0, fields(fixtures), 200) }
    }
  }
}

function forged (algorithm: Algorithm): Case {
  const fields = ({ signed }: Fixtures): Fields => bearer(...signed[algorithm].forged)
  return {
    name: `JWT forged, ${algorithm}`,
    goal: `≤ 1.35 × ${VERIFY}, main ≤ 15 µs`,
    sides: {
      [BARE]: bareWith(fields),
      [VERIFY]: { build: (fixtures) => hand.hooked(hand.signatureOnly(fixtures.signed[algorithm], algorithm), fields(fixtures), 401) },
      'this package': { ours: true, build: (fixtures) => own.ours(own.clientsOf(fixtures.signed[algorithm], algorithm), [{ oauth: [] }], fields(fixtures), 401) },
      'fast-jwt': { build: (fixtures) => hand.hooked(hand.fastJwt(fixtures.signed[algorithm], 0), fields(fixtures), 401) },
      '@fastify/jwt': { build: async (fixtures) => (await plugins()).jwtPlugin(fixtures.signed[algorithm], 0, fields(fixtures), 401) }
    }
  }
}

const missing: Case = {
  name: 'no credentials, 3 challenges',
  goal: '≤ +0.3',
  sides: {
    [BARE]: bareWith(nobody),
    'this package': {
      ours: true,
      build: ({ secret, signed }) => own.ours({ ...own.clientsOf(signed.RS256, 'RS256'), ...own.partnerOf(secret), ...own.staffOf(secret) },
        [{ oauth: ['things:read'] }, { partner: [] }, { staff: [] }], nothing, 401)
    },
    'hook, all prepared': { build: () => hand.hooked(hand.refuseAll, nothing, 401) },
    '@fastify/bearer-auth': { build: async ({ secret }) => (await plugins()).bearerAuth([secret], nothing, 401) },
    '@fastify/basic-auth': { build: async ({ secret }) => (await plugins()).basicAuth(secret, nothing, 401) },
    '@fastify/auth': { build: async ({ secret }) => (await plugins()).auth(secret, nothing, 401) },
    '@fastify/jwt': { build: async ({ signed }) => (await plugins()).jwtPlugin(signed.RS256, 1000, nothing, 401) },
    'fastify-openapi-glue': { build: async ({ secret }) => (await plugins()).glue(secret, nothing, 401) }
  }
}

const short: Case = {
  name: 'refused for scope',
  goal: '≤ +1.2',
  sides: {
    [BARE]: bareWith(({ signed }) => known(signed.RS256)),
    'this package': {
      ours: true,
      build: ({ signed }) => own.ours(own.clientsOf(signed.RS256, 'RS256'), [{ oauth: ['things:admin'] }], known(signed.RS256), 403)
    }
  }
}

export const CASES: readonly Case[] = [
  publicRoute,
  secretAccepted,
  second,
  jwtSeen,
  keys('1,000 keys, accepted', ({ keys }) => [...keys], 200),
  keys('1,000 keys, refused', ({ wrong }) => [wrong], 401),
  ...ALGORITHMS.map(fresh),
  ...ALGORITHMS.map(forged),
  missing,
  short
]
