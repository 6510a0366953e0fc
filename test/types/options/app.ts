/** What the plugin and `app.security` take, with schemes named by hand. */
import Fastify from 'fastify'
import fastifySecurity, {
  apiKey, bearer, defineSchemes, openIdConnect, type AsyncApiDocument, type FastifySecurityOptions, type Scheme, type SchemesOption
} from 'fastify-openapi-security'
import { use } from '../expect.ts'
import type { Machine, User } from '../shared/schemes.ts'

const oauth = bearer({ roles: ['pets:read', 'pets:write'], verify: (): User => ({ subject: '', tenant: '' }) })
const machine = apiKey({ in: 'header', name: 'X-Key', verify: (): Machine | null => null })
const schemes = defineSchemes({ oauth, machine })

const app = Fastify()
await app.register(fastifySecurity, { schemes, security: [{ oauth: ['pets:read'] }, { machine: [] }] })
await app.register(fastifySecurity, { schemes: { oauth, machine }, security: [] })
app.register(fastifySecurity, () => ({ schemes, security: [{}] }))
app.register(fastifySecurity, {
  schemes: {
    oauth: openIdConnect({ openIdConnectUrl: 'https://id.example', scopes: ['pets:read'], verify: () => ({ subject: '', tenant: '' }) }),
    machine: apiKey({ in: 'query', name: 'key', verify: async (key) => ({ serial: key }) })
  },
  security: []
})
const more = defineSchemes({ oauth, machine, unused: machine })
use({ schemes: more, security: [] } satisfies FastifySecurityOptions)
const scheme: Scheme = machine
const known: SchemesOption = schemes
use(scheme, known)

// @ts-expect-error -- the default is required
app.register(fastifySecurity, { schemes })
// @ts-expect-error -- a scheme is missing
app.register(fastifySecurity, { schemes: { oauth }, security: [] })
// @ts-expect-error -- other credentials than were named
app.register(fastifySecurity, { schemes: { oauth: machine, machine }, security: [] })
// @ts-expect-error -- scopes that were not named
app.register(fastifySecurity, { schemes: { oauth: bearer({ roles: ['pets:count'], verify: () => null as User | null }), machine }, security: [] })
// @ts-expect-error -- not a scheme
app.register(fastifySecurity, { schemes: { oauth, machine: {} }, security: [] })
// @ts-expect-error -- unknown scheme
app.register(fastifySecurity, { schemes, security: [{ oath: [] }] })
// @ts-expect-error -- unknown scope
app.register(fastifySecurity, { schemes, security: [{ oauth: ['pets:raed'] }] })
// @ts-expect-error -- a scheme without scopes
app.register(fastifySecurity, { schemes, security: [{ machine: ['admin'] }] })
// @ts-expect-error -- public is an empty list
app.register(fastifySecurity, { schemes, security: null })

app.register(async (scope) => { scope.security.default([{ machine: [] }, {}]) })
app.security.default([])
// @ts-expect-error -- unknown scheme
app.security.default([{ oath: [] }])
// @ts-expect-error -- unknown scope
app.security.default([{ oauth: ['pets:raed'] }])
// @ts-expect-error -- a requirement, not a list of them
app.security.default({ machine: [] })
// @ts-expect-error -- there is one
app.security = {}

app.get('/', { schema: { security: [{ oauth: [] }, {}] } }, async (request) => {
  // @ts-expect-error -- unknown scope
  app.security.satisfies(request, [{ oauth: ['pets:raed'] }])
  // @ts-expect-error -- unknown scheme
  app.security.satisfies(request, [{ oath: [] }])
  return app.security.satisfies(request, [{ oauth: ['pets:write'] }, { machine: [] }])
})
for (const { method, url, security, source, websocket } of app.security.routes()) use(method, url, security, source, websocket)

const described: AsyncApiDocument = app.security.asyncapi()
use(app.security.asyncapi({ title: 'Pets', version: '1.0.0', servers: ['wss://api.example'], openapi: 'https://api.example/openapi.json' }))
for (const { address, 'x-security': asked, 'x-refusals': refusals = [] } of Object.values(described.channels)) use(address, asked, refusals)
for (const { action, security = [] } of Object.values(described.operations)) use(action, security.map(({ $ref }) => $ref))
// @ts-expect-error -- URLs, not Server Objects
app.security.asyncapi({ servers: [{ url: 'wss://api.example' }] })
// @ts-expect-error -- unknown option
app.security.asyncapi({ name: 'Pets' })
