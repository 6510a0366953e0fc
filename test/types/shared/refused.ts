/** With `strict`, what a program does not have is an error where it is written. */
import fastify, { type FastifySchema, type RouteOptions } from 'fastify'
import type { Security } from 'fastify-openapi-security'

const app = fastify()
const handler = async (): Promise<void> => {}

// @ts-expect-error -- unknown scheme
app.get('/', { schema: { security: [{ oath: ['pets:read'] }] } }, handler)
// @ts-expect-error -- unknown scope
app.get('/', { schema: { security: [{ oauth: ['pets:raed'] }] } }, handler)
// @ts-expect-error -- one scope of two is unknown
app.get('/', { schema: { security: [{ oauth: ['pets:read', 'pets:wirte'] }] } }, handler)
// @ts-expect-error -- a scheme without scopes
app.get('/', { schema: { security: [{ machine: ['admin'] }] } }, handler)
// @ts-expect-error -- second scheme of a requirement
app.get('/', { schema: { security: [{ oauth: ['pets:read'], machin: [] }] } }, handler)
// @ts-expect-error -- second requirement
app.get('/', { schema: { security: [{ oauth: ['pets:read'] }, { machin: [] }] } }, handler)
// @ts-expect-error -- beside an empty requirement
app.get('/', { schema: { security: [{}, { oath: [] }] } }, handler)
// @ts-expect-error -- not a list of requirements
app.get('/', { schema: { security: { oauth: [] } } }, handler)
// @ts-expect-error -- not a list of scopes
app.get('/', { schema: { security: [{ oauth: 'pets:read' }] } }, handler)
// @ts-expect-error -- unknown scheme
app.post('/', { schema: { security: [{ oath: [] }] }, handler })
// @ts-expect-error -- unknown scheme
app.route({ method: 'GET', url: '/', schema: { security: [{ oath: [] }] }, handler })
// @ts-expect-error -- unknown scope
app.route({ method: 'GET', url: '/', schema: { security: [{ oauth: ['pets:raed'] }] }, handler })
// @ts-expect-error -- second scheme of a requirement
app.route({ method: 'GET', url: '/', schema: { security: [{ oauth: [], machin: [] }] }, handler })

// @ts-expect-error -- declared aside: unknown scheme
export const schema1 = { security: [{ oath: [] }] } as const satisfies FastifySchema
// @ts-expect-error -- declared aside: unknown scope
export const schema2 = { security: [{ oauth: ['pets:raed'] }] } as const satisfies FastifySchema
// @ts-expect-error -- declared aside: second scheme
export const schema3 = { security: [{ oauth: [], machin: [] }] } as const satisfies FastifySchema
// @ts-expect-error -- annotated: unknown scheme
export const schema4: FastifySchema = { security: [{ oath: [] }] }
// @ts-expect-error -- annotated: unknown scheme
export const route: RouteOptions = { method: 'GET', url: '/', schema: { security: [{ oath: [] }] }, handler }
const aside = { security: [{ oauth: ['pets:raed'] }] } as const
// @ts-expect-error -- unknown scope where it is used
app.get('/', { schema: aside }, handler)

// @ts-expect-error -- unknown scheme
export const security1: Security = [{ oath: [] }]
// @ts-expect-error -- unknown scope
export const security2: Security = [{ oauth: ['pets:raed'] }]

// Not errors.
export const fine1 = { security: [{ oauth: ['pets:read'] }, { machine: [], oauth: [] }, {}] } as const satisfies FastifySchema
export const fine2: FastifySchema = { security: [{ machine: [] }] }
export const fine3: FastifySchema = { security: [] }
export const fine4: Security = [{ oauth: ['pets:read'] }, {}]
app.get('/', { schema: fine1 }, handler)
app.get('/', { schema: { security: fine4 } }, handler)
app.get('/', { schema: { securityNote: 'not ours', security: [] } }, handler)
